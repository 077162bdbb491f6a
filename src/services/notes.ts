import { and, eq, isNull } from "drizzle-orm";
import { address } from "../domain/audience/address.ts";
import { formatAudience, isPublic, type Audience } from "../domain/audience/audience.ts";
import { audienceOfOwnReply, placeBelow, type Place } from "../domain/audience/discussion.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { AppError, invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { strictestLabel } from "../domain/practice.ts";
import { renderMarkdown } from "../platform/markdown/render.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { countPost } from "../persistence/repositories/arriving-posts.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import {
  findAncestors,
  MAX_THREAD_DEPTH,
  type AncestorPost,
} from "../persistence/repositories/threads.ts";
import { posts, type PostTag } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import { discussionFacts } from "./arriving-replies.ts";
import type { Context } from "./context.ts";
import { viewerOf, type Member } from "./members.ts";
import { partnersOf } from "./relay.ts";
import { getVisiblePost, revealPosts } from "./visibility.ts";

/** The longest reply, in characters. */
export const MAX_REPLY_LENGTH = 5_000;

/** What a reply answers, up to the practice. */
type Ancestors = readonly [PostRecord, ...AncestorPost[]];

/** A reply as a member writes it. */
export interface ReplyDraft {
  /** the practice or reply that it answers */
  readonly inReplyTo: Id;
  /** Markdown */
  readonly content: string;
  /** BCP 47; null = not said */
  readonly language: string | null;
}

/**
 * Publishes a member's reply to a practice or reply that the member may see, for as many as rule 1
 * lets see it: whom the text mentions changes nothing about that.
 * @throws AppError `not_found`, `invalid_request`, `thread_too_long`
 */
export async function writeReply(
  context: Context,
  member: Member,
  draft: ReplyDraft,
): Promise<Visible<PostRecord>> {
  const viewer = viewerOf(member);
  const parent = await getVisiblePost(context, viewer, (db) => findPostById(db, draft.inReplyTo));
  const key = context.newKey();
  const written = checkReply(draft, key);
  const above = (await findAncestors(context.db, [parent.id])).get(parent.id) ?? [];
  const ancestors: Ancestors = [parent, ...above];
  if (ancestors.length >= MAX_THREAD_DEPTH) {
    throw new AppError("thread_too_long", "This discussion is too long for more replies.", {
      status: 422,
    });
  }
  const facts = await discussionFacts(context, ancestors);
  const place = placeBelow(ancestors, facts);
  const audience = audienceOfOwnReply(ancestors, facts);
  return context.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(posts)
      .values({
        iri: context.iris.post(key),
        url: context.iris.post(key),
        authorId: member.actorId,
        local: true,
        type: "Note",
        inReplyToIri: parent.iri,
        inReplyToId: parent.id,
        contextIri: ancestors.at(-1)?.contextIri ?? null,
        ...written,
        audience: formatAudience(audience),
        label: strictestLabel(ancestors.map((post) => post.label)),
        tags: mentionsOf(parent, member, place),
        publishedAt: context.now(),
      })
      .returning({ id: posts.id });
    if (row === undefined) throw new Error("insert into posts returned no row");
    await tx
      .update(posts)
      .set({ url: context.iris.postPage(row.id.toString()) })
      .where(eq(posts.id, row.id));
    if (isPublic(audience)) {
      await countPost(tx, { author: member.actorId, parent: parent.id, step: 1 });
      await announceChange(tx, `document:${parent.iri}`);
    }
    const [reply] = await revealPosts(context, viewer, await stored(tx, row.id), tx);
    if (reply === undefined) throw notFound();
    await announceReply(context, tx, reply, place, ancestors);
    return reply;
  });
}

/** @throws AppError `invalid_request` */
function checkReply({ content, language }: ReplyDraft, key: string) {
  const text = content.trim();
  if (text === "") throw invalid({ content: "write something" });
  if (text.length > MAX_REPLY_LENGTH) {
    throw invalid({ content: `at most ${MAX_REPLY_LENGTH.toLocaleString("en")} characters` });
  }
  const { html } = renderMarkdown(text, { idPrefix: key.slice(-8) });
  if (html === "") throw invalid({ content: "write something" });
  return { contentHtml: html, language: checkLanguage(language) };
}

function checkLanguage(tag: string | null): string | null {
  if (tag === null || tag === "") return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    throw invalid({ language: "a language tag such as en or pt-BR" });
  }
}

/** Whom it answers, for servers that show an answer to nobody else; in our own discussion we relay. */
function mentionsOf(parent: PostRecord, member: Member, { kind }: Place): PostTag[] {
  const { authorActor: author } = parent;
  if (author.id === member.actorId || kind === "ours") return [];
  if (kind === "partner" && parent.relayedBy !== null) return [];
  return [{ type: "Mention", name: `@${author.handle}@${author.host}`, href: author.iri }];
}

async function stored(tx: Transaction, id: Id): Promise<PostRecord[]> {
  const post = await findPostById(tx, id);
  return post === null ? [] : [post];
}

/**
 * The Creates of a reply. In public one, for followers and those who are answered; in our own
 * discussion one for each partner who may see it, naming nobody else; in a partner's one for that
 * partner, who relays it; below a stranger's message one for the stranger.
 */
async function announceReply(
  context: Context,
  tx: Transaction,
  reply: Visible<PostRecord>,
  place: Place,
  ancestors: Ancestors,
): Promise<void> {
  const [parent, ...above] = ancestors;
  const root = above.at(-1) ?? parent;
  switch (place.kind) {
    case "open":
      return announce(context, tx, reply, { to: [parent.authorId, root.authorId] });
    case "ours":
      for (const organization of await partnersOf(context, tx, reply, ancestors)) {
        const audience: Audience = [{ kind: "partner", organization }];
        await announce(context, tx, { ...reply, audience }, {});
      }
      return;
    case "partner":
    case "foreign": {
      const audience = reply.audience.filter(({ kind }) => kind !== "members");
      return announce(context, tx, { ...reply, audience }, {});
    }
  }
}

async function announce(
  context: Context,
  tx: Transaction,
  reply: Visible<PostRecord>,
  { to }: { readonly to?: readonly Id[] },
): Promise<void> {
  const iri = context.iris.activity(context.newKey());
  await recordActivity(context, tx, {
    iri,
    actorId: reply.authorId,
    type: "Create",
    audience: reply.audience,
    body: context.wire.create(iri, reply),
    post: { id: reply.id, revision: reply.revision },
    ...(to === undefined ? {} : { to }),
  });
}

/**
 * Withdraws a reply of the member's own: its text is gone here at once, and a Delete goes to all who
 * had it. One that was for few names no recipient, as it is the same for all.
 * @throws AppError `not_found`
 */
export async function deleteReply(context: Context, member: Member, id: Id): Promise<void> {
  const viewer = viewerOf(member);
  const reply = await getVisiblePost(context, viewer, (db) => findPostById(db, id));
  if (!isOwnReply(reply, member)) throw notFound();
  await context.db.transaction(async (tx) => {
    const now = context.now();
    const withdrawn = await tx
      .update(posts)
      .set({ withdrawnAt: now, summary: "", contentHtml: "", tags: [], attachments: [] })
      .where(and(eq(posts.id, id), isNull(posts.withdrawnAt)))
      .returning({ id: posts.id });
    if (withdrawn.length === 0) throw notFound();
    const open = isPublic(reply.audience);
    if (open) {
      await countPost(tx, { author: member.actorId, parent: reply.inReplyToId, step: -1 });
    }
    const iri = context.iris.activity(context.newKey());
    const { to, cc } = open
      ? address(reply.audience, { followers: reply.authorActor.followersIri ?? "" })
      : { to: [], cc: [] };
    await recordActivity(context, tx, {
      iri,
      actorId: reply.authorId,
      type: "Delete",
      audience: open ? reply.audience : [],
      body: context.wire.delete(iri, { iri: reply.iri, author: reply.author, to, cc }, now),
      post: { id, revision: reply.revision },
    });
    await announceChange(tx, `document:${reply.iri}`);
  });
}

/** Whether the member may take this reply back. */
export function isOwnReply(post: PostRecord, member: Member | null): boolean {
  return member !== null && post.local && post.type === "Note" && post.authorId === member.actorId;
}
