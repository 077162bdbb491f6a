import { mayKnowOfWithdrawal } from "../domain/audience/withdrawal.ts";
import type { Viewer } from "../domain/audience/policy.ts";
import type { Queryable } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { Context } from "./context.ts";
import { relationsOf } from "./visibility.ts";

/** That something is gone, and who took it away; nothing of what it was. */
export interface Withdrawal {
  readonly owner: ActorRecord;
  readonly withdrawnAt: Date;
}

/** The withdrawal of a post, for those of our people who could see it before; null for all others. */
export async function findWithdrawal(
  context: Context,
  viewer: Viewer,
  find: (db: Queryable) => Promise<PostRecord | null>,
): Promise<Withdrawal | null> {
  if (viewer.kind !== "local") return null;
  const post = await find(context.db);
  if (post === null || post.withdrawnAt === null) return null;
  if (!(await knowsOfWithdrawal(context, viewer, post))) return null;
  return { owner: post.authorActor, withdrawnAt: post.withdrawnAt };
}

/** Whether the viewer may be told that the post is withdrawn, see `mayKnowOfWithdrawal`. */
export async function knowsOfWithdrawal(
  context: Context,
  viewer: Viewer,
  post: PostRecord,
): Promise<boolean> {
  const relations = await relationsOf(context, context.db, viewer, [post.author]);
  return mayKnowOfWithdrawal(viewer, post, relations.factsAbout(post));
}
