import { createHash } from "node:crypto";
import { type Refusal, refuse } from "./refusal.ts";

const HASHES = new Map([
  ["sha-256", "sha256"],
  ["sha-512", "sha512"],
]);

/** The `Digest` header for a body (RFC 3230), as every draft-cavage peer expects it. */
export function digestHeader(body: Buffer | string): string {
  return `SHA-256=${hashOf("sha256", body)}`;
}

/** The `Content-Digest` header for a body (RFC 9530). */
export function contentDigestHeader(body: Buffer | string): string {
  return `sha-256=:${hashOf("sha256", body)}:`;
}

/** Null when a `Digest` header (`SHA-256=…`) fits the body. */
export function checkDigest(header: string | undefined, body: Buffer): Refusal | null {
  return checkMembers(header, body, /^([A-Za-z0-9-]+)=([A-Za-z0-9+/]+)=*$/);
}

/** Null when a `Content-Digest` header (`sha-256=:…:`) fits the body. */
export function checkContentDigest(header: string | undefined, body: Buffer): Refusal | null {
  return checkMembers(header, body, /^([a-z0-9-]+)=:([A-Za-z0-9+/]+)=*:$/);
}

/**
 * Every digest of a kind we know must fit, and there must be one: with "any that fits" a sender could
 * give two receivers two bodies. The same algorithm twice is refused for the same reason.
 */
function checkMembers(header: string | undefined, body: Buffer, member: RegExp): Refusal | null {
  if (header === undefined || header === "") return refuse("digest_missing", "no digest header");
  const seen = new Set<string>();
  for (const text of header.split(",")) {
    const parts = member.exec(text.trim());
    if (parts === null) return refuse("digest_mismatch", "unreadable digest header");
    const [, algorithm = "", value = ""] = parts;
    const name = algorithm.toLowerCase();
    const hash = HASHES.get(name);
    if (hash === undefined) continue;
    if (seen.has(name)) return refuse("duplicate_header", `two ${name} digests`);
    seen.add(name);
    if (hashOf(hash, body).replace(/=+$/, "") !== value) return refuse("digest_mismatch", name);
  }
  return seen.size > 0 ? null : refuse("digest_unsupported", header.slice(0, 80));
}

function hashOf(algorithm: string, body: Buffer | string): string {
  return createHash(algorithm).update(body).digest("base64");
}
