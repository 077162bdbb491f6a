import type { Viewer, Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { Context } from "./context.ts";
import { getPostById } from "./reading.ts";

/**
 * The post with that id, or the one that the boost with that id is of, for whoever may see it: in
 * timelines both have ids of the same kind.
 * @throws AppError `not_found`
 */
export function findPost(context: Context, viewer: Viewer, id: Id): Promise<Visible<PostRecord>> {
  return getPostById(context, viewer, id.toString());
}
