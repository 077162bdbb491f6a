import { eq, inArray, type InferSelectModel } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Queryable } from "../database.ts";
import { polls, posts, quotes, writtenPosts } from "../schema/index.ts";

export type PollRecord = InferSelectModel<typeof polls>;
export type QuoteRecord = InferSelectModel<typeof quotes>;
export type QuotePolicy = InferSelectModel<typeof writtenPosts>["quotePolicy"];

/** What the object of a post says beyond the post itself. */
export interface PostParts {
  readonly poll: PollRecord | null;
  readonly quote: QuoteRecord | null;
  /** null = its author never said */
  readonly quotePolicy: QuotePolicy | null;
}

/** Post → its parts; one statement. */
export async function loadPostParts(
  db: Queryable,
  ids: readonly Id[],
): Promise<Map<Id, PostParts>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({
      id: posts.id,
      poll: polls,
      quote: quotes,
      quotePolicy: writtenPosts.quotePolicy,
    })
    .from(posts)
    .leftJoin(polls, eq(polls.postId, posts.id))
    .leftJoin(quotes, eq(quotes.postId, posts.id))
    .leftJoin(writtenPosts, eq(writtenPosts.postId, posts.id))
    .where(inArray(posts.id, [...ids]));
  return new Map(rows.map(({ id, ...parts }) => [id, parts]));
}
