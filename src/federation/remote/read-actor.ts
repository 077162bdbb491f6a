import type { ProfileField, RemoteActor } from "../../services/remote.ts";
import { KIN_PROPERTY } from "../vocab/kin.ts";
import { cleanHtml, plainLine } from "./clean-text.ts";
import { remoteInvalid } from "./problems.ts";
import { readKeys } from "./read-keys.ts";
import {
  imageUrlOf,
  instantOf,
  iriOf,
  irisOf,
  isJson,
  lineOf,
  listOf,
  pageUrlOf,
  textIn,
  typesOf,
  type Json,
  type WireRules,
} from "./wire-values.ts";
import { isSameOrigin } from "../../domain/remote-iri.ts";

const ACTOR_TYPES = new Set(["Person", "Organization", "Group", "Service", "Application"]);

const LIMITS = {
  name: 500,
  summary: 20_000,
  fields: 20,
  fieldName: 255,
  fieldValue: 2_000,
  handle: 128,
  description: 1_500,
};

/** An actor as its own document tells it; which host its handle is on, WebFinger says. */
export type ActorDocument = Omit<RemoteActor, "handle" | "host"> & {
  /** preferredUsername, or what comes closest to it */
  readonly username: string;
};

/** Whether a document is an actor's: by its type, or by the inbox that every actor has. */
export function isActorDocument(document: Json): boolean {
  return actorType(document) !== null && document["inbox"] !== undefined;
}

/**
 * Reads an actor document, tolerantly and within limits. The document was fetched from its id.
 * @throws AppError `remote_invalid` when it is not an actor that one can write to
 */
export function readActorDocument(document: Json, rules: WireRules): ActorDocument {
  const iri = iriOf(document, rules);
  const type = actorType(document);
  const inbox = iriOf(document["inbox"], rules);
  if (iri === null) throw remoteInvalid("This actor has no usable id.");
  if (type === null) throw remoteInvalid(`${iri} is not an actor.`);
  if (inbox === null || !isSameOrigin(inbox, iri)) {
    throw remoteInvalid(`The actor ${iri} has no inbox on its own server.`);
  }
  const endpoints = isJson(document["endpoints"]) ? document["endpoints"] : {};
  const username = usernameOf(document, iri);
  return {
    iri,
    type,
    username,
    name: plainLine(textIn(document, "name").text, LIMITS.name) || username,
    summary: cleanHtml(textIn(document, "summary").text, LIMITS.summary),
    url: pageUrlOf(document["url"], rules) ?? iri,
    inbox,
    sharedInbox: onOrigin(iriOf(endpoints["sharedInbox"], rules), iri),
    followersIri: onOrigin(iriOf(document["followers"], rules), iri),
    followingIri: onOrigin(iriOf(document["following"], rules), iri),
    outboxIri: onOrigin(iriOf(document["outbox"], rules), iri),
    featuredIri: onOrigin(iriOf(document["featured"], rules), iri),
    iconUrl: imageUrlOf(document["icon"], rules),
    imageUrl: imageUrlOf(document["image"], rules),
    fields: readFields(document),
    alsoKnownAs: irisOf(document["alsoKnownAs"], rules, 20),
    movedTo: iriOf(document["movedTo"], rules),
    manuallyApprovesFollowers: document["manuallyApprovesFollowers"] === true,
    discoverable: document["discoverable"] !== false,
    // Most servers have no such switch; one that does says so.
    indexable: document["indexable"] !== false,
    iconDescription: descriptionOf(document["icon"]),
    imageDescription: descriptionOf(document["image"]),
    kin: readKin(document),
    publishedAt: instantOf(document["published"]),
    keys: readKeys(document, iri),
  };
}

function actorType(document: Json): string | null {
  return typesOf(document).find((type) => ACTOR_TYPES.has(type)) ?? null;
}

/** An address on another origin could make us tell strangers what is meant for this actor. */
function onOrigin(address: string | null, actor: string): string | null {
  return address !== null && isSameOrigin(address, actor) ? address : null;
}

function usernameOf(document: Json, iri: string): string {
  const { preferredUsername } = document;
  const given =
    typeof preferredUsername === "string"
      ? preferredUsername
      : textIn(document, "preferredUsername").text;
  const cleaned = (text: string): string => text.replaceAll(/[\s@/:\p{Cc}]+/gu, "");
  const { host = "", pathname = "" } = URL.parse(iri) ?? {};
  const last = pathname.split("/").findLast((part) => part !== "");
  return lineOf(cleaned(given) || cleaned(last ?? "") || cleaned(host), LIMITS.handle);
}

/** What is to be seen on a picture. */
function descriptionOf(picture: unknown): string {
  const [first] = listOf(picture, 1);
  return isJson(first) ? plainLine(textIn(first, "name").text, LIMITS.description) : "";
}

function readFields(document: Json): ProfileField[] {
  return listOf(document["attachment"], 100)
    .filter(isJson)
    .filter((entry) =>
      typesOf(entry).some((type) => type.replace("schema:", "") === "PropertyValue"),
    )
    .slice(0, LIMITS.fields)
    .map((entry) => ({
      name: plainLine(textIn(entry, "name").text, LIMITS.fieldName),
      value: cleanHtml(typeof entry["value"] === "string" ? entry["value"] : "", LIMITS.fieldValue),
    }))
    .filter((field) => field.name !== "");
}

const MAX_KIN_LENGTH = 4_000;

/** The capability that a Praxis instance advertises in its actors; kept as it is, but never large. */
function readKin(document: Json): Record<string, unknown> | null {
  const kin = document[KIN_PROPERTY];
  if (!isJson(kin)) return null;
  const text = JSON.stringify(kin);
  // PostgreSQL's jsonb takes neither half a surrogate pair nor NUL.
  const fits = text.length <= MAX_KIN_LENGTH && !/\\u(?:d[89a-f]|0000)/i.test(text);
  return fits ? { ...kin } : null;
}
