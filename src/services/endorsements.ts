import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { FollowPair } from "../persistence/repositories/follows.ts";
import { endorsements, follows } from "../persistence/schema/index.ts";
import { listAccountEntries, type AccountEntry } from "./account-lists.ts";
import { isPresent, presentAccounts } from "./accounts.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import type { KeysetPage } from "./keyset-page.ts";

/**
 * The actor shows on its profile somebody whom it follows.
 * @throws AppError `not_following`
 */
export async function endorse(
  context: Context,
  acting: Acting,
  target: ActorRecord,
): Promise<void> {
  const [following] = await context.db
    .select({ id: follows.id })
    .from(follows)
    .where(
      and(
        eq(follows.followerId, acting.actor.id),
        eq(follows.followeeId, target.id),
        eq(follows.state, "accepted"),
      ),
    );
  if (following === undefined) {
    throw new AppError(
      "not_following",
      "Validation failed: you must be already following the person you want to endorse",
      { status: 422 },
    );
  }
  await context.db
    .insert(endorsements)
    .values({ actorId: acting.actor.id, targetId: target.id })
    .onConflictDoNothing();
}

/** Nothing happens when there is no endorsement. */
export async function endEndorsement(
  context: Context,
  acting: Acting,
  target: ActorRecord,
): Promise<void> {
  await context.db
    .delete(endorsements)
    .where(and(eq(endorsements.actorId, acting.actor.id), eq(endorsements.targetId, target.id)));
}

/** Whom an account shows on its profile, for anybody. Of others than ours nothing is known. */
export async function listEndorsed(
  context: Context,
  account: ActorRecord,
  page: KeysetPage,
): Promise<AccountEntry[]> {
  const entries = await listAccountEntries(
    context,
    {
      table: endorsements,
      id: endorsements.id,
      other: endorsements.targetId,
      where: and(eq(endorsements.actorId, account.id), isPresent()),
    },
    page,
  );
  const present = await presentAccounts(
    context,
    entries.map(({ actor }) => actor),
  );
  const ids = new Set(present.map(({ id }) => id));
  return entries.filter(({ actor }) => ids.has(actor.id));
}

/** Whoever is no longer followed is neither endorsed nor in a list of the one who followed. */
export async function forgetFollowed(
  tx: Transaction,
  { followerId, followeeId }: FollowPair,
): Promise<void> {
  await tx.execute(sql`
    with unlisted as (
      delete from list_members m using lists l
      where l.id = m.list_id and l.owner_id = ${followerId} and m.actor_id = ${followeeId})
    delete from endorsements where actor_id = ${followerId} and target_id = ${followeeId}`);
}
