import type { Id } from "../domain/ids.ts";
import { generateSigningKeys } from "../platform/crypto/keys.ts";
import { encryptSecret } from "../platform/crypto/secrets.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, signingKeys } from "../persistence/schema/index.ts";
import { AppError } from "../domain/errors.ts";
import type { Context } from "./context.ts";

/** What makes one of our own actors; everything else about it follows from the pinned origin. */
export interface NewActor {
  readonly kind: "organization" | "instance" | "member";
  readonly iri: string;
  readonly type: "Organization" | "Application" | "Person";
  readonly handle: string;
  readonly name: string;
  readonly url: string;
  readonly manuallyApprovesFollowers: boolean;
}

/** Keys take a moment to make: call this before the transaction that `createActor` runs in. */
export const prepareKeys = generateSigningKeys;

/**
 * Stores an actor with its RSA-2048 and Ed25519 keys, private parts encrypted.
 * @throws AppError `handle_taken`
 */
export async function createActor(
  context: Context,
  tx: Transaction,
  actor: NewActor,
  keys: Awaited<ReturnType<typeof prepareKeys>>,
): Promise<ActorRecord> {
  const { iris } = context;
  const [row] = await tx
    .insert(actors)
    .values({
      ...actor,
      host: context.config.host,
      inbox: iris.inbox(actor.iri),
      sharedInbox: iris.sharedInbox,
      outboxIri: iris.outbox(actor.iri),
      followersIri: iris.followers(actor.iri),
      followingIri: iris.following(actor.iri),
      featuredIri: iris.featured(actor.iri),
      discoverable: actor.kind !== "instance",
      publishedAt: context.now(),
    })
    .onConflictDoNothing()
    .returning();
  if (row === undefined) {
    throw new AppError("handle_taken", `The handle "${actor.handle}" is already in use here.`, {
      status: 409,
    });
  }
  await storeKeys(context, tx, row.id, actor.iri, keys);
  return row;
}

async function storeKeys(
  context: Context,
  tx: Transaction,
  actorId: Id,
  actorIri: string,
  keys: Awaited<ReturnType<typeof prepareKeys>>,
): Promise<void> {
  const rsaIri = context.iris.key(actorIri, "rsa-2048", 1);
  const edIri = context.iris.key(actorIri, "ed25519", 1);
  const [rsaJwe, edJwe] = await Promise.all([
    encryptSecret(keys.rsa.privateJwk, context.secretKey, rsaIri),
    encryptSecret(keys.ed25519.privateJwk, context.secretKey, edIri),
  ]);
  await tx.insert(signingKeys).values([
    {
      actorId,
      keyIri: rsaIri,
      algorithm: "rsa-2048",
      publicKey: keys.rsa.publicKeyPem,
      privateJwe: rsaJwe,
    },
    {
      actorId,
      keyIri: edIri,
      algorithm: "ed25519",
      publicKey: keys.ed25519.publicKeyMultibase,
      privateJwe: edJwe,
    },
  ]);
}
