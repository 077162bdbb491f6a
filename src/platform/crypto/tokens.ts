import { createHash, randomBytes } from "node:crypto";

/** An unguessable token of `bytes` random bytes, base64url without padding (32 bytes = 43 characters). */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}

/**
 * SHA-256 of a token, in lower-case hex: what the database keeps in place of the token.
 * A plain hash is enough because the token is random; passwords go through argon2.
 */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
