import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  type webcrypto,
} from "node:crypto";
import { promisify } from "node:util";
import { AppError } from "../../domain/errors.ts";
import { decodeMultibase, encodeMultibase } from "./multibase.ts";

const generate = promisify(generateKeyPair);

/** Multicodec prefixes as varints: ed25519-pub (0xed) and rsa-pub (0x1205). */
const ED25519_PREFIX = Uint8Array.of(0xed, 0x01);
const RSA_PREFIX = Uint8Array.of(0x85, 0x24);
const ED25519_BYTES = 32;

/** Smaller is breakable; larger is only a way to make verification expensive. */
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;
const MAX_PEM_LENGTH = 8_192;
const PUBLIC_PEM = /^\s*-----BEGIN (?:RSA )?PUBLIC KEY-----/;

export type KeyType = "rsa" | "ed25519";

/** A key pair to be stored: the public part as published, the private part for `encryptSecret`. */
export interface GeneratedKey {
  readonly publicKeyPem: string;
  /** FEP-521a `publicKeyMultibase` (`z…`). */
  readonly publicKeyMultibase: string;
  /** The private key as a JWK in JSON (RFC 7517). Never stored or logged as it is. */
  readonly privateJwk: string;
}

export interface SigningKeys {
  readonly rsa: GeneratedKey;
  readonly ed25519: GeneratedKey;
}

/** A fresh RSA-2048 pair (what every peer verifies) and a fresh Ed25519 pair (FEP-521a). */
export async function generateSigningKeys(): Promise<SigningKeys> {
  const [rsa, ed25519] = await Promise.all([
    generate("rsa", { modulusLength: 2048 }),
    generate("ed25519"),
  ]);
  return {
    rsa: exportPair(rsa.publicKey, rsa.privateKey),
    ed25519: exportPair(ed25519.publicKey, ed25519.privateKey),
  };
}

/** The private key of a JWK in JSON. Throws `key_unreadable`. */
export function importPrivateKey(jwk: string): KeyObject {
  try {
    const parsed: unknown = JSON.parse(jwk);
    if (!isJwk(parsed)) throw new TypeError("not a JWK");
    return createPrivateKey({ key: parsed, format: "jwk" });
  } catch (cause) {
    throw unreadable("This private key cannot be read.", cause);
  }
}

/**
 * The public key of a PEM (SPKI or PKCS #1): RSA of 2048 to 8192 bits, or Ed25519.
 * Throws `key_unreadable`, also for a private key, a certificate or any other kind of key.
 */
export function importPublicKeyPem(pem: string): KeyObject {
  // createPublicKey would derive the public part from a private key or a certificate as well.
  if (pem.length > MAX_PEM_LENGTH || !PUBLIC_PEM.test(pem)) {
    throw unreadable("This is not a public key in PEM form.");
  }
  return acceptable(() => createPublicKey({ key: pem, format: "pem" }));
}

/** The public key of a FEP-521a `publicKeyMultibase`, Ed25519 or RSA. Throws `key_unreadable`. */
export function importPublicKeyMultibase(multibase: string): KeyObject {
  const bytes = decodeMultibase(multibase);
  if (bytes === null) throw unreadable("This is not a base58btc multibase key.");
  if (startsWith(bytes, ED25519_PREFIX) && bytes.length === ED25519_PREFIX.length + ED25519_BYTES) {
    const x = Buffer.from(bytes.subarray(ED25519_PREFIX.length)).toString("base64url");
    return acceptable(() =>
      createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" }),
    );
  }
  if (startsWith(bytes, RSA_PREFIX)) {
    const key = Buffer.from(bytes.subarray(RSA_PREFIX.length));
    return acceptable(() => createPublicKey({ key, format: "der", type: "pkcs1" }));
  }
  throw unreadable("This multibase key is of a kind that is not supported.");
}

/** Which of the two supported kinds a key is. Throws `key_unreadable` for any other. */
export function keyType(key: KeyObject): KeyType {
  if (key.asymmetricKeyType === "rsa") return "rsa";
  if (key.asymmetricKeyType === "ed25519") return "ed25519";
  throw unreadable("Only RSA and Ed25519 keys are supported.");
}

function exportPair(publicKey: KeyObject, privateKey: KeyObject): GeneratedKey {
  return {
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }),
    publicKeyMultibase: multibaseOf(publicKey),
    privateJwk: JSON.stringify(privateKey.export({ format: "jwk" })),
  };
}

function multibaseOf(publicKey: KeyObject): string {
  if (keyType(publicKey) === "rsa") {
    const der = publicKey.export({ type: "pkcs1", format: "der" });
    return encodeMultibase(Buffer.concat([RSA_PREFIX, der]));
  }
  const { x } = publicKey.export({ format: "jwk" });
  return encodeMultibase(Buffer.concat([ED25519_PREFIX, Buffer.from(x ?? "", "base64url")]));
}

function acceptable(read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw unreadable("This public key cannot be read.", cause);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (keyType(key) === "rsa" && (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS)) {
    throw unreadable(`RSA keys of ${bits} bits are not supported.`);
  }
  return key;
}

function isJwk(value: unknown): value is webcrypto.JsonWebKey {
  return typeof value === "object" && value !== null && "kty" in value;
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}

function unreadable(safe: string, cause?: unknown): AppError {
  return new AppError("key_unreadable", safe, cause === undefined ? {} : { cause });
}
