import type { Visible } from "../domain/audience/policy.ts";
import type { Queryable } from "../persistence/database.ts";
import { loadPostParts } from "../persistence/repositories/post-parts.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";

/**
 * The posts with all that their objects say: polls, quotes, who may quote them. Whatever is given to
 * `context.wire` as an object (`object`, `create`, `update`) comes through here first.
 */
async function withParts<Post extends Visible<PostRecord>>(
  db: Queryable,
  shown: readonly Post[],
): Promise<Post[]> {
  const parts = await loadPostParts(
    db,
    shown.map(({ id }) => id),
  );
  return shown.map((post) => {
    const own = parts.get(post.id);
    return own === undefined ? post : { ...post, parts: own };
  });
}

/** The same for one post. */
export async function withItsParts<Post extends Visible<PostRecord>>(
  db: Queryable,
  post: Post,
): Promise<Post> {
  const [shown = post] = await withParts(db, [post]);
  return shown;
}
