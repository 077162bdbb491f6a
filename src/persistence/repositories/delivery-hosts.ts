import { sql } from "drizzle-orm";
import type { Circuit } from "../../domain/delivery/circuit.ts";
import type { Id } from "../../domain/ids.ts";
import type { Queryable, Transaction } from "../database.ts";
import type { SignatureSpec } from "./deliveries.ts";
import { instant, rowsFrom } from "./set-parameters.ts";

/** Locks hosts and returns their circuits; in the order of ids, so that two workers cannot lock each other. */
export async function lockCircuits(
  tx: Transaction,
  hostIds: readonly number[],
): Promise<Map<number, Circuit>> {
  const rows = await tx.execute<{
    id: number;
    failures: number;
    failing_since: string | null;
    open_until: string | null;
  }>(sql`
    select h.id, h.failures, h.failing_since, h.open_until from hosts h
    where h.id in (select id from ${rowsFrom(hostIds.map((id) => ({ id })))} as t (id int))
    order by h.id
    for update`);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        failures: row.failures,
        failingSince: row.failing_since === null ? null : new Date(row.failing_since),
        openUntil: row.open_until === null ? null : new Date(row.open_until),
      },
    ]),
  );
}

/** What is on record of deliveries to a host that has not answered for a week. */
export const HOST_LOST = "host_lost";

/** A host's circuit as it is to be written, and what happens to the deliveries that wait for it. */
export interface CircuitChange {
  readonly hostId: number;
  readonly circuit: Circuit;
  /** send at once | not before the circuit's moment | leave as they are | give up */
  readonly waiting: "release" | "park" | "leave" | "give-up";
  readonly succeeded: boolean;
  readonly signature: SignatureSpec | null;
}

/** A disclosure whose delivery was given up with its host. */
export interface GivenUp {
  readonly disclosureId: Id;
  /** ActivityStreams type of the activity that was to bring or recall it */
  readonly type: string;
}

/**
 * Writes circuits, and moves or gives up what waits; rows that a worker has in hand are left to it.
 * Returns the disclosures among what is given up.
 */
export async function writeCircuits(
  tx: Transaction,
  changes: readonly CircuitChange[],
  now: Date,
): Promise<GivenUp[]> {
  const rows = changes.map(({ hostId, circuit, waiting, succeeded, signature }) => ({
    id: hostId,
    failures: circuit.failures,
    since: circuit.failingSince?.toISOString() ?? null,
    until: circuit.openUntil?.toISOString() ?? null,
    waiting,
    succeeded,
    signature,
  }));
  const changed = sql`${rowsFrom(rows)} as c
    (id int, failures int, since timestamptz, until timestamptz, waiting text, succeeded bool, signature text)`;
  await tx.execute(sql`
    update hosts h
    set failures = c.failures, failing_since = c.since, open_until = c.until,
      signature = coalesce(c.signature, h.signature),
      last_success_at = case when c.succeeded then ${instant(now)} else h.last_success_at end
    from ${changed} where h.id = c.id`);
  if (changes.every(({ waiting }) => waiting === "leave")) return [];
  const givenUp = await tx.execute<{ disclosure_id: string; type: string }>(sql`
    with moved as (
    update deliveries d
    set due_at = case c.waiting when 'release' then ${instant(now)} when 'park' then c.until else d.due_at end,
      state = case c.waiting when 'give-up' then 'dead' else d.state end,
      last_result = case c.waiting when 'give-up' then ${HOST_LOST} else d.last_result end,
      finished_at = case c.waiting when 'give-up' then ${instant(now)} else null end
    from ${changed}
    where d.host_id = c.id and c.waiting <> 'leave' and d.state = 'queued'
      and d.last_result is distinct from 'sending'
    returning d.activity_id, d.state)
    select a.disclosure_id, a.type from moved join activities a on a.id = moved.activity_id
    where moved.state = 'dead' and a.disclosure_id is not null`);
  return givenUp.map((row) => ({ disclosureId: BigInt(row.disclosure_id), type: row.type }));
}

/** Notes that hosts work, without a look at their circuits: these are closed. */
export async function noteSuccess(
  db: Queryable,
  hostIds: readonly number[],
  now: Date,
): Promise<void> {
  await db.execute(sql`
    update hosts h set last_success_at = ${instant(now)}
    from ${rowsFrom(hostIds.map((id) => ({ id })))} as t (id int) where h.id = t.id`);
}
