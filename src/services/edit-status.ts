import { and, eq, isNull, sql } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import { placeBelow } from "../domain/audience/discussion.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { findAncestors } from "../persistence/repositories/threads.ts";
import { polls, posts, writtenPosts, type PostTag } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { discussionFacts } from "./arriving-replies.ts";
import { composeNote, languageTag, namesIn, readNote, type ReadNote } from "./compose.ts";
import type { Context } from "./context.ts";
import { attachMedia } from "./media.ts";
import { describeAttached, type MediaDescription } from "./media-descriptions.ts";
import { findMentioned, mentionTags, type Mentioned } from "./mentions.ts";
import { tellOfNote, toldByName, type Above } from "./note-sending.ts";
import { getSource } from "./status-source.ts";
import { isOwnNote } from "./own-notes.ts";
import { createPoll, type NewPoll } from "./polls.ts";
import { keepNewest, keepOldest } from "./post-edits.ts";
import { notifyOfEdit, notifyOfOwnPost } from "./post-notifications.ts";
import { withItsParts } from "./post-parts.ts";
import { revisePractice } from "./practices.ts";
import { getVisiblePost, revealToAuthor } from "./visibility.ts";

/** An edit by a client; what is undefined stays as it is. */
export interface StatusChanges {
  readonly text: string | undefined;
  readonly spoilerText: string | undefined;
  readonly sensitive: boolean | undefined;
  readonly language: string | undefined;
  readonly mediaIds: readonly string[] | undefined;
  /** what is to be seen on files that the post has, or gets by this edit */
  readonly descriptions: readonly MediaDescription[];
  /** null = it is no poll any more */
  readonly poll: NewPoll | null | undefined;
  readonly quotePolicy: "public" | "followers" | "nobody" | undefined;
}

/**
 * Edits a post of one's own: a new revision for those whom it is for already, nobody else (rule 4).
 * All who had it are told. A practice keeps its title when the edit has no subject.
 * @throws AppError `not_found`, `invalid_request`, `editors_only`
 */
export async function editStatus(
  context: Context,
  acting: Acting,
  id: Id,
  changes: StatusChanges,
): Promise<Visible<PostRecord>> {
  const { actor, viewer } = acting;
  const post = await getVisiblePost(context, viewer, (db) => findPostById(db, id));
  if (!post.local || post.authorId !== actor.id) throw notFound();
  if (isOwnNote(post, actor.id)) return editNote(context, acting, post, changes);
  const { text, spoilerText = "", language, descriptions } = changes;
  const attached = await describeAttached(context.db, post.id, descriptions);
  const mediaIds = changes.mediaIds ?? (descriptions.length === 0 ? undefined : attached);
  return revisePractice(context, acting.member, id, {
    ...(text === undefined ? {} : { content: text }),
    ...(spoilerText.trim() === "" ? {} : { title: spoilerText }),
    ...(language === undefined ? {} : { language: languageTag(language) }),
    ...(mediaIds === undefined ? {} : { media_ids: [...mediaIds] }),
  });
}

async function editNote(
  context: Context,
  acting: Acting,
  before: Visible<PostRecord>,
  changes: StatusChanges,
): Promise<Visible<PostRecord>> {
  const source = await getSource(context, acting, before.id);
  const { mediaIds, poll, descriptions } = changes;
  const files = mediaIds ?? before.attachments;
  const note = readNote(
    {
      text: changes.text ?? source.text,
      spoilerText: changes.spoilerText ?? source.spoilerText,
    },
    { mayBeEmpty: files.length > 0 },
  );
  const sensitive = note.spoilerText !== "" || (changes.sensitive ?? before.sensitive);
  const language = changes.language === undefined ? before.language : languageTag(changes.language);
  const same =
    note.text === source.text &&
    note.spoilerText === source.spoilerText &&
    sensitive === before.sensitive &&
    language === before.language &&
    mediaIds === undefined &&
    descriptions.length === 0 &&
    poll === undefined &&
    changes.quotePolicy === undefined;
  if (same) return before;
  const lookUp = isPublic(before.audience);
  const mentioned = await findMentioned(context, namesIn(note), { lookUp });
  const composed = composeNote(context, note, mentioned);
  const above = await aboveOf(context, before);
  const tags = await tagsOf(context, acting, before, { mentioned, above });
  return context.db.transaction(async (tx) => {
    await keepOldest(tx, before.id);
    await tx
      .update(posts)
      .set({
        contentHtml: composed.contentHtml,
        summary: note.spoilerText,
        sensitive,
        language,
        tags: [...tags, ...composed.hashtags],
        revision: sql`${posts.revision} + 1`,
        editedAt: context.now(),
      })
      .where(and(eq(posts.id, before.id), isNull(posts.withdrawnAt)));
    await writeSource(tx, before, note, changes);
    const attached = await describeAttached(tx, before.id, descriptions);
    if (mediaIds !== undefined || descriptions.length > 0) {
      await attachMedia(context, tx, before, mediaIds ?? attached, acting);
    }
    if (poll !== undefined) await replacePoll(tx, before, poll);
    await keepNewest(tx, before.id);
    const stored = await findPostById(tx, before.id);
    const post = stored === null ? null : revealToAuthor(context, stored);
    if (post === null) throw notFound();
    const named = isPublic(post.audience)
      ? [...(await toldByName(tx, post.id)), ...[...mentioned.values()].map((person) => person.id)]
      : [];
    await tellOfNote(context, tx, await withItsParts(tx, post), {
      type: "Update",
      above,
      to: named,
    });
    await notifyOfEdit(context, tx, post);
    await notifyOfOwnPost(context, tx, post);
    await announceChange(tx, `document:${post.iri}`);
    return post;
  });
}

async function aboveOf(context: Context, { id }: PostRecord): Promise<Above | null> {
  const ancestors = (await findAncestors(context.db, [id])).get(id) ?? [];
  if (ancestors.length === 0) return null;
  const facts = await discussionFacts(context, ancestors);
  return { ancestors, place: placeBelow(ancestors, facts) };
}

/** The mentions of the new text, and still whom the post answers. */
async function tagsOf(
  context: Context,
  { actor }: Acting,
  before: PostRecord,
  { mentioned, above }: { readonly mentioned: Mentioned; readonly above: Above | null },
): Promise<PostTag[]> {
  const tags = await mentionTags(context.db, actor, mentioned.values(), before.audience);
  const parent = above?.ancestors[0]?.author;
  const answered = before.tags.filter(
    ({ type, href }) => type === "Mention" && href === parent && parent !== undefined,
  );
  const known = new Set(tags.map(({ href }) => href));
  return [...answered.filter(({ href }) => !known.has(href)), ...tags];
}

async function writeSource(
  tx: Transaction,
  { id, audience }: PostRecord,
  note: ReadNote,
  { quotePolicy }: StatusChanges,
): Promise<void> {
  const policy =
    quotePolicy === undefined ? {} : { quotePolicy: isPublic(audience) ? quotePolicy : "nobody" };
  const values = { source: note.text, spoilerText: note.spoilerText, ...policy } as const;
  await tx
    .insert(writtenPosts)
    .values({ postId: id, ...values })
    .onConflictDoUpdate({ target: writtenPosts.postId, set: values });
}

/** Other questions are another poll: nobody's vote is for it. */
async function replacePoll(
  tx: Transaction,
  { id, type }: PostRecord,
  poll: NewPoll | null,
): Promise<void> {
  const [present] = await tx.select().from(polls).where(eq(polls.postId, id));
  const options = present?.options.map(({ title }) => title) ?? [];
  const same =
    poll !== null &&
    present !== undefined &&
    present.multiple === poll.multiple &&
    options.join("\0") === poll.options.join("\0");
  if (same) {
    const { hideTotals, expiresAt } = poll;
    await tx.update(polls).set({ hideTotals, expiresAt }).where(eq(polls.postId, id));
    return;
  }
  await tx.delete(polls).where(eq(polls.postId, id));
  if (poll !== null) await createPoll(tx, id, poll);
  else if (type === "Question")
    await tx.update(posts).set({ type: "Note" }).where(eq(posts.id, id));
}
