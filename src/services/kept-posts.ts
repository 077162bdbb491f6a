import { and, eq } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { actors, bookmarks, posts, reactions } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { readPostsByIds } from "./post-reading.ts";
import { narrowTo, revealPosts } from "./visibility.ts";

/** A page of posts that somebody bookmarked or favourited, by when they did. */
export interface KeptPage {
  /** newest first, without what the reader may not see any more */
  readonly posts: readonly Visible<PostRecord>[];
  /** of the bookmarks or favourites, newest first */
  readonly ids: readonly Id[];
}

/** What somebody bookmarked and may still see. */
export function listBookmarks(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<KeptPage> {
  return list(context, acting, page, bookmarks);
}

/** What somebody favourited and may still see. */
export function listFavourites(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<KeptPage> {
  return list(context, acting, page, reactions);
}

async function list(
  context: Context,
  { actor, viewer }: Acting,
  page: KeysetPage,
  kept: typeof bookmarks | typeof reactions,
): Promise<KeptPage> {
  const { where, orderBy } = keysetSql(page, kept.id);
  const found = await context.db
    .select({ id: kept.id, postId: kept.postId })
    .from(kept)
    .innerJoin(posts, eq(posts.id, kept.postId))
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .where(
      and(
        eq(kept.actorId, actor.id),
        "type" in kept ? eq(kept.type, "favourite") : undefined,
        await narrowTo(context, viewer),
        where,
      ),
    )
    .orderBy(orderBy)
    .limit(page.limit);
  const rows = newestFirst(page, found);
  const records = await readPostsByIds(
    context,
    rows.map(({ postId }) => postId),
  );
  const visible = await revealPosts(context, viewer, records);
  return { posts: visible, ids: rows.map(({ id }) => id) };
}
