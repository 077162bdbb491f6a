/** The vocabulary that every document starts with; every server has it built in. */
export const ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams";

/**
 * Our own terms. A URN, because nothing is hosted there: the context is inline, and a name that
 * looked like a page would be fetched.
 */
export const PRAXIS_NAMESPACE = "urn:x-praxis:";

/** Terms of posts that are in common use but not in the ActivityStreams vocabulary. */
const COMMON_TERMS = {
  Hashtag: "as:Hashtag",
  sensitive: "as:sensitive",
  toot: "http://joinmastodon.org/ns#",
  blurhash: "toot:blurhash",
  focalPoint: { "@id": "toot:focalPoint", "@container": "@list" },
  votersCount: "toot:votersCount",
} as const;

/** Who may interact, as GoToSocial defines it (`canQuote`: FEP-044f). A hint, never an access rule. */
const INTERACTION_TERMS = {
  gts: "https://gotosocial.org/ns#",
  interactionPolicy: { "@id": "gts:interactionPolicy", "@type": "@id" },
  canReply: { "@id": "gts:canReply", "@type": "@id" },
  canAnnounce: { "@id": "gts:canAnnounce", "@type": "@id" },
  canQuote: { "@id": "gts:canQuote", "@type": "@id" },
  automaticApproval: { "@id": "gts:automaticApproval", "@type": "@id" },
} as const;

/** Quotes and consent to them: FEP-044f, and older names for the quoted post. */
const QUOTE_TERMS = {
  gts: "https://gotosocial.org/ns#",
  fep044f: "https://w3id.org/fep/044f#",
  quote: { "@id": "fep044f:quote", "@type": "@id" },
  quoteAuthorization: { "@id": "fep044f:quoteAuthorization", "@type": "@id" },
  quoteUri: "http://fedibird.com/ns#quoteUri",
  _misskey_quote: "https://misskey-hub.net/ns/#_misskey_quote",
} as const;

/** What a practice says beyond an article. Existing terms where there is one; hints all of them. */
const PRACTICE_TERMS = {
  px: PRAXIS_NAMESPACE,
  /** running number of the content's revision, from 1 */
  revision: "http://schema.org/version",
  /** `practice`, `lesson` or `question` */
  kind: "px:kind",
  /** onward-sharing marking, TLP 2.0 */
  label: "px:label",
  /** parts of the business that it helps */
  benefits: { "@id": "px:benefits", "@container": "@set" },
  /** actors who contributed */
  credits: { "@id": "http://purl.org/dc/terms/contributor", "@type": "@id" },
  /** the terms that a partner has accepted */
  terms: { "@id": "http://schema.org/usageInfo", "@type": "@id" },
  /** the exact revision that an adaptation starts from */
  wasDerivedFrom: { "@id": "http://www.w3.org/ns/prov#wasDerivedFrom", "@type": "@id" },
  /** the revision that an adoption tells of, and how far and how wide it went */
  adopts: { "@id": "px:adopts", "@type": "@id" },
  stage: "px:stage",
  scale: "px:scale",
} as const;

const ACTOR_TERMS = {
  manuallyApprovesFollowers: "as:manuallyApprovesFollowers",
  movedTo: { "@id": "as:movedTo", "@type": "@id" },
  alsoKnownAs: { "@id": "as:alsoKnownAs", "@type": "@id" },
  toot: "http://joinmastodon.org/ns#",
  featured: { "@id": "toot:featured", "@type": "@id" },
  discoverable: "toot:discoverable",
  indexable: "toot:indexable",
  /** Mastodon writes schema.org with a `#`, and everybody looks for exactly that */
  schema: "http://schema.org#",
  PropertyValue: "schema:PropertyValue",
  value: "schema:value",
  px: PRAXIS_NAMESPACE,
  /** see kin.ts */
  praxis: "px:capability",
} as const;

/** FEP-521a keys, spelled out so that nobody fetches the Multikey context. */
const MULTIKEY_TERMS = {
  sec: "https://w3id.org/security#",
  assertionMethod: { "@id": "sec:assertionMethod", "@type": "@id", "@container": "@set" },
  Multikey: "sec:Multikey",
  controller: { "@id": "sec:controller", "@type": "@id" },
  publicKeyMultibase: { "@id": "sec:publicKeyMultibase", "@type": "sec:multibase" },
} as const;

/** `@context` of posts and of activities that hold one. */
export const OBJECT_CONTEXT = [
  ACTIVITY_STREAMS,
  { ...COMMON_TERMS, ...INTERACTION_TERMS, ...QUOTE_TERMS, ...PRACTICE_TERMS },
] as const;

/** `@context` of requests to quote, the answers, and stamps. */
export const QUOTE_CONTEXT = [
  ACTIVITY_STREAMS,
  {
    gts: "https://gotosocial.org/ns#",
    QuoteRequest: "https://w3id.org/fep/044f#QuoteRequest",
    QuoteAuthorization: "https://w3id.org/fep/044f#QuoteAuthorization",
    interactingObject: { "@id": "gts:interactingObject", "@type": "@id" },
    interactionTarget: { "@id": "gts:interactionTarget", "@type": "@id" },
  },
] as const;

/** `@context` of actors. security/v1 (`publicKey`) is built into every server, and some look for its name. */
export const ACTOR_CONTEXT = [
  ACTIVITY_STREAMS,
  "https://w3id.org/security/v1",
  { ...ACTOR_TERMS, ...MULTIKEY_TERMS },
] as const;
