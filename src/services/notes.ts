import { formatAudience, isPublic, type Audience } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { defaultLabel } from "../domain/label.ts";
import { strictestLabel } from "../domain/practice.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { pipelined } from "../persistence/pipelined.ts";
import { countReply } from "../persistence/repositories/arriving-posts.ts";
import { findPostById, toPostRecord, type PostRecord } from "../persistence/repositories/posts.ts";
import { posts, writtenPosts, type PostTag } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { keepConversations } from "./conversations.ts";
import type { Once } from "./idempotency.ts";
import { attachMedia } from "./media.ts";
import type { Thread } from "./note-audience.ts";
import { tellOfNote } from "./note-sending.ts";
import { createPoll, type NewPoll } from "./polls.ts";
import { notifyOfOwnPost } from "./post-notifications.ts";
import { withItsParts } from "./post-parts.ts";
import { requestQuote } from "./quotes.ts";
import { revealToAuthor } from "./visibility.ts";

/** A note that is ready to be stored. */
export interface NewNote {
  readonly id: Id;
  /** the unguessable last part of its IRI */
  readonly key: string;
  readonly content: Pick<PostRecord, "contentHtml" | "summary" | "sensitive" | "language"> & {
    readonly tags: PostTag[];
  };
  readonly audience: Audience;
  readonly quiet: boolean;
  readonly thread: Thread | null;
  /** in public: who is told because they are mentioned */
  readonly named: readonly Id[];
  /** null for what no client wrote */
  readonly written: Omit<typeof writtenPosts.$inferInsert, "postId"> | null;
  readonly mediaIds: readonly string[];
  readonly poll: NewPoll | null;
  /** the post that it quotes */
  readonly quotedId: Id | null;
  readonly once?: Once | undefined;
}

/**
 * Stores a note with all that belongs to it, and tells of it, in the caller's transaction.
 * @throws AppError `invalid_request`, `audience_refused`
 */
export async function storeNote(
  context: Context,
  tx: Transaction,
  acting: Acting,
  note: NewNote,
): Promise<Visible<PostRecord>> {
  const { actor } = acting;
  const { id, key, thread, audience, mediaIds, poll, quotedId, written } = note;
  const open = isPublic(audience);
  const storing = tx
    .insert(posts)
    .values({
      id,
      iri: context.iris.post(key),
      url: context.iris.postPage(id.toString()),
      authorId: actor.id,
      local: true,
      type: "Note",
      inReplyToIri: thread?.parent.iri ?? null,
      inReplyToId: thread?.parent.id ?? null,
      contextIri:
        thread === null ? context.iris.context(key) : (thread.ancestors.at(-1)?.contextIri ?? null),
      ...note.content,
      audience: formatAudience(audience),
      quiet: note.quiet,
      label: labelOf(actor.kind, audience, thread),
      publishedAt: context.now(),
    })
    .returning();
  const [[row]] = await pipelined([
    storing.execute(),
    note.once?.(tx, id),
    written === null
      ? null
      : tx
          .insert(writtenPosts)
          .values({ postId: id, ...written })
          .execute(),
  ]);
  if (row === undefined) throw new Error("insert into posts returned no row");
  if (open) {
    await countReply(tx, row.inReplyToId, 1);
    if (thread !== null) await announceChange(tx, `document:${thread.parent.iri}`);
  }
  if (mediaIds.length > 0) await attachMedia(context, tx, { id }, mediaIds, acting);
  if (poll !== null) await createPoll(tx, id, poll);
  const stored =
    mediaIds.length > 0 || poll !== null
      ? await findPostById(tx, id)
      : toPostRecord({ post: row, authorActor: actor, practice: null });
  const post = stored === null ? null : revealToAuthor(context, stored);
  if (post === null) throw notFound();
  await keepConversations(tx, post);
  const root = thread?.ancestors.at(-1);
  const answered = thread === null || root === undefined ? [] : [thread.parent, root];
  const parts = { poll: null, quote: null, quotePolicy: written?.quotePolicy ?? null };
  if (quotedId !== null) await requestQuote(context, tx, acting, post, quotedId);
  const isPlain = poll === null && quotedId === null;
  const shown = isPlain ? { ...post, parts } : await withItsParts(tx, post);
  await pipelined([
    tellOfNote(context, tx, shown, {
      type: "Create",
      above: thread,
      to: [...note.named, ...answered.map((above) => above.authorId)],
    }),
    notifyOfOwnPost(context, tx, post, { answered: thread?.parent ?? null }),
  ]);
  return post;
}

/** A reply has the strictest label of its discussion; what the organization writes to partners has one. */
function labelOf(kind: string, audience: Audience, thread: Thread | null) {
  if (thread !== null) return strictestLabel(thread.ancestors.map((post) => post.label));
  const toPartners = audience.some((atom) => atom.kind === "partner");
  return kind === "organization" && toPartners ? defaultLabel(audience) : null;
}
