import type { Agreement } from "../domain/agreement.ts";
import type { JsonLd } from "./wire.ts";

/** How partnerships are said in ActivityStreams (`federation/outbound/partnership.ts`). */
export interface PartnershipWire {
  /** the Offer itself; its id is the agreement's `offer` */
  offer(offer: OfferOnWire): JsonLd;
  /** `jws` is the accepting side's signature over the agreement */
  accept(activityIri: string, offer: AgreedOnWire, jws: string): JsonLd;
  /** no to an offer, or the end by the side that it was made to */
  reject(activityIri: string, offer: AgreedOnWire): JsonLd;
  /** an offer is taken back, or the end by the side that made it */
  undo(activityIri: string, offer: AgreedOnWire): JsonLd;
  suspension(activityIri: string, suspension: SuspensionOnWire): JsonLd;
}

/** An agreement and where its terms are. */
export interface AgreedOnWire {
  readonly agreement: Agreement;
  readonly termsUrl: string;
}

interface OfferOnWire extends AgreedOnWire {
  /** the proposing side's signature over the agreement */
  readonly jws: string;
  /** the other side's offer that this one answers with other conditions */
  readonly inReplyTo: string | null;
}

interface SuspensionOnWire extends AgreedOnWire {
  /** IRI of the organization that suspends or resumes */
  readonly by: string;
  readonly kind: "Suspend" | "Resume";
  /** counts that side's suspensions and resumptions of this partnership, from 1 */
  readonly number: number;
}
