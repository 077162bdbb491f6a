import { isSameOrigin } from "../../domain/remote-iri.ts";
import {
  importPublicKeyMultibase,
  importPublicKeyPem,
  keyType,
} from "../../platform/crypto/keys.ts";
import type { RemoteKey } from "../../services/remote.ts";
import { isKeyId } from "../signatures/claim.ts";
import type { PublishedKey } from "../signatures/key-document.ts";
import { isJson, listOf, type Json } from "./wire-values.ts";

const MAX_KEYS = 8;

/**
 * The keys that an actor document holds (`publicKey`, and FEP-521a `assertionMethod`): those on the
 * actor's own origin that name no other owner and that we can use. The others are left out.
 */
export function readKeys(document: Json, actor: string): RemoteKey[] {
  const keys = new Map<string, RemoteKey>();
  const listed = [
    ...listOf(document["publicKey"], MAX_KEYS),
    ...listOf(document["assertionMethod"], MAX_KEYS),
  ];
  for (const entry of listed) {
    const key = isJson(entry) ? readKey(entry, actor) : null;
    // Two different keys under one id: believe neither more than the first, as the signature check does.
    if (key !== null && !keys.has(key.keyIri)) keys.set(key.keyIri, key);
  }
  return [...keys.values()].slice(0, MAX_KEYS);
}

/** A key whose owner was confirmed, in the form in which it is stored. */
export function toRemoteKey({ keyId, publicKey, type }: PublishedKey): RemoteKey {
  const pem = publicKey.export({ type: "spki", format: "pem" });
  return { keyIri: keyId, algorithm: type, pem };
}

function readKey(entry: Json, actor: string): RemoteKey | null {
  const { id, owner = actor, controller = actor } = entry;
  if (typeof id !== "string" || !isKeyId(id) || !isSameOrigin(id, actor)) return null;
  if (owner !== actor || controller !== actor) return null;
  try {
    const publicKey = importedKey(entry);
    if (publicKey === null) return null;
    return toRemoteKey({ keyId: id, owner: actor, publicKey, type: keyType(publicKey) });
  } catch {
    return null; // a kind of key that we do not support; the actor may have another
  }
}

function importedKey({ publicKeyPem: pem, publicKeyMultibase: multibase }: Json) {
  if (typeof pem === "string") return importPublicKeyPem(pem);
  return typeof multibase === "string" ? importPublicKeyMultibase(multibase) : null;
}
