import { sql } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Queryable } from "../database.ts";
import { instant, rowsFrom } from "./set-parameters.ts";

export type SignatureSpec = "draft-cavage" | "rfc9421";

/** A delivery that this worker has in hand until its lease ends. */
export interface ClaimedDelivery {
  readonly id: Id;
  readonly activityId: Id;
  /** this one included */
  readonly attempts: number;
  readonly inboxId: number;
  readonly inbox: string;
  readonly hostId: number;
  readonly signature: SignatureSpec;
  /** the host has failed lately, so that a success changes its circuit */
  readonly hostFailing: boolean;
  /** the host's last success on record is old: a new one is worth a line */
  readonly successUnrecorded: boolean;
  /** the one delivery that tries whether a failing host is back */
  readonly probe: boolean;
}

/** Which deliveries to take in hand. */
export interface Claim {
  readonly now: Date;
  readonly leaseUntil: Date;
  readonly limit: number;
}

type ClaimedRow = {
  id: string;
  activity_id: string;
  attempts: number;
  inbox_id: number;
  inbox: string;
  host_id: number;
  signature: SignatureSpec;
  host_failing: boolean;
  success_unrecorded: boolean;
};

/** A worker that looks at more rows than it takes can pass by hosts that have their share. */
const SCAN = 4;
const SUCCESS_ON_RECORD = "1 day";

/**
 * Takes due deliveries of hosts that work, at most `perHost` of one host, together with those that
 * are in hand already (`busy`: host → how many). Other workers skip what is being taken.
 */
export async function claimDue(
  db: Queryable,
  claim: Claim,
  { perHost, busy }: { perHost: number; busy: ReadonlyMap<number, number> },
): Promise<ClaimedDelivery[]> {
  const inHand = [...busy].map(([id, count]) => ({ id, count }));
  const now = instant(claim.now);
  const rows = await db.execute<ClaimedRow>(sql`
    with busy as (select * from ${rowsFrom(inHand)} as t (id int, count int)),
    candidates as (
      select d.id, d.host_id, d.due_at
      from deliveries d join hosts h on h.id = d.host_id
      where d.state = 'queued' and d.due_at <= ${now} and h.open_until is null
        and d.host_id not in (select id from busy where count >= ${perHost})
      order by d.due_at
      limit ${claim.limit * SCAN}
    ), ranked as (
      select c.id, c.due_at,
        row_number() over (partition by c.host_id order by c.due_at, c.id) + coalesce(b.count, 0) as place
      from candidates c left join busy b on b.id = c.host_id
    ), picked as (
      select d.id
      from deliveries d join ranked r on r.id = d.id
      where r.place <= ${perHost} and d.state = 'queued' and d.due_at <= ${now}
      order by r.due_at
      limit ${claim.limit}
      for update of d skip locked
    )
    ${take(claim)}`);
  return rows.map((row) => toClaimed(row, false));
}

/**
 * Takes one delivery for each host whose circuit is open and whose interval is over. Moving the
 * host's moment ahead in the same statement keeps every other worker away from it.
 */
export async function claimProbes(db: Queryable, claim: Claim): Promise<ClaimedDelivery[]> {
  const now = instant(claim.now);
  const rows = await db.execute<ClaimedRow>(sql`
    with ready as (
      select h.id from hosts h
      where h.open_until <= ${now} and exists (
        select from deliveries d
        where d.host_id = h.id and d.state = 'queued' and d.due_at <= ${now})
      order by h.open_until
      limit ${claim.limit}
      for update skip locked
    ), taken as (
      update hosts h set open_until = ${instant(claim.leaseUntil)}
      from ready where h.id = ready.id
      returning h.id
    ), picked as (
      select probe.id from taken cross join lateral (
        select d.id from deliveries d
        where d.host_id = taken.id and d.state = 'queued' and d.due_at <= ${now}
        order by d.due_at, d.id
        limit 1
      ) probe
    )
    ${take(claim)}`);
  return rows.map((row) => toClaimed(row, true));
}

function take(claim: Claim) {
  return sql`
    update deliveries d
    set attempts = d.attempts + 1, due_at = ${instant(claim.leaseUntil)}, last_result = 'sending'
    from picked, inboxes i, hosts h
    where d.id = picked.id and i.id = d.inbox_id and h.id = d.host_id
    returning d.id, d.activity_id, d.attempts, i.id as inbox_id, i.url as inbox, h.id as host_id,
      h.signature, h.failures > 0 as host_failing,
      coalesce(h.last_success_at < ${instant(claim.now)} - ${SUCCESS_ON_RECORD}::interval, true)
        as success_unrecorded`;
}

function toClaimed(row: ClaimedRow, probe: boolean): ClaimedDelivery {
  return {
    id: BigInt(row.id),
    activityId: BigInt(row.activity_id),
    attempts: row.attempts,
    inboxId: row.inbox_id,
    inbox: row.inbox,
    hostId: row.host_id,
    signature: row.signature,
    hostFailing: row.host_failing,
    successUnrecorded: row.success_unrecorded,
    probe,
  };
}

/** When the next delivery or probe is due; null when nothing waits. One look at two indexes. */
export async function nextDueAt(db: Queryable): Promise<Date | null> {
  const [row] = await db.execute<{ next: string | null }>(sql`
    select least(
      (select d.due_at from deliveries d join hosts h on h.id = d.host_id
       where d.state = 'queued' and h.open_until is null order by d.due_at limit 1),
      (select h.open_until from hosts h
       where h.open_until is not null and exists (
         select from deliveries d where d.host_id = h.id and d.state = 'queued')
       order by h.open_until limit 1)
    ) as next`);
  return row === undefined || row.next === null ? null : new Date(row.next);
}

/** How a delivery stands after an attempt, or instead of one. */
export interface DeliveryResult {
  readonly id: Id;
  readonly state: "queued" | "delivered" | "dropped" | "dead";
  /** for `queued`: when to try again */
  readonly dueAt: Date;
  readonly result: string;
  /** nothing left this server: the attempt is not counted */
  readonly unsent: boolean;
}

/** Writes results in one statement. What was cancelled meanwhile stays so, unless it has arrived. */
export async function writeResults(
  db: Queryable,
  results: readonly DeliveryResult[],
  now: Date,
): Promise<void> {
  const rows = results.map((result) => ({
    id: result.id.toString(),
    state: result.state,
    due: result.dueAt.toISOString(),
    result: result.result,
    unsent: result.unsent ? 1 : 0,
  }));
  await db.execute(sql`
    update deliveries d
    set state = r.state, due_at = r.due, last_result = r.result, attempts = d.attempts - r.unsent,
      finished_at = case when r.state = 'queued' then null else ${instant(now)} end
    from ${rowsFrom(rows)} as r (id bigint, state text, due timestamptz, result text, unsent smallint)
    where d.id = r.id and (d.state = 'queued' or r.state = 'delivered')`);
}

/** Nothing is sent to these inboxes any more, and nothing waits for them. */
export async function markGone(
  db: Queryable,
  gone: readonly { readonly inboxId: number; readonly hostId: number }[],
  now: Date,
): Promise<void> {
  const rows = gone.map(({ inboxId, hostId }) => ({ inbox: inboxId, host: hostId }));
  await db.execute(sql`
    with gone as (select * from ${rowsFrom(rows)} as t (inbox int, host int)),
    marked as (
      update inboxes i set gone_at = coalesce(i.gone_at, ${instant(now)})
      from gone where i.id = gone.inbox
    )
    update deliveries d set state = 'dead', last_result = 'gone', finished_at = ${instant(now)}
    from gone where d.host_id = gone.host and d.inbox_id = gone.inbox and d.state = 'queued'`);
}

/**
 * Cancels what still waits to be sent about a post up to a revision to those whom nobody named: what
 * goes to one recipient is on record and is taken back from that one.
 */
export async function cancelQueued(
  db: Queryable,
  post: { readonly id: Id; readonly revision: number },
  now: Date,
): Promise<void> {
  await db.execute(sql`
    update deliveries d
    set state = 'dropped', last_result = 'withdrawn', finished_at = ${instant(now)}
    from activities a
    where a.id = d.activity_id and a.post_id = ${post.id.toString()}::bigint
      and a.disclosure_id is null and a.type <> 'Delete'
      and coalesce(a.revision, 0) <= ${post.revision} and d.state = 'queued'`);
}

/** Puts the inboxes back into use: their owners have shown that they are there. */
export async function reviveInboxes(db: Queryable, urls: readonly string[]): Promise<void> {
  await db.execute(sql`
    update inboxes i set gone_at = null
    from ${rowsFrom(urls.map((url) => ({ url })))} as t (url text)
    where i.url = t.url and i.gone_at is not null`);
}

/**
 * Removes finished rows older than `before`. What delivered a post that still stands is kept: it is
 * the record of who is to be told when the post goes.
 */
export async function removeFinished(db: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await db.execute(sql`
    delete from deliveries d using (
      select d.id from deliveries d
      join activities a on a.id = d.activity_id
      left join notices n on n.id = a.notice_id
      left join posts p on p.id = coalesce(a.post_id, n.post_id)
      where d.state <> 'queued' and d.finished_at < ${instant(before)}
        and not (d.state = 'delivered' and a.type = 'Create' and p.withdrawn_at is null)
      limit ${limit}
    ) old
    where d.id = old.id
    returning d.id`);
  return rows.length;
}
