import { and, desc, eq, isNull } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import { importPrivateKey } from "../platform/crypto/keys.ts";
import { decryptSecret } from "../platform/crypto/secrets.ts";
import { signingKeys } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { SigningKey } from "./memory.ts";

export type KeyAlgorithm = "rsa-2048" | "ed25519";

/** The public part of a key of one of our actors, as it is published. */
export interface PublishedKey {
  readonly keyIri: string;
  readonly algorithm: KeyAlgorithm;
  /** SPKI PEM for RSA, multibase (FEP-521a) for Ed25519 */
  readonly publicKey: string;
}

/**
 * The newest key of one of our actors, imported once per process.
 * @throws AppError `secret_unreadable` when the secret key is not the one it was encrypted with
 */
export function signingKey(
  context: Context,
  actorId: Id,
  algorithm: KeyAlgorithm = "rsa-2048",
): Promise<SigningKey> {
  const known = context.memory.signingKeys.get(`${actorId}:${algorithm}`);
  if (known !== undefined) return known;
  const loading = loadSigningKey(context, actorId, algorithm);
  context.memory.signingKeys.set(`${actorId}:${algorithm}`, loading);
  loading.catch(() => context.memory.signingKeys.delete(`${actorId}:${algorithm}`));
  return loading;
}

async function loadSigningKey(
  context: Context,
  actorId: Id,
  algorithm: KeyAlgorithm,
): Promise<SigningKey> {
  const [row] = await context.db
    .select()
    .from(signingKeys)
    .where(
      and(
        eq(signingKeys.actorId, actorId),
        eq(signingKeys.algorithm, algorithm),
        isNull(signingKeys.retiredAt),
      ),
    )
    .orderBy(desc(signingKeys.id))
    .limit(1);
  if (row === undefined) throw new Error(`actor ${actorId} has no ${algorithm} key`);
  const jwk = await decryptSecret(row.privateJwe, context.secretKey, row.keyIri);
  return { keyIri: row.keyIri, privateKey: importPrivateKey(jwk) };
}

/** Public keys of one of our actors, newest first; retired ones are no longer published. */
export async function publishedKeys(context: Context, actorId: Id): Promise<PublishedKey[]> {
  return context.db
    .select({
      keyIri: signingKeys.keyIri,
      algorithm: signingKeys.algorithm,
      publicKey: signingKeys.publicKey,
    })
    .from(signingKeys)
    .where(and(eq(signingKeys.actorId, actorId), isNull(signingKeys.retiredAt)))
    .orderBy(desc(signingKeys.id));
}
