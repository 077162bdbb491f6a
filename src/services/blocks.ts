import { and, eq, or } from "drizzle-orm";
import type { Transaction } from "../persistence/database.ts";
import { findActorByIri, type ActorRecord } from "../persistence/repositories/actors.ts";
import { lockKnownFollow } from "../persistence/repositories/follows.ts";
import { blocks } from "../persistence/schema/index.ts";
import { listAccountEntries, type AccountEntry } from "./account-lists.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { answerFollowIn, cancelFollowIn, decide } from "./follows.ts";
import type { KeysetPage } from "./keyset-page.ts";
import type { Outcome } from "./received-activities.ts";

/**
 * One of our actors blocks somebody: neither sees the other from now on, and neither follows the
 * other any more. Another instance is told, so that it hides our posts as well. Blocking again, or
 * oneself, changes nothing.
 */
export async function blockActor(
  context: Context,
  blocker: ActorRecord,
  blocked: ActorRecord,
): Promise<void> {
  if (blocker.id === blocked.id) return;
  await context.db.transaction(async (tx) => {
    const iri = context.iris.activity(context.newKey());
    const added = await tx
      .insert(blocks)
      .values({ blockerId: blocker.id, blockedId: blocked.id, iri })
      .onConflictDoNothing()
      .returning({ id: blocks.id });
    if (added.length === 0) return;
    await answerFollowIn(context, tx, blocked, blocker, "reject");
    await cancelFollowIn(context, tx, blocker, blocked);
    await tell(context, tx, "Block", { iri, blocker, blocked });
  });
}

/** One of our actors ends its block; what it ended stays ended. */
export async function unblockActor(
  context: Context,
  blocker: ActorRecord,
  blocked: ActorRecord,
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const [removed] = await tx
      .delete(blocks)
      .where(isPair(blocker, blocked))
      .returning({ iri: blocks.iri });
    if (removed === undefined || removed.iri === null) return;
    await tell(context, tx, "Undo", { iri: removed.iri, blocker, blocked });
  });
}

/** Whom one of our actors blocks. */
export function listBlocked(
  context: Context,
  { actor }: Acting,
  page: KeysetPage,
): Promise<AccountEntry[]> {
  const where = eq(blocks.blockerId, actor.id);
  const source = { table: blocks, id: blocks.id, other: blocks.blockedId, where };
  return listAccountEntries(context, source, page);
}

/** Records the Block, or its Undo, for the one whom it is about alone. */
async function tell(
  context: Context,
  tx: Transaction,
  type: "Block" | "Undo",
  { iri, blocker, blocked }: { iri: string; blocker: ActorRecord; blocked: ActorRecord },
): Promise<void> {
  if (blocked.kind !== "remote") return;
  const block = { iri, blocker: blocker.iri, blocked: blocked.iri };
  const activityIri = type === "Block" ? iri : context.iris.activity(context.newKey());
  const { moderation } = context.wire;
  await recordActivity(context, tx, {
    iri: activityIri,
    actorId: blocker.id,
    type,
    body: type === "Block" ? moderation.block(block) : moderation.undoBlock(activityIri, block),
    audience: [{ kind: "person", actor: blocked.iri }],
    to: [blocked.id],
  });
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
