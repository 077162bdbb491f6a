import type { Conditions } from "./partnership.ts";

/** What both sides sign: who, by which offer, under which conditions. */
export interface Agreement extends Conditions {
  /** IRI of the Offer activity */
  readonly offer: string;
  /** IRI of the organization that made the offer */
  readonly proposer: string;
  /** IRI of the organization that it was made to */
  readonly accepter: string;
}

/**
 * The one text that an agreement has: JSON with sorted names and without blanks (RFC 8785, which
 * for strings and null alone is just that), dates in UTC with milliseconds.
 */
export function canonicalAgreement(agreement: Agreement): string {
  const members: Readonly<Record<string, string | null>> = {
    accepter: agreement.accepter,
    endsAt: agreement.endsAt?.toISOString() ?? null,
    labelCeiling: agreement.labelCeiling,
    offer: agreement.offer,
    practice: agreement.practice,
    proposer: agreement.proposer,
    startsAt: agreement.startsAt?.toISOString() ?? null,
    termsSha256: agreement.termsSha256,
    type: "praxis-partnership/1",
  };
  return JSON.stringify(members);
}
