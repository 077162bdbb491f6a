import { canonicalAgreement } from "../domain/agreement.ts";
import { AppError } from "../domain/errors.ts";
import { isInForce, nextPartnershipState } from "../domain/partnership.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import {
  findPartnershipByOffer,
  openPartnershipsWith,
  savePartnership,
  type PartnershipRecord,
} from "../persistence/repositories/partnerships.ts";
import type { Context } from "./context.ts";
import { changeIn, close, putInForce, sameScope } from "./partnership-changes.ts";
import { agreementOf, readSignedAgreement } from "./partnership-records.ts";
import { recallFrom, shareAgain } from "./recall.ts";
import type { Effect, Outcome } from "./received-activities.ts";

const UNKNOWN: Outcome = "ignored:unknown-offer";

/**
 * Whom we made an offer accepts it: the first time, by whom it was made to, and with a signature
 * over the very agreement. A second Accept, one of what is over, or of somebody else changes
 * nothing. Null when there is no such offer.
 * @throws AppError (refused, not remembered) `agreement_not_signed`, `agreement_differs`, `remote_…`
 */
export async function receiveAcceptedOffer(
  context: Context,
  actor: ActorRecord,
  accepted: {
    readonly offerIri: string;
    readonly sha256: string | null;
    readonly jws: string | null;
  },
): Promise<Effect | null> {
  const offer = await findPartnershipByOffer(context.db, accepted.offerIri);
  if (offer === null) return null;
  const why = whyNotAccepted(offer, actor);
  if (why !== null) return () => Promise.resolve(why);
  const agreement = agreementOf(context, offer);
  if (accepted.sha256 !== null && accepted.sha256 !== agreement.termsSha256) throw differs();
  const signed = await readSignedAgreement(context, actor, accepted.jws ?? "");
  if (signed.text !== canonicalAgreement(agreement)) throw differs();
  return (tx) =>
    changeIn(tx, actor.id, async () => {
      const record = await findPartnershipByOffer(tx, accepted.offerIri);
      const whyNow = whyNotAccepted(record, actor);
      if (record === null || whyNow !== null) return whyNow ?? UNKNOWN;
      await putInForce(context, tx, record, signed);
      return "stored";
    });
}

/** Why an Accept by that actor changes nothing; null when it does. */
function whyNotAccepted(offer: PartnershipRecord | null, actor: ActorRecord): Outcome | null {
  if (offer === null || offer.partnerId !== actor.id) return UNKNOWN;
  if (offer.proposedBy !== "us") return "ignored:own-offer";
  return offer.state === "offered" ? null : "ignored:answered-before";
}

/** Whom we made an offer declines it, or ends what came of it. Null when there is no such offer. */
export async function receiveRejectedOffer(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  offerIri: string,
): Promise<Outcome | null> {
  return changeIn(tx, actor.id, async () => {
    const record = await findTheirs(tx, actor, offerIri);
    if (record?.proposedBy !== "us") return null;
    const event = record.state === "active" ? "end" : "reject";
    const state = nextPartnershipState(record.state, event);
    if (state !== "rejected" && state !== "ended") return "ignored:over";
    await close(context, tx, record, { state, reason: "by_them" });
    return "stored";
  });
}

/** Who made us an offer takes it back, or ends what came of it. */
export async function receiveUndoneOffer(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  offerIri: string | null,
): Promise<Outcome> {
  return changeIn(tx, actor.id, async () => {
    const record = offerIri === null ? null : await findTheirs(tx, actor, offerIri);
    if (record?.proposedBy !== "them") return UNKNOWN;
    const state = nextPartnershipState(record.state, "end");
    if (state !== "ended") return "ignored:over";
    await close(context, tx, record, { state, reason: "by_them" });
    return "stored";
  });
}

/**
 * The partner suspends or resumes. Its messages are numbered: one that is not newer than what we
 * know changes nothing, in whatever order they arrive.
 */
export async function receiveSuspension(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  told: { readonly offerIri: string; readonly kind: "Suspend" | "Resume"; readonly number: number },
): Promise<Outcome> {
  return changeIn(tx, actor.id, async () => {
    const named = await findTheirs(tx, actor, told.offerIri);
    const record = named === null ? null : await successorOf(tx, named);
    if (record === null) return UNKNOWN;
    if (record.state !== "active") return "ignored:not-active";
    if (told.number <= record.suspensionsByThem) return "ignored:older";
    const isSuspended = told.kind === "Suspend";
    const changed = await savePartnership(tx, record, {
      suspendedByThemAt: isSuspended ? (record.suspendedByThemAt ?? context.now()) : null,
      suspensionsByThem: told.number,
    });
    const organizationId = record.partnerId;
    if (isSuspended) await recallFrom(context, tx, { organizationId, reason: "suspended" });
    else if (isInForce(changed, context.now())) await shareAgain(context, tx, organizationId);
    return "stored";
  });
}

/** The same partnership under newer terms, when the named one has been superseded on the way. */
async function successorOf(tx: Transaction, named: PartnershipRecord): Promise<PartnershipRecord> {
  if (named.endReason !== "superseded") return named;
  const open = await openPartnershipsWith(tx, named.partnerId);
  return open.find((other) => other.state === "active" && sameScope(other, named)) ?? named;
}

async function findTheirs(
  tx: Transaction,
  actor: ActorRecord,
  offerIri: string,
): Promise<PartnershipRecord | null> {
  const record = await findPartnershipByOffer(tx, offerIri);
  return record?.partnerId === actor.id ? record : null;
}

function differs(): AppError {
  return new AppError("agreement_differs", "This is not what was offered.", { status: 422 });
}
