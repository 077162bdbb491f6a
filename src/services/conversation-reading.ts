import { and, eq } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { findActorsByIris, type ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { findReplies } from "../persistence/repositories/threads.ts";
import { conversations } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { isLetter } from "./conversations.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { readPostsByIds } from "./post-reading.ts";
import { revealPosts } from "./visibility.ts";

/** A thread of letters, as its owner may see it now. */
export interface Conversation {
  readonly id: Id;
  readonly unread: boolean;
  /** the others in it, as far as they are known here; oneself when there is nobody else */
  readonly actors: readonly ActorRecord[];
  /** the newest that may be seen */
  readonly last: Visible<PostRecord>;
}

/** A page of conversations, by their last posts. */
export interface ConversationsPage {
  /** newest first, without those of which nothing may be seen any more */
  readonly conversations: readonly Conversation[];
  /** of the last posts, newest first */
  readonly ids: readonly Id[];
}

type Row = typeof conversations.$inferSelect;

/** Letters that are looked through for one that may still be seen. */
const MOST_LOOKED_AT = 200;

/** The conversations of whoever acts. */
export async function listConversations(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<ConversationsPage> {
  const { where, orderBy } = keysetSql(page, conversations.lastPostId);
  const found = await context.db
    .select()
    .from(conversations)
    .where(and(eq(conversations.ownerId, acting.actor.id), where))
    .orderBy(orderBy)
    .limit(page.limit);
  const rows = newestFirst(page, found);
  return {
    conversations: await readConversations(context, acting, rows),
    ids: rows.map(({ lastPostId }) => lastPostId),
  };
}

/** One of the conversations of whoever acts. @throws AppError `not_found` */
export async function getConversation(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<Conversation> {
  const rows = await context.db
    .select()
    .from(conversations)
    .where(and(eq(conversations.id, id), eq(conversations.ownerId, acting.actor.id)));
  const [conversation] = await readConversations(context, acting, rows);
  if (conversation === undefined) throw notFound();
  return conversation;
}

/** Marks a conversation as read. @throws AppError `not_found` */
export async function readConversation(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<Conversation> {
  const rows = await context.db
    .update(conversations)
    .set({ unread: false })
    .where(and(eq(conversations.id, id), eq(conversations.ownerId, acting.actor.id)))
    .returning();
  const [conversation] = await readConversations(context, acting, rows);
  if (conversation === undefined) throw notFound();
  return conversation;
}

/** Takes a conversation off the list, until somebody writes in it again. @throws AppError `not_found` */
export async function removeConversation(
  context: Context,
  { actor }: Acting,
  id: Id,
): Promise<void> {
  const removed = await context.db
    .delete(conversations)
    .where(and(eq(conversations.id, id), eq(conversations.ownerId, actor.id)))
    .returning({ id: conversations.id });
  if (removed.length === 0) throw notFound();
}

async function readConversations(
  context: Context,
  acting: Acting,
  rows: readonly Row[],
): Promise<Conversation[]> {
  const last = await lastVisible(context, acting, rows);
  const named = [...last.values()].flatMap(({ audience }) =>
    audience.flatMap((atom) => (atom.kind === "person" ? [atom.actor] : [])),
  );
  const known = await findActorsByIris(context.db, [...new Set(named)]);
  return rows.flatMap(({ id, unread }) => {
    const post = last.get(id);
    if (post === undefined) return [];
    return [{ id, unread, actors: othersIn(post, acting.actor, known), last: post }];
  });
}

function othersIn(
  post: PostRecord,
  owner: ActorRecord,
  known: ReadonlyMap<string, ActorRecord>,
): ActorRecord[] {
  const all = [
    post.authorActor,
    ...post.audience.flatMap((atom) => {
      const actor = atom.kind === "person" ? known.get(atom.actor) : undefined;
      return actor === undefined ? [] : [actor];
    }),
  ];
  const others = new Map(all.map((actor) => [actor.id, actor]));
  others.delete(owner.id);
  return others.size === 0 ? [owner] : [...others.values()];
}

/** Conversation → the newest post in it that its owner may see. */
async function lastVisible(
  context: Context,
  { viewer }: Acting,
  rows: readonly Row[],
): Promise<Map<Id, Visible<PostRecord>>> {
  const ids = rows.map(({ lastPostId }) => lastPostId);
  const revealed = await revealPosts(context, viewer, await readPostsByIds(context, ids));
  const visible = new Map(revealed.map((post) => [post.id, post]));
  const found = new Map<Id, Visible<PostRecord>>();
  for (const row of rows) {
    const post = visible.get(row.lastPostId) ?? (await lastLetter(context, viewer, row));
    if (post !== null) found.set(row.id, post);
  }
  return found;
}

async function lastLetter(
  context: Context,
  viewer: Acting["viewer"],
  { rootId }: Row,
): Promise<Visible<PostRecord> | null> {
  const below = await findReplies(context.db, rootId, { limit: MOST_LOOKED_AT });
  const records = await readPostsByIds(context, [rootId, ...below]);
  const letters = records.filter(isLetter);
  return (await revealPosts(context, viewer, letters)).at(-1) ?? null;
}
