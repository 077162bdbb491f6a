import { AppError, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { dateProblem } from "../domain/partnership.ts";
import type { Transaction } from "../persistence/database.ts";
import {
  findPartnership,
  type PartnershipRecord,
} from "../persistence/repositories/partnerships.ts";
import type { Context } from "./context.ts";
import { requireEditor, type Member } from "./members.ts";
import {
  changePartnerships,
  close,
  onWire,
  putInForce,
  tellEnd,
  tellPartner,
} from "./partnership-changes.ts";
import { agreementOf, agreementSigner } from "./partnership-records.ts";
import { getRecord } from "./partnerships.ts";

/**
 * Accepts or declines what another organization offers. Answering once more what was so answered
 * changes nothing.
 * @throws AppError `editors_only`, `not_found`, `partnership_not_waiting`, `offer_run_out`
 */
export async function answerPartnership(
  context: Context,
  member: Member,
  id: Id,
  answer: "accept" | "reject",
): Promise<PartnershipRecord> {
  requireEditor(member);
  const { partnerId } = await getRecord(context, id);
  const sign = await agreementSigner(context);
  return changePartnerships(context, partnerId, async (tx) => {
    const record = await findPartnership(tx, id);
    if (record === null) throw notFound();
    const settled = answer === "accept" ? "active" : "rejected";
    if (record.proposedBy === "them" && record.state === settled) return record;
    if (record.state !== "asked") throw notWaiting(record);
    if (answer === "accept") return acceptIn(context, tx, record, sign);
    const rejected = await close(context, tx, record, { state: "rejected", reason: "by_us" });
    return tellEnd(context, tx, rejected);
  });
}

/**
 * Accepts an offer that waits for us, in a transaction that holds the partner's lock.
 * @throws AppError `offer_run_out`, `partnership_impossible`
 */
export async function acceptIn(
  context: Context,
  tx: Transaction,
  record: PartnershipRecord,
  sign: Awaited<ReturnType<typeof agreementSigner>>,
): Promise<PartnershipRecord> {
  if (dateProblem(record, context.now()) !== null) {
    throw new AppError("offer_run_out", "The end date of this offer has passed.", { status: 409 });
  }
  const { suspendedAt, goneAt, movedTo } = record.partner;
  if (suspendedAt !== null || goneAt !== null || movedTo !== null) {
    throw new AppError(
      "partnership_impossible",
      "This organization is suspended here, is gone or has moved to another address.",
      { status: 409 },
    );
  }
  const signed = await sign(agreementOf(context, record));
  const active = await putInForce(context, tx, record, signed);
  const iri = context.iris.activity(context.newKey());
  const body = context.wire.partnership.accept(iri, onWire(context, active), signed.jws);
  return tellPartner(context, tx, active, { iri, type: "Accept", body });
}

function notWaiting({ state, proposedBy }: PartnershipRecord): AppError {
  const safe =
    state === "offered"
      ? "This is your own offer; the other side answers it."
      : state === "active"
        ? "This partnership is active already."
        : `This offer ${proposedBy === "us" ? "of yours " : ""}is over.`;
  return new AppError("partnership_not_waiting", safe, { status: 409 });
}
