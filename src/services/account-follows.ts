import { and, eq, sql } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { lockKnownFollow } from "../persistence/repositories/follows.ts";
import { bigints } from "../persistence/repositories/set-parameters.ts";
import { actors, follows } from "../persistence/schema/index.ts";
import { listAccountEntries, type AccountEntry } from "./account-lists.ts";
import { getAccounts, isPresent, presentAccounts } from "./accounts.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { answerFollowIn } from "./follows.ts";
import { notHiddenFrom } from "./hiding.ts";
import type { KeysetPage } from "./keyset-page.ts";

/**
 * Who follows an account, or whom it follows, as far as it is known here. Visitors are told nobody:
 * collections cannot be enumerated from outside. Who hides its lists shows them to itself alone.
 */
export async function listFollowSide(
  context: Context,
  acting: Acting | null,
  account: ActorRecord,
  side: "followers" | "following",
  page: KeysetPage,
): Promise<AccountEntry[]> {
  if (acting === null) return [];
  const own = account.id === acting.actor.id;
  if (account.hidesCollections && !own) return [];
  const [self, other] =
    side === "followers"
      ? [follows.followeeId, follows.followerId]
      : [follows.followerId, follows.followeeId];
  const shown = own ? undefined : notHiddenFrom(context, acting, actors);
  const entries = await listAccountEntries(
    context,
    {
      table: follows,
      id: follows.id,
      other,
      where: and(eq(self, account.id), eq(follows.state, "accepted"), isPresent(), shown),
    },
    page,
  );
  return onlyPresent(context, entries);
}

/** Who asks to follow the actor. */
export async function listRequests(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<AccountEntry[]> {
  const entries = await listAccountEntries(
    context,
    {
      table: follows,
      id: follows.id,
      other: follows.followerId,
      where: and(
        eq(follows.followeeId, acting.actor.id),
        eq(follows.state, "pending"),
        isPresent(),
      ),
    },
    page,
  );
  return onlyPresent(context, entries);
}

/** Answers who asks to follow the actor. @throws AppError `not_found` when they do not ask */
export async function answerRequest(
  context: Context,
  acting: Acting,
  follower: ActorRecord,
  answer: "accept" | "reject",
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const pair = { followerId: follower.id, followeeId: acting.actor.id };
    const asked = await lockKnownFollow(tx, pair);
    if (asked?.state !== "pending") throw notFound();
    await answerFollowIn(context, tx, follower, acting.actor, answer);
  });
}

/** For each of `ids`, in the same order: those whom the actor follows who follow that one. */
export async function familiarFollowers(
  context: Context,
  acting: Acting,
  ids: readonly Id[],
): Promise<{ readonly id: Id; readonly accounts: readonly ActorRecord[] }[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const me = sql`${acting.actor.id.toString()}::bigint`;
  const rows = await context.db.execute<{ target: string; follower: string }>(sql`
    select theirs.followee_id::text as target, theirs.follower_id::text as follower
    from follows mine
    join follows theirs on theirs.follower_id = mine.followee_id and theirs.state = 'accepted'
    join actors followers on followers.id = theirs.follower_id and not followers.hides_collections
    join actors targets on targets.id = theirs.followee_id and not targets.hides_collections
    where mine.follower_id = ${me} and mine.state = 'accepted'
      and theirs.followee_id = any(${bigints(wanted)})
    order by theirs.id desc limit 1000`);
  const accounts = await getAccounts(
    context,
    rows.map(({ follower }) => BigInt(follower)),
  );
  const byId = new Map(accounts.map((account) => [account.id, account]));
  const byTarget = Map.groupBy(rows, ({ target }) => BigInt(target));
  return wanted.map((id) => ({
    id,
    accounts: (byTarget.get(id) ?? []).flatMap(({ follower }) => byId.get(BigInt(follower)) ?? []),
  }));
}

/** Entries of those who are there for us. */
async function onlyPresent(
  context: Context,
  entries: readonly AccountEntry[],
): Promise<AccountEntry[]> {
  const present = await presentAccounts(
    context,
    entries.map(({ actor }) => actor),
  );
  const ids = new Set(present.map(({ id }) => id));
  return entries.filter(({ actor }) => ids.has(actor.id));
}
