import type { ActorRecord } from "../../services/records.ts";
import type { JsonLd } from "../../services/wire.ts";
import type { PublishedKey } from "../../services/keys.ts";
import { ACTOR_CONTEXT } from "../vocab/context.ts";
import { KIN_PROPERTY, OWN_CAPABILITY } from "../vocab/kin.ts";

/** The document of one of our actors, with `@context`, as served at its IRI. `keys` are newest first. */
export function actorDocument(actor: ActorRecord, keys: readonly PublishedKey[]): JsonLd {
  return { "@context": ACTOR_CONTEXT, ...actorObject(actor, keys) };
}

/** The document without `@context`, to be put into an activity. */
export function actorObject(actor: ActorRecord, keys: readonly PublishedKey[]): JsonLd {
  return {
    type: actor.type,
    id: actor.iri,
    url: actor.url,
    preferredUsername: actor.handle,
    name: actor.name,
    summary: actor.summary,
    inbox: actor.inbox,
    ...present("outbox", actor.outboxIri),
    ...present("followers", actor.followersIri),
    ...present("following", actor.followingIri),
    ...present("featured", actor.featuredIri),
    ...(actor.sharedInbox === null ? {} : { endpoints: { sharedInbox: actor.sharedInbox } }),
    manuallyApprovesFollowers: actor.manuallyApprovesFollowers,
    discoverable: actor.discoverable,
    indexable: actor.indexable,
    ...present("published", actor.publishedAt?.toISOString()),
    ...picture("icon", actor.iconUrl, actor.iconDescription),
    ...picture("image", actor.imageUrl, actor.imageDescription),
    ...(actor.fields.length === 0 ? {} : { attachment: actor.fields.map(propertyValue) }),
    ...(actor.alsoKnownAs.length === 0 ? {} : { alsoKnownAs: actor.alsoKnownAs }),
    ...present("movedTo", actor.movedTo),
    ...rsaKey(actor, keys),
    ...multikeys(actor, keys),
    [KIN_PROPERTY]: OWN_CAPABILITY,
  };
}

/** One key and no list: many servers read the first of several, or none. */
function rsaKey(actor: ActorRecord, keys: readonly PublishedKey[]): JsonLd {
  const newest = keys.find((key) => key.algorithm === "rsa-2048");
  if (newest === undefined) return {};
  return {
    publicKey: { id: newest.keyIri, owner: actor.iri, publicKeyPem: newest.publicKey },
  };
}

/** FEP-521a */
function multikeys(actor: ActorRecord, keys: readonly PublishedKey[]): JsonLd {
  const published = keys
    .filter((key) => key.algorithm === "ed25519")
    .map((key) => ({
      id: key.keyIri,
      type: "Multikey",
      controller: actor.iri,
      publicKeyMultibase: key.publicKey,
    }));
  return published.length === 0 ? {} : { assertionMethod: published };
}

function present(name: string, value: string | null | undefined): JsonLd {
  return value === null || value === undefined ? {} : { [name]: value };
}

/** When we saw a link confirmed is our word, and others look for themselves. */
function propertyValue({ name, value }: ActorRecord["fields"][number]): JsonLd {
  return { type: "PropertyValue", name, value };
}

function picture(name: string, url: string | null, description: string): JsonLd {
  if (url === null) return {};
  const mediaType = url.endsWith(".webp") ? { mediaType: "image/webp" } : {};
  return {
    [name]: { type: "Image", ...mediaType, url, ...present("name", description || null) },
  };
}
