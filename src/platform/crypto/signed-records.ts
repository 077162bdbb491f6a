import type { KeyObject } from "node:crypto";
import { CompactSign, compactVerify, decodeProtectedHeader, errors } from "jose";

const ALGORITHM = "EdDSA";
/** Keeps a signature made for a record from being taken for one of another kind. */
const TYPE = "praxis-record+jws";
const MAX_LENGTH = 16_384;

/** A compact JWS (RFC 7515, RFC 8037) over `text`, by an Ed25519 key that is published under `keyIri`. */
export function signRecord(
  text: string,
  { keyIri, privateKey }: { readonly keyIri: string; readonly privateKey: KeyObject },
): Promise<string> {
  return new CompactSign(new TextEncoder().encode(text))
    .setProtectedHeader({ alg: ALGORITHM, kid: keyIri, typ: TYPE })
    .sign(privateKey);
}

/** The key that a record says it was signed with; null when it is no such record. Nothing is verified. */
export function signerOf(jws: string): string | null {
  if (jws.length > MAX_LENGTH) return null;
  try {
    const { alg, kid, typ } = decodeProtectedHeader(jws);
    return alg === ALGORITHM && typ === TYPE && kid !== undefined ? kid : null;
  } catch (error) {
    if (error instanceof TypeError || error instanceof errors.JOSEError) return null;
    throw error;
  }
}

/** The text that was signed; null when it is no such record, or its signature is not that key's. */
export async function verifyRecord(jws: string, publicKey: KeyObject): Promise<string | null> {
  if (publicKey.asymmetricKeyType !== "ed25519" || signerOf(jws) === null) return null;
  try {
    const { payload } = await compactVerify(jws, publicKey, { algorithms: [ALGORITHM] });
    return new TextDecoder().decode(payload);
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return null;
    throw error;
  }
}
