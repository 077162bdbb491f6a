import type { KeyObject } from "node:crypto";
import { AppError } from "../../domain/errors.ts";
import {
  type KeyType,
  importPublicKeyMultibase,
  importPublicKeyPem,
  keyType,
} from "../../platform/crypto/keys.ts";

/** A public key as a peer's document gives it. */
export interface PublishedKey {
  readonly keyId: string;
  /** The actor that the document says owns the key; to be believed only once confirmed. */
  readonly owner: string;
  readonly publicKey: KeyObject;
  readonly type: KeyType;
}

export type KeyRefusalReason =
  | "not_a_document"
  | "id_mismatch"
  | "ambiguous"
  | "owner_missing"
  | "owner_elsewhere"
  | "owner_unconfirmed"
  | "unsupported_key";

export type KeyReading =
  | {
      readonly ok: true;
      readonly key: PublishedKey;
      /** The actor to fetch (from its own IRI) and to give to `confirmKeyOwner`; null: confirmed already. */
      readonly needsOwner: string | null;
    }
  | KeyRefusal;

export interface KeyRefusal {
  readonly ok: false;
  readonly reason: KeyRefusalReason;
  readonly detail: string;
}

type Json = Readonly<Record<string, unknown>>;

/** The properties an actor lists keys in: security/v1, and Multikey by FEP-521a. */
const KEY_PROPERTIES = ["publicKey", "assertionMethod"];
const MAX_KEYS = 16;

/**
 * Reads the key `keyId` out of the document fetched from that id: an actor that embeds the key, a key on
 * its own (snac), or GoToSocial's stub of an actor at `…/main-key`. The caller must have fetched `keyId`
 * without following a redirect to another origin.
 *
 * Only an actor at the very place that was asked for, listing the key as its own, is taken at its word;
 * in every other case the owner must confirm, because anybody can write anybody's name into `owner`.
 */
export function readKeyDocument(document: unknown, keyId: string): KeyReading {
  if (!isObject(document)) return refusal("not_a_document", "not a JSON object");
  const id = idOf(document);
  const location = withoutFragment(keyId);
  const found = findKeyNode(document, keyId);
  if ("ok" in found) return found;
  const { node } = found;
  const standalone = node === document;
  if (!standalone && id !== location && !sameOrigin(id, location)) {
    return refusal("id_mismatch", `asked for ${location}, got ${id ?? "a document without an id"}`);
  }
  const owner = ownerOf(node, standalone ? null : id);
  if (typeof owner !== "string") return owner;
  if (!sameOrigin(owner, keyId)) return refusal("owner_elsewhere", `${keyId} names ${owner}`);
  const material = readMaterial(node);
  if ("ok" in material) return material;
  const key: PublishedKey = { keyId, owner, ...material };
  const confirmed = !standalone && id === location && owner === id && isActor(document);
  return { ok: true, key, needsOwner: confirmed ? null : owner };
}

/** The key as confirmed by its owner's document (fetched from `key.owner`): the actor there lists this very key. */
export function confirmKeyOwner(ownerDocument: unknown, key: PublishedKey): KeyReading {
  if (!isObject(ownerDocument)) return refusal("not_a_document", "not a JSON object");
  if (idOf(ownerDocument) !== key.owner) {
    return refusal("id_mismatch", `asked for ${key.owner}, got ${idOf(ownerDocument) ?? "no id"}`);
  }
  if (!isActor(ownerDocument)) return refusal("owner_unconfirmed", `${key.owner} is not an actor`);
  const listed = listedKeys(ownerDocument).filter((entry) => idOf(entry) === key.keyId);
  if (listed.length === 0) return refusal("owner_unconfirmed", `${key.owner} does not list it`);
  for (const entry of listed) {
    if (!isObject(entry)) continue; // a bare reference names the key and leaves the rest to its document
    const owner = ownerOf(entry, key.owner);
    const material = readMaterial(entry);
    if (owner !== key.owner || "ok" in material || !material.publicKey.equals(key.publicKey)) {
      return refusal("owner_unconfirmed", `${key.owner} lists another key under this id`);
    }
  }
  return { ok: true, key, needsOwner: null };
}

function findKeyNode(document: Json, keyId: string): { readonly node: Json } | KeyRefusal {
  const embedded = listedKeys(document)
    .filter(isObject)
    .filter((node) => idOf(node) === keyId);
  const [first, ...others] = embedded;
  if (first === undefined) {
    return idOf(document) === keyId && hasMaterial(document)
      ? { node: document }
      : refusal("id_mismatch", `no key with the id ${keyId}`);
  }
  // One key may stand under two properties; two keys under one id may not.
  const same = others.every((other) => materialText(other) === materialText(first));
  return same ? { node: first } : refusal("ambiguous", `several keys with the id ${keyId}`);
}

function listedKeys(document: Json): readonly unknown[] {
  return KEY_PROPERTIES.flatMap((property) => document[property] ?? []).slice(0, MAX_KEYS);
}

/** The one owner or controller a key names; an embedded key that names none is the embedding document's. */
function ownerOf(node: Json, embeddedIn: string | null): string | KeyRefusal {
  const named = [node["owner"], node["controller"]]
    .filter((value) => value !== undefined && value !== null)
    .map((value) => idOf(value));
  const [owner = embeddedIn] = named;
  if (owner === null || named.some((other) => other !== owner)) {
    return refusal("owner_missing", "no owner, or more than one");
  }
  return owner;
}

function readMaterial(node: Json): { publicKey: KeyObject; type: KeyType } | KeyRefusal {
  const { publicKeyPem: pem, publicKeyMultibase: multibase } = node;
  try {
    if (typeof pem === "string") return described(importPublicKeyPem(pem));
    if (typeof multibase === "string") return described(importPublicKeyMultibase(multibase));
  } catch (error) {
    if (error instanceof AppError) return refusal("unsupported_key", error.safe);
    throw error;
  }
  return refusal("unsupported_key", "neither publicKeyPem nor publicKeyMultibase");
}

function described(publicKey: KeyObject): { publicKey: KeyObject; type: KeyType } {
  return { publicKey, type: keyType(publicKey) };
}

function hasMaterial(node: Json): boolean {
  return materialText(node) !== undefined;
}

function materialText(node: Json): unknown {
  return node["publicKeyPem"] ?? node["publicKeyMultibase"];
}

/** Every ActivityPub actor has an inbox (§4.1); an uploaded file or a note made to look like one does not. */
function isActor(document: Json): boolean {
  return typeof document["inbox"] === "string";
}

function idOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  return isObject(value) && typeof value["id"] === "string" ? value["id"] : null;
}

function withoutFragment(iri: string): string {
  return iri.split("#", 1)[0] ?? iri;
}

function sameOrigin(one: string | null, other: string): boolean {
  if (one === null || !URL.canParse(one) || !URL.canParse(other)) return false;
  return new URL(one).origin === new URL(other).origin;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refusal(reason: KeyRefusalReason, detail: string): KeyRefusal {
  return { ok: false, reason, detail };
}
