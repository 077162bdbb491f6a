import { and, eq, exists, inArray, ne, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Id } from "../domain/ids.ts";
import type { Queryable } from "../persistence/database.ts";
import { actors, follows, posts } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** What is known of a post before it is stored. */
export interface Incoming {
  readonly authorId: Id;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  /** the post itself and what it answers */
  readonly posts: readonly string[];
}

/**
 * Whether a post from elsewhere has a reason to be here: it is addressed to one of our actors, its
 * author is followed from here, or we have it, or what it answers, already. All else would let any
 * server fill our tables.
 */
export async function concernsUs(
  context: Context,
  db: Queryable,
  { authorId, to, cc, posts: related }: Incoming,
): Promise<boolean> {
  const own = `${context.iris.origin}/`;
  if ([...to, ...cc].some((iri) => iri.startsWith(own))) return true;
  const followed = exists(followedHere(db, authorId));
  const known = exists(
    db
      .select({ id: posts.id })
      .from(posts)
      .where(inArray(posts.iri, [...related])),
  );
  const [row] = await db.execute<{ related: boolean }>(
    sql`select ${followed} or ${known} as related`,
  );
  return row?.related === true;
}

/** Whether one of our actors follows this one. */
export async function isFollowedHere(db: Queryable, actorId: Id): Promise<boolean> {
  return (await followedHere(db, actorId)).length > 0;
}

/** Whether any of `iris` is a post that we have. */
export async function knowsAnyPost(db: Queryable, iris: readonly string[]): Promise<boolean> {
  if (iris.length === 0) return false;
  const rows = await db
    .select({ id: posts.id })
    .from(posts)
    .where(inArray(posts.iri, [...iris]))
    .limit(1);
  return rows.length > 0;
}

function followedHere(db: Queryable, actorId: Id) {
  const followers = alias(actors, "followers");
  return db
    .select({ id: follows.id })
    .from(follows)
    .innerJoin(followers, eq(followers.id, follows.followerId))
    .where(
      and(
        eq(follows.followeeId, actorId),
        eq(follows.state, "accepted"),
        ne(followers.kind, "remote"),
      ),
    )
    .limit(1);
}
