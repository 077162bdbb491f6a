import { createPublicKey } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { canonicalAgreement, type Agreement } from "../domain/agreement.ts";
import { AppError } from "../domain/errors.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PartnershipRecord } from "../persistence/repositories/partnerships.ts";
import { remoteKeys } from "../persistence/schema/index.ts";
import { importPublicKeyPem } from "../platform/crypto/keys.ts";
import { signerOf, signRecord, verifyRecord } from "../platform/crypto/signed-records.ts";
import type { Context } from "./context.ts";
import { signingKey } from "./keys.ts";
import { requireOrganization } from "./organization.ts";
import { readActor } from "./remote-actors.ts";

/** A side's signature over the agreement, and the public key (SPKI PEM) that verifies it. */
export interface SignedAgreement {
  readonly jws: string;
  readonly publicKey: string;
}

/** What the two sides of a partnership agree, or agreed, on. */
export function agreementOf(context: Context, record: PartnershipRecord): Agreement {
  const [us, them] = [context.iris.organization, record.partner.iri];
  const weProposed = record.proposedBy === "us";
  return {
    offer: record.offerIri,
    proposer: weProposed ? us : them,
    accepter: weProposed ? them : us,
    termsSha256: record.terms.sha256,
    labelCeiling: record.labelCeiling,
    practice: record.practiceIri,
    startsAt: record.startsAt,
    endsAt: record.endsAt,
  };
}

/** Signs agreements as the organization, by the Ed25519 key in its actor document. */
export async function agreementSigner(
  context: Context,
): Promise<(agreement: Agreement) => Promise<SignedAgreement>> {
  const { actor } = await requireOrganization(context);
  const key = await signingKey(context, actor.id, "ed25519");
  const publicKey = createPublicKey(key.privateKey).export({ type: "spki", format: "pem" });
  return async (agreement) => ({
    jws: await signRecord(canonicalAgreement(agreement), key),
    publicKey,
  });
}

/**
 * Checks another organization's signature against the Ed25519 key that it publishes; an unknown key
 * and a signature that does not fit make us read its actor document once more. Returns the text
 * that it signed. Reads the network: not for a transaction.
 * @throws AppError `agreement_not_signed`, `remote_…`
 */
export async function readSignedAgreement(
  context: Context,
  signer: ActorRecord,
  jws: string,
): Promise<SignedAgreement & { readonly text: string }> {
  const keyIri = signerOf(jws);
  if (keyIri === null || !isSameOrigin(keyIri, signer.iri)) throw notSigned();
  const known = await verifyWith(context, signer, keyIri, jws);
  if (known !== null) return known;
  await readActor(context, signer.iri);
  const fresh = await verifyWith(context, signer, keyIri, jws);
  if (fresh !== null) return fresh;
  throw notSigned();
}

async function verifyWith(context: Context, signer: ActorRecord, keyIri: string, jws: string) {
  const [row] = await context.db
    .select({ pem: remoteKeys.publicKeyPem })
    .from(remoteKeys)
    .where(
      and(
        eq(remoteKeys.keyIri, keyIri),
        eq(remoteKeys.actorId, signer.id),
        eq(remoteKeys.algorithm, "ed25519"),
      ),
    );
  if (row === undefined) return null;
  const text = await verifyRecord(jws, importPublicKeyPem(row.pem));
  return text === null ? null : { jws, publicKey: row.pem, text };
}

function notSigned(): AppError {
  return new AppError("agreement_not_signed", "The agreement's signature does not fit.", {
    status: 422,
  });
}
