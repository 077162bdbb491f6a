import { AS_PUBLIC } from "../../domain/audience/address.ts";
import type { BoostOnWire, JsonLd, PinOnWire } from "../../services/wire.ts";
import { ACTIVITY_STREAMS } from "../vocab/context.ts";

/** An Announce names nothing of the post but its IRI. */
export function announceActivity(iri: string, boost: BoostOnWire): JsonLd {
  return { "@context": ACTIVITY_STREAMS, ...announceObject(iri, boost) };
}

/** The Announce is embedded: several servers do not remember its id. */
export function undoAnnounceActivity(
  iri: string,
  boost: BoostOnWire & { readonly iri: string },
): JsonLd {
  return {
    "@context": ACTIVITY_STREAMS,
    type: "Undo",
    id: iri,
    actor: boost.actor,
    ...addressOf(boost),
    object: announceObject(boost.iri, boost),
  };
}

function announceObject(iri: string, boost: BoostOnWire): JsonLd {
  return {
    type: "Announce",
    id: iri,
    actor: boost.actor,
    published: boost.at.toISOString(),
    ...addressOf(boost),
    object: boost.post,
  };
}

function addressOf({ followers, author }: BoostOnWire) {
  return { to: [AS_PUBLIC], cc: [...(followers === null ? [] : [followers]), author] };
}

export function pinActivity(iri: string, pinned: PinOnWire): JsonLd {
  return aboutFeatured("Add", iri, pinned);
}

export function unpinActivity(iri: string, pinned: PinOnWire): JsonLd {
  return aboutFeatured("Remove", iri, pinned);
}

function aboutFeatured(
  type: "Add" | "Remove",
  iri: string,
  { actor, followers, featured, post }: PinOnWire,
): JsonLd {
  return {
    "@context": ACTIVITY_STREAMS,
    type,
    id: iri,
    actor,
    to: [AS_PUBLIC],
    cc: [followers],
    object: post,
    target: featured,
  };
}
