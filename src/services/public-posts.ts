import { and, eq } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import { ANONYMOUS, type Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import { selectPosts, toPostRecord, type PostRecord } from "../persistence/repositories/posts.ts";
import { posts } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { getVisiblePost } from "./visibility.ts";

/**
 * Our own post whose page or IRI that is, if everybody may see it, whoever asks.
 * @throws AppError `not_found`
 */
export async function getPublicPostByUrl(
  context: Context,
  url: string,
): Promise<Visible<PostRecord>> {
  const field = url.startsWith(`${context.iris.origin}/ap/`) ? posts.iri : posts.url;
  const post = await getVisiblePost(context, ANONYMOUS, async (db) => {
    const [row] = await selectPosts(db)
      .where(and(eq(field, url), eq(posts.local, true)))
      .limit(1);
    return row === undefined ? null : toPostRecord(row);
  });
  if (!isPublic(post.audience)) throw notFound();
  return post;
}
