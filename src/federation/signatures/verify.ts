import { type KeyObject, verify } from "node:crypto";
import type { Algorithm, SignatureClaim, SignatureSpec } from "./claim.ts";
import { readCavageClaim } from "./draft-cavage.ts";
import { DEFAULT_WINDOW } from "./freshness.ts";
import type { ReceivedRequest } from "./received-request.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { type HeaderSource, readHeaders } from "./request-headers.ts";
import { readRfc9421Claim } from "./rfc9421.ts";
import { targetOf } from "./target.ts";

/** A peer's public key whose owner has been confirmed (see `key-document.ts`). */
export interface VerificationKey {
  /** Exactly the id that was asked for. */
  readonly keyId: string;
  /** The IRI of the actor it belongs to. */
  readonly owner: string;
  readonly publicKey: KeyObject;
  /** From memory or the database rather than fetched just now: then it may have been rotated since. */
  readonly cached: boolean;
}

export interface SignedRequest {
  readonly method: string;
  /** Our public URL of what was asked for: the pinned origin and the path and query as received. */
  readonly url: string;
  readonly headers: HeaderSource;
  /** The body's bytes as received; empty for none. */
  readonly body: Buffer;
}

export interface VerifyOptions {
  /** The key of that id, or null when there is none to be had. With `refresh` it is fetched again. */
  readonly findKey: (
    keyId: string,
    how: { readonly refresh: boolean },
  ) => Promise<VerificationKey | null>;
  readonly now: Date;
  /** Whether a cached key may be fetched again now: `createRefreshLimit().mayRefresh`. */
  readonly mayRefresh: (keyId: string, now: Date) => boolean;
  /** Seconds; default 3,600. */
  readonly maxAgeSeconds?: number;
  /** Seconds; default 300. */
  readonly clockSkewSeconds?: number;
}

export interface Verified {
  readonly ok: true;
  readonly keyId: string;
  /** The IRI of the actor that signed. The caller compares it with the activity's actor. */
  readonly owner: string;
  readonly spec: SignatureSpec;
}

/**
 * Who signed a request, by draft-cavage-12 or RFC 9421, or why it is refused (a 401).
 * A signature counts only when it covers the method, our own target, a recent time and, where there is
 * a body, its digest. Rejects only when `findKey` does.
 */
export async function verifyRequest(
  request: SignedRequest,
  options: VerifyOptions,
): Promise<Verified | Refusal> {
  const headers = readHeaders(request.headers);
  if ("ok" in headers) return headers;
  const received: ReceivedRequest = {
    method: request.method,
    target: targetOf(request.url),
    headers,
    body: request.body,
  };
  const window = {
    maxAgeSeconds: options.maxAgeSeconds ?? DEFAULT_WINDOW.maxAgeSeconds,
    clockSkewSeconds: options.clockSkewSeconds ?? DEFAULT_WINDOW.clockSkewSeconds,
  };
  const readClaim = headers.has("signature-input") ? readRfc9421Claim : readCavageClaim;
  const claim = readClaim(received, options.now, window);
  return claim.ok ? judge(claim, received, options) : claim;
}

async function judge(
  claim: SignatureClaim,
  request: ReceivedRequest,
  { findKey, mayRefresh, now }: VerifyOptions,
): Promise<Verified | Refusal> {
  let key = await findKey(claim.keyId, { refresh: false });
  let verdict = tryKey(claim, key);
  if (!verdict.ok && key?.cached === true && mayRefresh(claim.keyId, now)) {
    key = await findKey(claim.keyId, { refresh: true });
    verdict = tryKey(claim, key);
  }
  if (verdict.ok || verdict.reason !== "bad_signature") return verdict;
  const host = request.headers.get("host")?.toLowerCase();
  const elsewhere = host !== undefined && host !== request.target.authority;
  return elsewhere ? refuse("wrong_target", `made for ${host.slice(0, 255)}`) : verdict;
}

function tryKey(claim: SignatureClaim, key: VerificationKey | null): Verified | Refusal {
  // An id that differs from the one asked for is somebody else's key, however it came about.
  if (key === null || key.keyId !== claim.keyId) return refuse("key_not_found", claim.keyId);
  const hashes = hashesFor(claim.algorithm, key.publicKey);
  if (hashes === null) return refuse("unsupported_algorithm", "the algorithm does not fit the key");
  const fits = claim.signedTexts.some((text) =>
    hashes.some((hash) => verify(hash, Buffer.from(text), key.publicKey, claim.signature)),
  );
  if (!fits) return refuse("bad_signature", claim.keyId);
  return { ok: true, keyId: claim.keyId, owner: key.owner, spec: claim.spec };
}

/**
 * The hashes to try, by what the key is: a label never turns a key into one of another kind. `hs2019`
 * leaves the hash open; nearly everybody means SHA-256, WordPress with a 4096-bit key SHA-512.
 */
function hashesFor(algorithm: Algorithm, key: KeyObject): readonly (string | null)[] | null {
  if (key.asymmetricKeyType === "ed25519") {
    return algorithm === "ed25519" || algorithm === "by-key" ? [null] : null;
  }
  if (key.asymmetricKeyType !== "rsa") return null;
  if (algorithm === "by-key") return ["sha256", "sha512"];
  if (algorithm === "rsa-sha256") return ["sha256"];
  return algorithm === "rsa-sha512" ? ["sha512"] : null;
}
