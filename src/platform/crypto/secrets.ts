import { CompactEncrypt, compactDecrypt } from "jose";
import { AppError } from "../../domain/errors.ts";
import { subkey } from "./subkeys.ts";

const PURPOSE = "secrets-at-rest/1";

/**
 * `plaintext` as a compact JWE (`dir`, `A256GCM`; RFC 7516) that only the same master key opens and
 * only for the same `context` (for a private key: the key's IRI), so that a row copied onto another
 * actor does not give that actor the key. Throws `secret_key_too_short`.
 */
export async function encryptSecret(
  plaintext: string,
  masterKey: Uint8Array,
  context: string,
): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(plaintext))
    .setProtectedHeader({ alg: "dir", enc: "A256GCM", ctx: context })
    .encrypt(subkey(masterKey, PURPOSE));
}

/**
 * The text that `encryptSecret` was given. Throws `secret_unreadable` when the master key is another
 * one, the JWE was changed, or it was made for another context; `secret_key_too_short`.
 */
export async function decryptSecret(
  jwe: string,
  masterKey: Uint8Array,
  context: string,
): Promise<string> {
  const key = subkey(masterKey, PURPOSE);
  const opened = await compactDecrypt(jwe, key, {
    keyManagementAlgorithms: ["dir"],
    contentEncryptionAlgorithms: ["A256GCM"],
  }).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  if (opened.protectedHeader["ctx"] !== context) {
    throw unreadable(new Error("the secret was encrypted for another context"));
  }
  return new TextDecoder().decode(opened.plaintext);
}

function unreadable(cause: unknown): AppError {
  return new AppError(
    "secret_unreadable",
    "The secret key does not fit this database: start with the PRAXIS_SECRET_KEY (or secret.key file) that the database was set up with.",
    { cause, status: 500 },
  );
}
