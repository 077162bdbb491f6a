import type { KeyObject } from "node:crypto";
import { eq } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import { importPublicKeyPem } from "../platform/crypto/keys.ts";
import { findActorByIri } from "../persistence/repositories/actors.ts";
import { actors, remoteKeys } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { KnownKey } from "./remote-memory.ts";
import { readOnce } from "./remote-reading.ts";
import { storeRemoteActor } from "./store-remote-actor.ts";

/** A key that may verify the signature of its owner; the shape that signature checks ask for. */
export interface VerificationKey {
  readonly keyId: string;
  /** IRI of the actor whose own document lists the key */
  readonly owner: string;
  readonly publicKey: KeyObject;
  /** from memory or the database: it may have been rotated since */
  readonly cached: boolean;
}

/**
 * The public key with that IRI: from memory, from the database, else from its origin (with
 * `refresh` at once from there). Null when there is none to be had. The owner is not stored unless
 * it was known already; `ensureActor` stores it, once the signature has proven to be its own.
 */
export async function findVerificationKey(
  context: Context,
  keyIri: string,
  { refresh }: { readonly refresh: boolean },
): Promise<VerificationKey | null> {
  if (isSameOrigin(keyIri, context.iris.origin)) return null;
  const { keys } = context.memory.remote;
  const known = refresh ? null : (keys.get(keyIri) ?? (await findStoredKey(context, keyIri)));
  const key = known ?? (await fetchKey(context, keyIri, refresh));
  if (key === null) return null;
  if (!keys.has(keyIri)) keys.set(keyIri, key);
  return { ...key, keyId: keyIri, cached: known !== null };
}

async function findStoredKey(context: Context, keyIri: string): Promise<KnownKey | null> {
  const [row] = await context.db
    .select({ pem: remoteKeys.publicKeyPem, owner: actors.iri })
    .from(remoteKeys)
    .innerJoin(actors, eq(actors.id, remoteKeys.actorId))
    .where(eq(remoteKeys.keyIri, keyIri));
  if (row === undefined) return null;
  return { owner: row.owner, publicKey: importPublicKeyPem(row.pem) };
}

async function fetchKey(
  context: Context,
  keyIri: string,
  again: boolean,
): Promise<KnownKey | null> {
  const { unproven, keys } = context.memory.remote;
  const read = async (): Promise<KnownKey> => {
    const { key, actor } = await context.remote.readKey(keyIri);
    if ((await findActorByIri(context.db, actor.iri)) === null) unproven.set(actor.iri, actor);
    else await storeRemoteActor(context, context.db, actor);
    keys.delete(keyIri);
    return { owner: actor.iri, publicKey: importPublicKeyPem(key.pem) };
  };
  try {
    return await readOnce(context, { what: "key", iri: keyIri }, read, { again });
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
