import type { Agreement } from "../../domain/agreement.ts";
import type { AgreedOnWire, PartnershipWire } from "../../services/partnership-wire.ts";
import type { JsonLd } from "../../services/wire.ts";
import { PARTNERSHIP, PARTNERSHIP_CONTEXT } from "../vocab/partnership.ts";

/**
 * Partnerships on the wire. Every answer embeds the offer with its conditions, so that a receiver
 * can see that both speak of the same.
 */
export const partnershipWire: PartnershipWire = {
  offer: ({ agreement, termsUrl, jws, inReplyTo }) => ({
    "@context": PARTNERSHIP_CONTEXT,
    ...offerObject({ agreement, termsUrl }),
    to: [agreement.accepter],
    ...(inReplyTo === null ? {} : { inReplyTo }),
    agreement: jws,
  }),
  accept: (iri, offer, jws) => ({
    ...about("Accept", iri, offer, offer.agreement.accepter),
    agreement: jws,
  }),
  reject: (iri, offer) => about("Reject", iri, offer, offer.agreement.accepter),
  undo: (iri, offer) => about("Undo", iri, offer, offer.agreement.proposer),
  suspension: (iri, { kind, by, number, ...offer }) => ({
    ...about(kind, iri, offer, by),
    suspension: number,
  }),
};

function about(type: string, iri: string, offer: AgreedOnWire, by: string): JsonLd {
  const { proposer, accepter } = offer.agreement;
  return {
    "@context": PARTNERSHIP_CONTEXT,
    type,
    id: iri,
    actor: by,
    to: [by === proposer ? accepter : proposer],
    object: offerObject(offer),
  };
}

function offerObject({ agreement, termsUrl }: AgreedOnWire): JsonLd {
  return {
    type: "Offer",
    id: agreement.offer,
    actor: agreement.proposer,
    object: relationship(agreement, termsUrl),
  };
}

function relationship(agreement: Agreement, termsUrl: string): JsonLd {
  const { startsAt, endsAt, practice } = agreement;
  return {
    type: "Relationship",
    subject: agreement.proposer,
    object: agreement.accepter,
    relationship: PARTNERSHIP,
    terms: { url: termsUrl, sha256: agreement.termsSha256 },
    labelCeiling: agreement.labelCeiling,
    ...(practice === null ? {} : { practice }),
    ...(startsAt === null ? {} : { startTime: startsAt.toISOString() }),
    ...(endsAt === null ? {} : { endTime: endsAt.toISOString() }),
  };
}
