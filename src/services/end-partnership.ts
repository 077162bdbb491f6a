import { AppError, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { isInForce, nextPartnershipState, type SuspensionReason } from "../domain/partnership.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import {
  findPartnership,
  openPartnershipsWith,
  runOutPartnerships,
  savePartnership,
  type PartnershipRecord,
} from "../persistence/repositories/partnerships.ts";
import type { Context } from "./context.ts";
import { requireEditor, type Member } from "./members.ts";
import {
  changeIn,
  changePartnerships,
  close,
  onWire,
  tellEnd,
  tellPartner,
} from "./partnership-changes.ts";
import { getRecord } from "./partnerships.ts";
import { recallFrom, shareAgain } from "./recall.ts";

/**
 * Ends a partnership, takes an offer back or declines one; what was shared is recalled. Ending what
 * is over changes nothing.
 * @throws AppError `editors_only`, `not_found`
 */
export async function endPartnership(
  context: Context,
  member: Member,
  id: Id,
): Promise<PartnershipRecord> {
  return change(context, member, id, async (tx, record) => {
    const event = record.state === "asked" ? "reject" : "end";
    const state = nextPartnershipState(record.state, event);
    if (state !== "ended" && state !== "rejected") return record;
    return tellEnd(context, tx, await close(context, tx, record, { state, reason: "by_us" }));
  });
}

/**
 * Suspends an active partnership: neither side reads what the other shared, and what waits to be
 * sent is dropped. Suspending once more changes nothing.
 * @throws AppError `editors_only`, `not_found`, `partnership_not_active`
 */
export async function suspendPartnership(
  context: Context,
  member: Member,
  id: Id,
): Promise<PartnershipRecord> {
  return change(context, member, id, (tx, record) => {
    requireActive(record);
    return suspendIn(context, tx, record, "manager");
  });
}

/**
 * Ends our suspension of a partnership, and sends what they missed; also confirms that it goes on
 * although the partner says that it moved.
 * @throws AppError `editors_only`, `not_found`, `partnership_not_active`
 */
export async function resumePartnership(
  context: Context,
  member: Member,
  id: Id,
): Promise<PartnershipRecord> {
  return change(context, member, id, async (tx, record) => {
    requireActive(record);
    const confirmed = await savePartnership(tx, record, { confirmedMove: record.partner.movedTo });
    if (record.suspendedByUsAt === null) return confirmed;
    const number = record.suspensionsByUs + 1;
    const resumed = await savePartnership(tx, confirmed, {
      suspendedByUsAt: null,
      suspensionReason: null,
      suspensionsByUs: number,
    });
    if (isInForce(resumed, context.now())) await shareAgain(context, tx, record.partnerId);
    return tellSuspension(context, tx, resumed, "Resume");
  });
}

/** The partner's actor moved to another server: all that is active waits until a manager confirms. How many. */
export async function suspendForMove(
  context: Context,
  tx: Transaction,
  partner: ActorRecord,
): Promise<number> {
  return suspendAllWith(context, tx, partner.id, "moved");
}

/** The partner's server was blocked: all that is active waits until a manager resumes it. How many. */
export async function suspendForBlock(
  context: Context,
  tx: Transaction,
  partnerId: Id,
): Promise<number> {
  return suspendAllWith(context, tx, partnerId, "blocked");
}

async function suspendAllWith(
  context: Context,
  tx: Transaction,
  partnerId: Id,
  reason: SuspensionReason,
): Promise<number> {
  return changeIn(tx, partnerId, async () => {
    const open = await openPartnershipsWith(tx, partnerId);
    const active = open.filter((record) => record.state === "active");
    for (const record of active) await suspendIn(context, tx, record, reason);
    return active.length;
  });
}

/** Job: ends the partnerships whose end date has come, each side by its own clock. */
export async function endRunOutPartnerships(context: Context): Promise<void> {
  const found = await runOutPartnerships(context.db, context.now());
  for (const { id, partnerId } of found) {
    await changePartnerships(context, partnerId, async (tx) => {
      const record = await findPartnership(tx, id);
      if (record?.state !== "active") return;
      await close(context, tx, record, { state: "ended", reason: "expired" });
    });
  }
}

async function suspendIn(
  context: Context,
  tx: Transaction,
  record: PartnershipRecord,
  reason: SuspensionReason,
): Promise<PartnershipRecord> {
  if (record.suspendedByUsAt !== null) {
    return savePartnership(tx, record, { suspensionReason: reason });
  }
  const suspended = await savePartnership(tx, record, {
    suspendedByUsAt: context.now(),
    suspensionReason: reason,
    suspensionsByUs: record.suspensionsByUs + 1,
  });
  await recallFrom(context, tx, { organizationId: record.partnerId, reason: "suspended" });
  return tellSuspension(context, tx, suspended, "Suspend");
}

function tellSuspension(
  context: Context,
  tx: Transaction,
  record: PartnershipRecord,
  kind: "Suspend" | "Resume",
): Promise<PartnershipRecord> {
  const iri = context.iris.activity(context.newKey());
  const body = context.wire.partnership.suspension(iri, {
    ...onWire(context, record),
    kind,
    by: context.iris.organization,
    number: record.suspensionsByUs,
  });
  return tellPartner(context, tx, record, { iri, type: kind, body });
}

async function change(
  context: Context,
  member: Member,
  id: Id,
  work: (tx: Transaction, record: PartnershipRecord) => Promise<PartnershipRecord>,
): Promise<PartnershipRecord> {
  requireEditor(member);
  const { partnerId } = await getRecord(context, id);
  return changePartnerships(context, partnerId, async (tx) => {
    const record = await findPartnership(tx, id);
    if (record === null) throw notFound();
    return work(tx, record);
  });
}

function requireActive({ state }: PartnershipRecord): void {
  if (state === "active") return;
  throw new AppError("partnership_not_active", "This partnership is not active.", { status: 409 });
}
