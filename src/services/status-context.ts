import type { Viewer, Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { findAncestors } from "../persistence/repositories/threads.ts";
import type { Context } from "./context.ts";
import { readDiscussion } from "./discussion.ts";
import { readPostsByIds } from "./post-reading.ts";
import { findPost } from "./status-reading.ts";
import { revealPosts } from "./visibility.ts";

/** Where a post stands in its thread. */
export interface StatusContext {
  /** the root first */
  readonly ancestors: readonly Visible<PostRecord>[];
  /** each right after what it answers, older branches first */
  readonly descendants: readonly Visible<PostRecord>[];
}

const VISITOR = { ancestors: 40, descendants: 60 };
const MEMBER = { ancestors: 400, descendants: 400 };

/**
 * What is above and below a post, as far as the viewer may see it.
 * @throws AppError `not_found`
 */
export async function readContext(
  context: Context,
  viewer: Viewer,
  id: Id,
): Promise<StatusContext> {
  const post = await findPost(context, viewer, id);
  const most = viewer.kind === "anonymous" ? VISITOR : MEMBER;
  const [above, { replies }] = await Promise.all([
    readAbove(context, viewer, post, most.ancestors),
    readDiscussion(context, viewer, post, { limit: most.descendants }),
  ]);
  return { ancestors: above, descendants: inBranches(post.id, replies) };
}

async function readAbove(
  context: Context,
  viewer: Viewer,
  post: PostRecord,
  most: number,
): Promise<Visible<PostRecord>[]> {
  if (post.inReplyToId === null) return [];
  const chain = (await findAncestors(context.db, [post.id])).get(post.id) ?? [];
  const nearest = chain.slice(0, most).map((ancestor) => ancestor.id);
  return revealPosts(context, viewer, await readPostsByIds(context, nearest.toReversed()));
}

function inBranches<Reply extends PostRecord>(root: Id, replies: readonly Reply[]): Reply[] {
  const below = Map.groupBy(replies, (reply) => reply.inReplyToId);
  const ordered: Reply[] = [];
  const waiting = (below.get(root) ?? []).toReversed();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    ordered.push(next);
    waiting.push(...(below.get(next.id) ?? []).toReversed());
  }
  return ordered;
}
