import { formatAudience, isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { afterAttempt, isLost, CLOSED, type Sign } from "../domain/delivery/circuit.ts";
import type { Id } from "../domain/ids.ts";
import { isOriginRefused, takesBack } from "../domain/moderation.ts";
import { and, eq, isNull, lt } from "drizzle-orm";
import type { Transaction } from "../persistence/database.ts";
import {
  claimDue,
  claimProbes,
  markGone,
  writeResults,
  type ClaimedDelivery,
  type DeliveryResult,
  type SignatureSpec,
} from "../persistence/repositories/deliveries.ts";
import * as repository from "../persistence/repositories/deliveries.ts";
import {
  HOST_LOST,
  lockCircuits,
  noteSuccess,
  writeCircuits,
  type CircuitChange,
} from "../persistence/repositories/delivery-hosts.ts";
import {
  findOutgoing,
  loadBodies,
  type OutgoingState,
} from "../persistence/repositories/outgoing.ts";
import { candidatesBehind } from "../persistence/repositories/recipients.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { activities } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { recordOutcomes } from "./disclosures.ts";
import { withItsParts } from "./post-parts.ts";
import { originRules } from "./origin-rules.ts";
import { maySee, recipientFacts } from "./recipients.ts";

export type { ClaimedDelivery, SignatureSpec };

/** A delivery that may go out now. */
export interface ReadyDelivery extends ClaimedDelivery {
  readonly actorId: Id;
  /** revision that the body holds; a body is known by its activity and this */
  readonly revision: number | null;
  readonly disclosure: Disclosure | null;
}

/** What a delivery does to the disclosure record; most do nothing to it. */
export interface Disclosure {
  readonly id: Id;
  readonly recall: boolean;
}

/** What became of one delivery in hand. */
export interface Settlement {
  readonly delivery: ClaimedDelivery & { readonly disclosure?: Disclosure | null };
  readonly state: DeliveryResult["state"];
  /** for `queued`: when to try again */
  readonly dueAt: Date;
  /** HTTP status or error code */
  readonly result: string;
  /** the inbox is not there any more */
  readonly gone: boolean;
  /** what the attempt told of the host; null when there was none */
  readonly sign: Sign | null;
  /** a signature that the host took although we had another one on record */
  readonly signature: SignatureSpec | null;
}

/** How much a worker takes in hand, and for how long. */
export interface Claiming {
  readonly limit: number;
  readonly leaseMs: number;
  readonly perHost: number;
  /** host → deliveries in hand already */
  readonly busy: ReadonlyMap<number, number>;
  /** whether to look for failing hosts that are due for a probe */
  readonly probe: boolean;
}

const PROBES = 50;

/**
 * Takes due deliveries in hand. They are this worker's until the lease ends; if it dies, they are
 * sent again after that, with the same activity ids.
 */
export async function claimDeliveries(
  context: Context,
  { limit, leaseMs, perHost, busy, probe }: Claiming,
): Promise<ClaimedDelivery[]> {
  const now = context.now();
  const claim = { now, leaseUntil: new Date(now.getTime() + leaseMs), limit };
  const probes = probe
    ? await claimProbes(context.db, { ...claim, limit: Math.min(limit, PROBES) })
    : [];
  const rest = limit - probes.length;
  if (rest <= 0) return probes;
  return [...probes, ...(await claimDue(context.db, { ...claim, limit: rest }, { perHost, busy }))];
}

/**
 * Looks at what is in hand once more, right before it is sent: what is withdrawn, superseded or no
 * longer meant for its recipient is dropped.
 */
export async function recheck(
  context: Context,
  claimed: readonly ClaimedDelivery[],
): Promise<{ ready: ReadyDelivery[]; dropped: Settlement[] }> {
  const states = await findOutgoing(
    context.db,
    new Set(claimed.map((delivery) => delivery.activityId)),
  );
  const verdicts = new Map([...states].map(([id, state]) => [id, verdictOn(state)]));
  const byRecipient = claimed.filter(
    (delivery) => verdicts.get(delivery.activityId) === "ask-recipient",
  );
  const covered = await coveredAmong(context, byRecipient, states);
  const rules = await originRules(context);
  const ready: ReadyDelivery[] = [];
  const dropped: Settlement[] = [];
  for (const delivery of claimed) {
    const state = states.get(delivery.activityId);
    const verdict = verdicts.get(delivery.activityId) ?? "withdrawn";
    const refused =
      isOriginRefused(rules, delivery.inbox) && (state === undefined || !takesBack(state.type));
    const sendable =
      verdict === "send" || (verdict === "ask-recipient" && covered.has(delivery.id));
    if (state !== undefined && sendable && !refused) {
      const { actorId, revision } = state;
      ready.push({ ...delivery, actorId, revision, disclosure: disclosureOf(state) });
    } else {
      const known = verdict === "superseded" || verdict === "withdrawn" ? verdict : "not_covered";
      const result = refused ? "origin_refused" : known;
      const disclosure = state === undefined ? null : disclosureOf(state);
      dropped.push(settlement(context, { ...delivery, disclosure }, "dropped", result));
    }
  }
  return { ready, dropped };
}

function disclosureOf({ disclosureId, type }: OutgoingState): Disclosure | null {
  return disclosureId === null ? null : { id: disclosureId, recall: type === "Delete" };
}

type Verdict = "send" | "withdrawn" | "superseded" | "ask-recipient";

/** What may be said of a delivery before looking at its recipient. */
function verdictOn({ type, revision, post }: OutgoingState): Verdict {
  if (post === null || !CARRIES_POST.has(type)) return "send";
  if (post.withdrawn) return "withdrawn";
  // The newer Update is queued for everyone whom this one would have reached.
  if (type === "Update" && revision !== null && revision < post.revision) return "superseded";
  return isPublic(post.audience) ? "send" : "ask-recipient";
}

const CARRIES_POST = new Set(["Create", "Update", "Announce", "Add"]);

async function coveredAmong(
  context: Context,
  deliveries: readonly ClaimedDelivery[],
  states: ReadonlyMap<Id, OutgoingState>,
): Promise<Set<Id>> {
  if (deliveries.length === 0) return new Set();
  const behind = await candidatesBehind(
    context.db,
    deliveries.map((delivery) => delivery.id),
  );
  const now = await recipientFacts(context);
  const covered = deliveries.filter((delivery) => {
    const post = states.get(delivery.activityId)?.post ?? null;
    const actors = behind.get(delivery.id) ?? [];
    return post !== null && actors.some((actor) => maySee(context, post, actor, now));
  });
  return new Set(covered.map((delivery) => delivery.id));
}

/** A settlement without an attempt. */
function settlement(
  context: Context,
  delivery: Settlement["delivery"],
  state: "dropped",
  result: string,
): Settlement {
  return {
    delivery,
    state,
    result,
    dueAt: context.now(),
    gone: false,
    sign: null,
    signature: null,
  };
}

/** Activity → the bytes to send. */
export function readBodies(context: Context, activityIds: Iterable<Id>): Promise<Map<Id, string>> {
  return loadBodies(context.db, activityIds);
}

/** Writes what became of deliveries, and what that tells of their inboxes and hosts. */
export async function settle(context: Context, settled: readonly Settlement[]): Promise<void> {
  if (settled.length === 0) return;
  const { db } = context;
  const now = context.now();
  await writeResults(
    db,
    settled.map(({ delivery, state, dueAt, result, sign }) => ({
      id: delivery.id,
      state,
      dueAt,
      result,
      unsent: sign === null,
    })),
    now,
  );
  await recordDisclosures(context, settled);
  const gone = settled.filter((one) => one.gone).map((one) => one.delivery);
  if (gone.length > 0) await markGone(db, gone, now);
  const unrecorded = new Set<number>();
  const affected = settled.filter((one) => {
    if (one.sign === null) return false;
    if (one.sign !== "alive" || one.delivery.hostFailing || one.signature !== null) return true;
    if (one.delivery.successUnrecorded) unrecorded.add(one.delivery.hostId);
    return false;
  });
  if (unrecorded.size > 0) await noteSuccess(db, [...unrecorded], now);
  if (affected.length > 0) await db.transaction((tx) => moveCircuits(context, tx, affected, now));
}

/** Only what went to one recipient by name is on record there; a large fan-out costs nothing. */
async function recordDisclosures(context: Context, settled: readonly Settlement[]): Promise<void> {
  const outcomes = settled.flatMap(({ delivery, state, result }) => {
    const { disclosure } = delivery;
    if (disclosure === undefined || disclosure === null || state === "queued") return [];
    // A newer Update is on its way to the same recipient, with a line of its own.
    if (result === "superseded") return [];
    const { id, recall } = disclosure;
    return [{ disclosureId: id, recall, arrived: state === "delivered", result }];
  });
  if (outcomes.length > 0) await recordOutcomes(context, context.db, outcomes);
}

async function moveCircuits(
  context: Context,
  tx: Transaction,
  settled: readonly Settlement[],
  now: Date,
): Promise<void> {
  const byHost = Map.groupBy(settled, (one) => one.delivery.hostId);
  const before = await lockCircuits(tx, [...byHost.keys()]);
  const changes: CircuitChange[] = [];
  for (const [hostId, attempts] of byHost) {
    const old = before.get(hostId) ?? CLOSED;
    let circuit = old;
    for (const { sign, delivery } of attempts) {
      if (sign !== null) circuit = afterAttempt(circuit, { sign, at: now, probe: delivery.probe });
    }
    changes.push({
      hostId,
      circuit,
      waiting: whatHappensTo(old, circuit, now),
      succeeded: attempts.some((one) => one.sign === "alive"),
      signature: attempts.findLast((one) => one.signature !== null)?.signature ?? null,
    });
  }
  const givenUp = await writeCircuits(tx, changes, now);
  const outcomes = givenUp.map(({ disclosureId, type }) => ({
    disclosureId,
    recall: type === "Delete",
    arrived: false,
    result: HOST_LOST,
  }));
  await recordOutcomes(context, tx, outcomes);
}

function whatHappensTo(
  before: typeof CLOSED,
  after: typeof CLOSED,
  now: Date,
): CircuitChange["waiting"] {
  if (after.openUntil === null) return before.openUntil === null ? "leave" : "release";
  if (isLost(after, now)) return "give-up";
  return "park";
}

/** When there is next something to send; null when nothing waits. */
export function nextDueAt(context: Context): Promise<Date | null> {
  return repository.nextDueAt(context.db);
}

/**
 * After a revision: a Create of the same representation that is still on its way carries the present
 * text. Call it in the transaction that revises, after the new state was written.
 */
export async function replaceQueuedBodies(
  context: Context,
  tx: Transaction,
  post: Visible<PostRecord>,
): Promise<void> {
  const stale = await tx
    .select({ id: activities.id, iri: activities.iri })
    .from(activities)
    .where(
      and(
        eq(activities.postId, post.id),
        eq(activities.type, "Create"),
        lt(activities.revision, post.revision),
        isNull(activities.noticeId),
        eq(activities.audience, formatAudience(post.audience)),
      ),
    );
  if (stale.length === 0) return;
  const whole = await withItsParts(tx, post);
  for (const { id, iri } of stale) {
    const body = context.wire.serialize(context.wire.create(iri, whole), post.audience);
    await tx.update(activities).set({ body, revision: post.revision }).where(eq(activities.id, id));
  }
}

const KEEP_FINISHED_MS = 14 * 24 * 3_600_000;
const REMOVE_AT_ONCE = 5_000;

/** Removes finished rows that nobody needs any more; how many. */
export async function removeFinishedDeliveries(context: Context): Promise<number> {
  const before = new Date(context.now().getTime() - KEEP_FINISHED_MS);
  let total = 0;
  for (;;) {
    const removed = await repository.removeFinished(context.db, before, REMOVE_AT_ONCE);
    total += removed;
    if (removed < REMOVE_AT_ONCE) return total;
  }
}
