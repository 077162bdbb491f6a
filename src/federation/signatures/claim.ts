import type { Refusal } from "./refusal.ts";

export type SignatureSpec = "draft-cavage" | "rfc9421";

/** An algorithm as the signature names it, or what it leaves to the key. */
export type Algorithm = "rsa-sha256" | "rsa-sha512" | "ed25519" | "by-key";

/**
 * What a request claims after all checks that need no key: this key signed one of these texts.
 * (Two texts only where peers disagree on what a target is.)
 */
export interface SignatureClaim {
  readonly ok: true;
  readonly spec: SignatureSpec;
  readonly keyId: string;
  readonly algorithm: Algorithm;
  readonly signature: Uint8Array;
  readonly signedTexts: readonly string[];
}

export type ClaimReading = SignatureClaim | Refusal;

const MAX_KEY_ID_LENGTH = 2_048;

/** A key id that may be looked up: an absolute http(s) IRI, no credentials, no white space, at most one fragment. */
export function isKeyId(keyId: string): boolean {
  if (keyId.length > MAX_KEY_ID_LENGTH) return false;
  if (!/^https?:\/\/[^\s"'<>\\^`{|}#\p{Cc}]+(?:#[^\s"'<>\\^`{|}#\p{Cc}]+)?$/iu.test(keyId))
    return false;
  if (!URL.canParse(keyId)) return false;
  const url = new URL(keyId);
  return url.username === "" && url.password === "";
}
