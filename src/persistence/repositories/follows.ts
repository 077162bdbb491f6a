import { and, eq, sql, type InferSelectModel } from "drizzle-orm";
import type { FollowState } from "../../domain/follow.ts";
import type { Id } from "../../domain/ids.ts";
import type { Queryable, Transaction } from "../database.ts";
import { actors, follows } from "../schema/index.ts";

/** One actor's wish to follow another, and what became of it. */
export type FollowRecord = InferSelectModel<typeof follows>;

/** Who follows whom. */
export interface FollowPair {
  readonly followerId: Id;
  readonly followeeId: Id;
}

/**
 * The row of the pair, locked until the transaction ends. A pair that was never seen gets a row in
 * the state `cancelled`, which no one can tell from "never asked"; two who ask at once then wait
 * for each other here.
 */
export async function lockFollow(
  tx: Transaction,
  pair: FollowPair,
  iri: string,
): Promise<FollowRecord> {
  const [row] = await tx
    .insert(follows)
    .values({ ...pair, iri, state: "cancelled" })
    .onConflictDoUpdate({
      target: [follows.followerId, follows.followeeId],
      set: { followerId: sql`excluded.follower_id` },
    })
    .returning();
  if (row === undefined) throw new Error("upsert into follows returned no row");
  return row;
}

/** The row of the pair, locked until the transaction ends; null when there is none. */
export async function lockKnownFollow(
  tx: Transaction,
  { followerId, followeeId }: FollowPair,
): Promise<FollowRecord | null> {
  const [row] = await tx
    .select()
    .from(follows)
    .where(and(eq(follows.followerId, followerId), eq(follows.followeeId, followeeId)))
    .for("update");
  return row ?? null;
}

export async function lockFollowByIri(tx: Transaction, iri: string): Promise<FollowRecord | null> {
  const [row] = await tx.select().from(follows).where(eq(follows.iri, iri)).for("update");
  return row ?? null;
}

export async function findFollowById(db: Queryable, id: Id): Promise<FollowRecord | null> {
  const [row] = await db.select().from(follows).where(eq(follows.id, id));
  return row ?? null;
}

/** Saves the new state and, with it, what the pair's counters gain or lose. */
export async function saveFollow(
  tx: Transaction,
  follow: FollowRecord,
  next: { readonly iri: string; readonly state: FollowState; readonly decidedAt: Date | null },
): Promise<FollowRecord> {
  await tx.update(follows).set(next).where(eq(follows.id, follow.id));
  const step = Number(next.state === "accepted") - Number(follow.state === "accepted");
  if (step !== 0) await countFollow(tx, follow, step);
  return { ...follow, ...next };
}

/** The lower id first: two transactions that touch the same two actors never wait in a circle. */
async function countFollow(tx: Transaction, pair: FollowPair, step: number): Promise<void> {
  const followerFirst = pair.followerId < pair.followeeId;
  const sides = followerFirst
    ? (["follower", "followee"] as const)
    : (["followee", "follower"] as const);
  for (const side of sides) {
    const counter =
      side === "follower"
        ? { followingCount: sql`greatest(0, ${actors.followingCount} + ${step})` }
        : { followersCount: sql`greatest(0, ${actors.followersCount} + ${step})` };
    const id = side === "follower" ? pair.followerId : pair.followeeId;
    await tx.update(actors).set(counter).where(eq(actors.id, id));
  }
}

/** Whether anybody on another server follows the actor. */
export async function hasFollowersElsewhere(db: Queryable, followeeId: Id): Promise<boolean> {
  const [row] = await db.execute<{ found: boolean }>(sql`
    select exists (
      select from follows f join actors a on a.id = f.follower_id
      where f.followee_id = ${followeeId.toString()}::bigint and f.state = 'accepted'
        and a.kind = 'remote') as found`);
  return row?.found === true;
}
