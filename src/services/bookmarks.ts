import { and, eq } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { bookmarks } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { findPost } from "./status-reading.ts";

/** Keeps a post for oneself; nobody is told. @throws AppError `not_found` */
export async function bookmark(
  context: Context,
  { actor, viewer }: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const post = await findPost(context, viewer, id);
  await context.db
    .insert(bookmarks)
    .values({ actorId: actor.id, postId: post.id })
    .onConflictDoNothing();
  return post;
}

/** Keeps it no longer; without a bookmark, nothing changes. @throws AppError `not_found` */
export async function unbookmark(
  context: Context,
  { actor, viewer }: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const post = await findPost(context, viewer, id);
  await context.db
    .delete(bookmarks)
    .where(and(eq(bookmarks.actorId, actor.id), eq(bookmarks.postId, post.id)));
  return post;
}
