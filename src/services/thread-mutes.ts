import { and, eq, inArray } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { Queryable } from "../persistence/database.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { findAncestors } from "../persistence/repositories/threads.ts";
import { threadMutes } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { findPost } from "./status-reading.ts";

/** Hears no more of the thread that a post is in. @throws AppError `not_found` */
export async function muteThread(
  context: Context,
  { actor, viewer }: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const post = await findPost(context, viewer, id);
  const [rootId = post.id] = (await threadOf(context.db, post.id)).slice(-1);
  await context.db.insert(threadMutes).values({ actorId: actor.id, rootId }).onConflictDoNothing();
  return post;
}

/** Hears of it again; without a mute, nothing changes. @throws AppError `not_found` */
export async function unmuteThread(
  context: Context,
  { actor, viewer }: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const post = await findPost(context, viewer, id);
  const thread = await threadOf(context.db, post.id);
  await context.db
    .delete(threadMutes)
    .where(and(eq(threadMutes.actorId, actor.id), inArray(threadMutes.rootId, thread)));
  return post;
}

/** The post and those above it, the first of the thread last. */
async function threadOf(db: Queryable, id: Id): Promise<Id[]> {
  const above = (await findAncestors(db, [id])).get(id) ?? [];
  return [id, ...above.map((post) => post.id)];
}
