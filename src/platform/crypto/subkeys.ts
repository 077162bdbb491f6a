import { hkdfSync } from "node:crypto";
import { AppError } from "../../domain/errors.ts";

const KEY_BYTES = 32;
const derived = new WeakMap<Uint8Array, Map<string, Uint8Array>>();

/**
 * The 256-bit key for one purpose, derived from the instance's master key by HKDF-SHA-256 (RFC 5869),
 * so that what is encrypted or signed for one purpose means nothing for another.
 * Throws `secret_key_too_short` when the master key has fewer than 32 bytes.
 */
export function subkey(masterKey: Uint8Array, purpose: string): Uint8Array {
  if (masterKey.length < KEY_BYTES) {
    throw new AppError(
      "secret_key_too_short",
      "The secret key must have at least 32 random bytes.",
      {
        status: 500,
      },
    );
  }
  const known = derived.get(masterKey) ?? new Map<string, Uint8Array>();
  derived.set(masterKey, known);
  const existing = known.get(purpose);
  if (existing !== undefined) return existing;
  const key = new Uint8Array(hkdfSync("sha256", masterKey, "", `praxis/${purpose}`, KEY_BYTES));
  known.set(purpose, key);
  return key;
}
