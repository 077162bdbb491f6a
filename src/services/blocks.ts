import { and, eq, or } from "drizzle-orm";
import type { Transaction } from "../persistence/database.ts";
import { findActorByIri, type ActorRecord } from "../persistence/repositories/actors.ts";
import { lockKnownFollow } from "../persistence/repositories/follows.ts";
import { blocks } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { answerFollowIn, cancelFollowIn, decide } from "./follows.ts";
import type { Outcome } from "./received-activities.ts";

/**
 * One of our actors blocks somebody: neither sees the other from now on, and neither follows the
 * other any more. The other side is told that following ended, not that it is blocked.
 */
export async function blockActor(
  context: Context,
  blocker: ActorRecord,
  blocked: ActorRecord,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    await answerFollowIn(context, tx, blocked, blocker, "reject");
    await cancelFollowIn(context, tx, blocker, blocked);
    await tx
      .insert(blocks)
      .values({ blockerId: blocker.id, blockedId: blocked.id })
      .onConflictDoNothing();
  });
}

/** One of our actors ends its block; what it ended stays ended. */
export async function unblockActor(
  context: Context,
  blocker: ActorRecord,
  blocked: ActorRecord,
): Promise<void> {
  await context.db.delete(blocks).where(isPair(blocker, blocked));
}

/** Somebody elsewhere blocks one of our actors: both stop following, and posts are hidden both ways. */
export async function receiveBlock(
  context: Context,
  tx: Transaction,
  blocker: ActorRecord,
  block: { readonly iri: string; readonly blocked: string },
): Promise<Outcome> {
  const blocked = await findActorByIri(tx, block.blocked);
  if (blocked === null || blocked.kind === "remote") return "ignored:unknown-actor";
  const added = await tx
    .insert(blocks)
    .values({ blockerId: blocker.id, blockedId: blocked.id, iri: block.iri })
    .onConflictDoNothing()
    .returning({ id: blocks.id });
  if (added.length === 0) return "ignored:repeated";
  await endFollow(context, tx, blocked, blocker, "reject");
  await endFollow(context, tx, blocker, blocked, "cancel");
  return "stored";
}

/** Somebody elsewhere ends a block of one of our actors. */
export async function receiveUndoBlock(
  tx: Transaction,
  blocker: ActorRecord,
  block: { readonly iri: string | null; readonly blocked: string | null },
): Promise<Outcome> {
  const blocked = block.blocked === null ? null : await findActorByIri(tx, block.blocked);
  const removed = await tx
    .delete(blocks)
    .where(
      and(
        eq(blocks.blockerId, blocker.id),
        or(
          block.iri === null ? undefined : eq(blocks.iri, block.iri),
          blocked === null ? undefined : eq(blocks.blockedId, blocked.id),
        ) ?? eq(blocks.iri, ""),
      ),
    )
    .returning({ id: blocks.id });
  return removed.length > 0 ? "stored" : "ignored:not-blocking";
}

/** Ends a follow without a word: the blocking side has ended it already. */
async function endFollow(
  context: Context,
  tx: Transaction,
  follower: ActorRecord,
  followee: ActorRecord,
  event: "reject" | "cancel",
): Promise<void> {
  const pair = { followerId: follower.id, followeeId: followee.id };
  const follow = await lockKnownFollow(tx, pair);
  if (follow !== null) await decide(context, tx, follow, event);
}

function isPair(blocker: ActorRecord, blocked: ActorRecord) {
  return and(eq(blocks.blockerId, blocker.id), eq(blocks.blockedId, blocked.id));
}
