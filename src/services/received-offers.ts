import { createHash } from "node:crypto";
import { canonicalAgreement, type Agreement } from "../domain/agreement.ts";
import { AppError } from "../domain/errors.ts";
import { dateProblem, settleCrossing, type Conditions } from "../domain/partnership.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { isBlockedBetween } from "../persistence/repositories/blocks.ts";
import {
  countAsked,
  findPartnershipByOffer,
  insertPartnership,
  keepTerms,
  openPartnershipsWith,
  type PartnershipRecord,
} from "../persistence/repositories/partnerships.ts";
import type { Transaction } from "../persistence/database.ts";
import { MAX_MARKDOWN_LENGTH } from "../platform/markdown/render.ts";
import { acceptIn } from "./answer-partnership.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";
import { changeIn, close, tellEnd } from "./partnership-changes.ts";
import {
  agreementOf,
  agreementSigner,
  readSignedAgreement,
  type SignedAgreement,
} from "./partnership-records.ts";
import type { Effect, Outcome } from "./received-activities.ts";

/** An Offer as it came, read but not believed. */
export interface ReceivedOffer {
  readonly iri: string;
  /** the organization that it is made for and by, and the one that it is made to */
  readonly subject: string;
  readonly object: string;
  readonly termsUrl: string;
  readonly conditions: Conditions;
  readonly jws: string;
  readonly inReplyTo: string | null;
}

const MOST_OF_PARTNER = 20;
const MOST_OF_ALL = 500;
const MOST_IN_HAND = 8;

/** Everything about an offer that had to be read before it can be stored. */
interface CheckedOffer extends ReceivedOffer, SignedAgreement {
  readonly markdown: string;
}

/**
 * Another organization offers a partnership. Checks that the offer is its own and for us, that its
 * signature fits and that the terms have the hash that it names; returns what storing it does.
 * @throws AppError (refused, not remembered) `offer_invalid`, `agreement_not_signed`,
 *   `terms_mismatch`, `terms_unreadable`, `remote_…`
 */
export async function receiveOffer(
  context: Context,
  actor: ActorRecord,
  offer: ReceivedOffer,
): Promise<Effect> {
  if (offer.subject !== actor.iri) throw offerInvalid("Nobody can offer for somebody else.");
  if (offer.object !== context.iris.organization) return ignored("not-for-us");
  if (actor.type !== "Organization" || actor.kin === null) return ignored("not-kin");
  if ((await findPartnershipByOffer(context.db, offer.iri)) !== null) return ignored("repeated");
  checkOffer(context, actor, offer);
  const checked = await readInTurn(context, () => readEvidence(context, actor, offer));
  const sign = await agreementSigner(context);
  return (tx) => changeIn(tx, actor.id, () => storeOffer(context, tx, actor, checked, sign));
}

/**
 * Few offers are read at once: a server that takes its time must not hold up what others send.
 * @throws AppError `busy`
 */
async function readInTurn<Result>(context: Context, read: () => Promise<Result>): Promise<Result> {
  const { memory } = context;
  if (memory.offersInHand >= MOST_IN_HAND) {
    throw new AppError("busy", "Too many offers are being read.", { status: 503 });
  }
  memory.offersInHand += 1;
  try {
    return await read();
  } finally {
    memory.offersInHand -= 1;
  }
}

/** Reads and checks the signature and the terms. */
async function readEvidence(
  context: Context,
  actor: ActorRecord,
  offer: ReceivedOffer,
): Promise<CheckedOffer> {
  const signed = await readSignedAgreement(context, actor, offer.jws);
  if (signed.text !== canonicalAgreement(agreementIn(offer))) {
    throw offerInvalid("The signed agreement says something else than the offer.");
  }
  const markdown = await readTerms(context, offer.termsUrl);
  if (markdown.length > MAX_MARKDOWN_LENGTH) throw offerInvalid("The terms are too long.");
  const sha256 = createHash("sha256").update(markdown).digest("hex");
  if (sha256 !== offer.conditions.termsSha256) {
    throw new AppError("terms_mismatch", "The terms are not those that the offer names.", {
      status: 422,
    });
  }
  return { ...offer, jws: signed.jws, publicKey: signed.publicKey, markdown };
}

/** The terms' text. Whatever may be better another time makes the sender try again. */
async function readTerms(context: Context, url: string): Promise<string> {
  try {
    return await context.remote.readTerms(url);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code === "remote_invalid") throw cause;
    throw new AppError("terms_unreadable", "The terms cannot be read now.", { status: 503, cause });
  }
}

function checkOffer(
  context: Context,
  actor: ActorRecord,
  { termsUrl, conditions }: ReceivedOffer,
): void {
  if (!isSameOrigin(termsUrl, actor.iri)) {
    throw offerInvalid("The terms are not on the server of who offers them.");
  }
  const { practice } = conditions;
  const isTheirs = practice !== null && isSameOrigin(practice, actor.iri);
  const isOurs = practice !== null && isSameOrigin(practice, context.iris.origin);
  if (practice !== null && !isTheirs && !isOurs) {
    throw offerInvalid("The practice is neither theirs nor ours.");
  }
  if (dateProblem(conditions, context.now()) !== null) throw offerInvalid("The dates cannot be.");
}

async function storeOffer(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  offer: CheckedOffer,
  sign: Awaited<ReturnType<typeof agreementSigner>>,
): Promise<Outcome> {
  const { actor: organization } = await requireOrganization(context);
  // A row for every offer that was ever taken in: an old one that comes again is known for ever.
  if ((await findPartnershipByOffer(tx, offer.iri)) !== null) return "ignored:repeated";
  if (await isBlockedBetween(tx, actor.id, organization.id)) return "ignored:refused";
  const waiting = await countAsked(tx, actor.id);
  if (waiting.ofPartner >= MOST_OF_PARTNER || waiting.ofAll >= MOST_OF_ALL) {
    return "ignored:too-many-offers";
  }
  const record = await insertOffer(tx, actor, offer);
  if (record === null) return "ignored:terms-changed";
  const open = await openPartnershipsWith(tx, actor.id);
  const ours = open.filter(
    (other) => other.state === "offered" && other.practiceIri === record.practiceIri,
  );
  const answered = ours.find((other) => other.offerIri === offer.inReplyTo);
  if (answered !== undefined) {
    await close(context, tx, answered, { state: "rejected", reason: "countered" });
    return "stored";
  }
  const [crossed] = ours;
  if (crossed !== undefined) await settleCrossed(context, tx, { crossed, record, sign });
  return "stored";
}

interface Crossed {
  /** our own offer that waits */
  readonly crossed: PartnershipRecord;
  /** theirs, which has just arrived */
  readonly record: PartnershipRecord;
  readonly sign: Awaited<ReturnType<typeof agreementSigner>>;
}

async function settleCrossed(
  context: Context,
  tx: Transaction,
  { crossed, record, sign }: Crossed,
): Promise<void> {
  const outcome = settleCrossing(agreementOf(context, crossed), agreementOf(context, record));
  if (outcome === "ours") {
    await close(context, tx, record, { state: "ended", reason: "crossed" });
    return;
  }
  // They come to the same by themselves; the Undo is for a side that has lost its own offer since.
  const closed = await close(context, tx, crossed, { state: "ended", reason: "crossed" });
  await tellEnd(context, tx, closed);
  if (outcome === "accepted") await acceptIn(context, tx, record, sign);
}

async function insertOffer(
  tx: Transaction,
  actor: ActorRecord,
  offer: CheckedOffer,
): Promise<PartnershipRecord | null> {
  const { termsSha256, labelCeiling, practice, startsAt, endsAt } = offer.conditions;
  const document = { url: offer.termsUrl, sha256: termsSha256, markdown: offer.markdown };
  const terms = await keepTerms(tx, document);
  if (terms === null) return null;
  return insertPartnership(tx, {
    partnerId: actor.id,
    state: "asked",
    proposedBy: "them",
    offerIri: offer.iri,
    termsId: terms.id,
    labelCeiling,
    practiceIri: practice,
    startsAt,
    endsAt,
    proposerJws: offer.jws,
    proposerKey: offer.publicKey,
  });
}

function agreementIn({ iri, subject, object, conditions }: ReceivedOffer): Agreement {
  return { ...conditions, offer: iri, proposer: subject, accepter: object };
}

function offerInvalid(safe: string): AppError {
  return new AppError("offer_invalid", safe, { status: 422 });
}

function ignored(reason: string): Effect {
  const outcome: Outcome = `ignored:${reason}`;
  return () => Promise.resolve(outcome);
}
