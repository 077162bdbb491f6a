import type { Id } from "../domain/ids.ts";
import type { EndReason } from "../domain/partnership.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import {
  lockPartner,
  openPartnershipsWith,
  savePartnership,
  type PartnershipRecord,
} from "../persistence/repositories/partnerships.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";
import { agreementOf, type SignedAgreement } from "./partnership-records.ts";
import { recallFrom } from "./recall.ts";
import type { JsonLd } from "./wire.ts";

/**
 * Changes what there is between us and one partner: one transaction, in which nobody else changes
 * it, and which every process hears of.
 */
export async function changePartnerships<Result>(
  context: Context,
  partnerId: Id,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const result = await context.db.transaction((tx) => changeIn(tx, partnerId, work));
  context.memory.partners = null;
  context.memory.origins = null;
  return result;
}

/** `changePartnerships` in the caller's transaction. */
export async function changeIn<Result>(
  tx: Transaction,
  partnerId: Id,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  await lockPartner(tx, partnerId);
  const result = await work(tx);
  await announceChange(tx, "partners");
  return result;
}

/** Records an activity about the partnership for the partner alone, at its own inbox. */
export async function tellPartner(
  context: Context,
  tx: Transaction,
  record: PartnershipRecord,
  activity: { readonly iri: string; readonly type: string; readonly body: JsonLd },
): Promise<PartnershipRecord> {
  const { actor } = await requireOrganization(context);
  await recordActivity(context, tx, {
    ...activity,
    actorId: actor.id,
    audience: [{ kind: "person", actor: record.partner.iri }],
    to: [record.partnerId],
  });
  return savePartnership(tx, record, { lastActivityIri: activity.iri });
}

/** Says no, or that it is over: Undo by who made the offer, Reject by whom it was made to. */
export function tellEnd(
  context: Context,
  tx: Transaction,
  record: PartnershipRecord,
): Promise<PartnershipRecord> {
  const iri = context.iris.activity(context.newKey());
  const offer = onWire(context, record);
  const { partnership } = context.wire;
  return tellPartner(
    context,
    tx,
    record,
    record.proposedBy === "us"
      ? { iri, type: "Undo", body: partnership.undo(iri, offer) }
      : { iri, type: "Reject", body: partnership.reject(iri, offer) },
  );
}

/** The agreement, and where its terms are, for the wire. */
export function onWire(context: Context, record: PartnershipRecord) {
  return { agreement: agreementOf(context, record), termsUrl: record.terms.url };
}

/**
 * Puts an accepted offer in force. What was in force for the same scope ends with it, superseded;
 * who had suspended that has suspended this: new terms are no way around a suspension.
 */
export async function putInForce(
  context: Context,
  tx: Transaction,
  record: PartnershipRecord,
  { jws, publicKey }: SignedAgreement,
): Promise<PartnershipRecord> {
  const now = context.now();
  const open = await openPartnershipsWith(tx, record.partnerId);
  const old = open.find((other) => other.state === "active" && sameScope(other, record));
  if (old !== undefined) {
    await savePartnership(tx, old, { state: "ended", endedAt: now, endReason: "superseded" });
  }
  const carried =
    old === undefined
      ? {}
      : {
          suspendedByUsAt: old.suspendedByUsAt,
          suspendedByThemAt: old.suspendedByThemAt,
          suspensionReason: old.suspensionReason,
          suspensionsByUs: old.suspensionsByUs,
          suspensionsByThem: old.suspensionsByThem,
          confirmedMove: old.confirmedMove,
        };
  return savePartnership(tx, record, {
    ...carried,
    state: "active",
    answeredAt: now,
    accepterJws: jws,
    accepterKey: publicKey,
  });
}

/** Settles one for good; what was shared under one that was active is recalled. */
export async function close(
  context: Context,
  tx: Transaction,
  record: PartnershipRecord,
  { state, reason }: { readonly state: "rejected" | "ended"; readonly reason: EndReason },
): Promise<PartnershipRecord> {
  const now = context.now();
  const closed = await savePartnership(tx, record, {
    state,
    endedAt: now,
    endReason: reason,
    ...(state === "rejected" ? { answeredAt: now } : {}),
  });
  if (record.state === "active") {
    await recallFrom(context, tx, { organizationId: record.partnerId, reason });
  }
  return closed;
}

/** Whether two are for the same: both standing, or both for one practice. */
export function sameScope(
  one: { readonly practiceIri: string | null },
  other: { readonly practiceIri: string | null },
): boolean {
  return one.practiceIri === other.practiceIri;
}
