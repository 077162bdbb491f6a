import { createHash } from "node:crypto";
import { AppError, invalid } from "../domain/errors.ts";
import { parseId } from "../domain/ids.ts";
import { sameConditions, type Conditions } from "../domain/partnership.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { isBlockedBetween } from "../persistence/repositories/blocks.ts";
import {
  insertPartnership,
  keepTerms,
  openPartnershipsWith,
  type PartnershipRecord,
} from "../persistence/repositories/partnerships.ts";
import {
  findPostById,
  findPostByIri,
  findPracticeBySlug,
} from "../persistence/repositories/posts.ts";
import type { Context } from "./context.ts";
import { acceptIn } from "./answer-partnership.ts";
import { requireEditor, type Member } from "./members.ts";
import { requireOrganization } from "./organization.ts";
import { changePartnerships, close, onWire, tellEnd, tellPartner } from "./partnership-changes.ts";
import type { ProposalInput } from "./partnership-input.ts";
import { agreementOf, agreementSigner } from "./partnership-records.ts";
import { readActor, resolveActor } from "./remote-actors.ts";

/**
 * Offers a partnership, or new terms for one: what is in force stays so until the other side
 * accepts. Offering once more what is offered already changes nothing; offering just what the other
 * side has offered accepts it; offering something else declines it and takes our own waiting offer
 * back.
 * @throws AppError `editors_only`, `partnership_impossible`, `partnership_exists`,
 *   `invalid_request`, and those of `resolveActor`
 */
export async function proposePartnership(
  context: Context,
  member: Member,
  input: ProposalInput,
): Promise<PartnershipRecord> {
  requireEditor(member);
  const { actor: organization } = await requireOrganization(context);
  const partner = await findKin(context, input.handle);
  const conditions: Conditions = {
    termsSha256: createHash("sha256").update(input.terms).digest("hex"),
    labelCeiling: input.labelCeiling,
    practice: await findPracticeIri(context, partner, input.practice),
    startsAt: input.startsAt,
    endsAt: input.endsAt,
  };
  const sign = await agreementSigner(context);
  return changePartnerships(context, partner.id, async (tx) => {
    if (await isBlockedBetween(tx, partner.id, organization.id)) throw blocked();
    const open = (await openPartnershipsWith(tx, partner.id)).filter(
      (other) => other.practiceIri === conditions.practice,
    );
    const same = open.find((other) => sameConditions(conditionsOf(context, other), conditions));
    if (same?.state === "active") throw alreadyInForce(partner);
    if (same?.state === "offered") return same;
    if (same?.state === "asked") return acceptIn(context, tx, same, sign);
    const countered = await settleWaiting(context, tx, open);
    const offerIri = context.iris.activity(context.newKey());
    const url = context.iris.terms(context.newKey());
    const terms = await keepTerms(tx, {
      url,
      sha256: conditions.termsSha256,
      markdown: input.terms,
    });
    if (terms === null) throw new Error(`${url} is taken`);
    const agreement = {
      ...conditions,
      offer: offerIri,
      proposer: organization.iri,
      accepter: partner.iri,
    };
    const { jws, publicKey } = await sign(agreement);
    const record = await insertPartnership(tx, {
      partnerId: partner.id,
      state: "offered",
      proposedBy: "us",
      offerIri,
      termsId: terms.id,
      labelCeiling: conditions.labelCeiling,
      practiceIri: conditions.practice,
      startsAt: conditions.startsAt,
      endsAt: conditions.endsAt,
      proposerJws: jws,
      proposerKey: publicKey,
    });
    const offer = { ...onWire(context, record), jws, inReplyTo: countered };
    return tellPartner(context, tx, record, {
      iri: offerIri,
      type: "Offer",
      body: context.wire.partnership.offer(offer),
    });
  });
}

function conditionsOf(context: Context, record: PartnershipRecord): Conditions {
  return agreementOf(context, record);
}

/**
 * Settles what waits for the same scope: takes our own offer back, declines theirs. Returns their
 * newest, which the new offer answers, or null.
 */
async function settleWaiting(
  context: Context,
  tx: Transaction,
  open: readonly PartnershipRecord[],
): Promise<string | null> {
  const waiting = open.filter((other) => other.state !== "active");
  const newest = waiting.find((other) => other.state === "asked") ?? null;
  for (const other of waiting) {
    const closed =
      other.state === "asked"
        ? await close(context, tx, other, { state: "rejected", reason: "countered" })
        : await close(context, tx, other, { state: "ended", reason: "by_us" });
    // The new offer itself tells them what became of the one that it answers.
    if (other !== newest) await tellEnd(context, tx, closed);
  }
  return newest?.offerIri ?? null;
}

/**
 * The organization of that handle, if its server speaks of partnerships.
 * @throws AppError `partnership_impossible`
 */
async function findKin(context: Context, handle: string): Promise<ActorRecord> {
  const found = await resolveActor(context, handle);
  if (found.kind !== "remote") throw impossible("This is an account of your own organization.");
  // It may have become kin since it was last read.
  const actor = found.kin === null ? await readActor(context, found.iri) : found;
  const name = `@${actor.handle}@${actor.host}`;
  if (actor.kin === null) {
    throw impossible(
      `${actor.host} does not run Praxis. Partnerships need a server that keeps their boundary; ` +
        `you can still address ${name} as a person.`,
    );
  }
  if (actor.type !== "Organization") {
    throw impossible(
      `${name} is not an organization's own account. Propose to the organization at ${actor.host}.`,
    );
  }
  if (actor.suspendedAt !== null) throw impossible(`${name} is suspended here.`);
  if (actor.goneAt !== null) throw impossible(`${name} is gone.`);
  if (actor.movedTo !== null) throw impossible(`${name} has moved to ${actor.movedTo}.`);
  return actor;
}

/** The practice that a proposal is for: ours by id, IRI or page; the partner's by its IRI. */
async function findPracticeIri(
  context: Context,
  partner: ActorRecord,
  text: string | null,
): Promise<string | null> {
  if (text === null) return null;
  const { origin } = context.iris;
  const url = URL.parse(text.trim());
  if (url !== null && isSameOrigin(url.href, partner.iri)) return url.href;
  const id = parseId(text.trim());
  const slug = /^\/practices\/([^/]+)$/.exec(url?.pathname ?? "")?.[1];
  const found =
    id !== null
      ? await findPostById(context.db, id)
      : ((await findPostByIri(context.db, url?.href ?? "")) ??
        (url?.origin === origin && slug !== undefined
          ? await findPracticeBySlug(context.db, slug)
          : null));
  const ours =
    found !== null && found.local && found.practice !== null && !found.withdrawn ? found : null;
  if (ours !== null && ours.publishedBy === "organization") return ours.iri;
  throw invalid({
    practice: "the id or address of a practice of yours, or the ActivityPub id of one of theirs",
  });
}

function impossible(safe: string): AppError {
  return new AppError("partnership_impossible", safe, { status: 422 });
}

function blocked(): AppError {
  return impossible("This organization is blocked.");
}

function alreadyInForce(partner: ActorRecord): AppError {
  return new AppError(
    "partnership_exists",
    `You are partners of @${partner.handle}@${partner.host} under exactly these terms already.`,
    { status: 409 },
  );
}
