import { ACTIVITY_STREAMS, PRAXIS_NAMESPACE } from "./context.ts";

/** What a Relationship is that two organizations agree on. */
export const PARTNERSHIP = `${PRAXIS_NAMESPACE}Partnership`;

/** `@context` of all activities about partnerships; inline, as nothing is hosted to be fetched. */
export const PARTNERSHIP_CONTEXT = [
  ACTIVITY_STREAMS,
  {
    px: PRAXIS_NAMESPACE,
    /** the document that the offer names, with its hash */
    terms: "http://schema.org/usageInfo",
    /** lower-case hex, of the document's bytes */
    sha256: "px:sha256",
    /** the strictest label (TLP 2.0) of what is shared under it */
    labelCeiling: "px:labelCeiling",
    /** the one practice that it is for; without it, it is standing */
    practice: { "@id": "px:practice", "@type": "@id" },
    /** compact JWS over the agreement */
    agreement: "px:agreement",
    Suspend: "px:Suspend",
    Resume: "px:Resume",
    /** running number of a side's suspensions and resumptions */
    suspension: "px:suspension",
  },
] as const;
