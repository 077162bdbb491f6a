import { generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type SigningKeys,
  generateSigningKeys,
  importPrivateKey,
  importPublicKeyMultibase,
  importPublicKeyPem,
  keyType,
} from "../../../src/platform/crypto/keys.ts";
import { decodeMultibase, encodeMultibase } from "../../../src/platform/crypto/multibase.ts";

let keys: SigningKeys;
beforeAll(async () => {
  keys = await generateSigningKeys();
});

describe("an actor's signing keys", () => {
  test.each(["rsa", "ed25519"] as const)(
    "%s: what the private part signs, both published forms verify",
    (kind) => {
      const hash = kind === "rsa" ? "sha256" : null;
      const privateKey = importPrivateKey(keys[kind].privateJwk);
      const signature = sign(hash, Buffer.from("text"), privateKey);
      for (const publicKey of [
        importPublicKeyPem(keys[kind].publicKeyPem),
        importPublicKeyMultibase(keys[kind].publicKeyMultibase),
      ]) {
        expect(keyType(publicKey)).toBe(kind);
        expect(verify(hash, Buffer.from("text"), publicKey, signature)).toBe(true);
      }
    },
  );

  test("are RSA of 2048 bits, and Ed25519 whose Multikey begins with z6Mk", () => {
    const rsa = importPublicKeyPem(keys.rsa.publicKeyPem);
    expect(rsa.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(keys.ed25519.publicKeyMultibase).toMatch(/^z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/);
  });

  test("do not show the private part in the public ones", () => {
    for (const key of [keys.rsa, keys.ed25519]) {
      const { d } = JSON.parse(key.privateJwk) as { d: string };
      expect(`${key.publicKeyPem}${key.publicKeyMultibase}`).not.toContain(d);
    }
  });
});

describe("a public key from elsewhere", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const curve = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 });

  test("may be PKCS #1 with Windows line ends", () => {
    const pem = other.publicKey.export({ type: "pkcs1", format: "pem" });
    expect(importPublicKeyPem(pem.replaceAll("\n", "\r\n")).equals(other.publicKey)).toBe(true);
  });

  test.each([
    ["an RSA key of 1024 bits", weak.publicKey.export({ type: "spki", format: "pem" })],
    ["an elliptic-curve key", curve.publicKey.export({ type: "spki", format: "pem" })],
    ["a private key", other.privateKey.export({ type: "pkcs8", format: "pem" })],
    ["an unreadable key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"],
    [
      "in an enormous text",
      `${other.publicKey.export({ type: "spki", format: "pem" })}${"\n".repeat(9_000)}`,
    ],
    ["no key", ""],
  ])("is refused when it is %s", (_, pem) => {
    expect(() => importPublicKeyPem(pem)).toThrow(
      expect.objectContaining({ code: "key_unreadable" }),
    );
  });

  test.each([
    ["another base", "u7QE"],
    ["a character outside base58", "z6Mk0"],
    ["a key that is too short", encodeMultibase(Uint8Array.of(0xed, 0x01, 1, 2, 3))],
    [
      "another codec",
      encodeMultibase(Uint8Array.of(0xe7, 0x01, ...Array.from({ length: 33 }, () => 2))),
    ],
    ["a text of great length", `z${"2".repeat(100_000)}`],
  ])("is refused as a multibase with %s", (_, multibase) => {
    expect(() => importPublicKeyMultibase(multibase)).toThrow(
      expect.objectContaining({ code: "key_unreadable" }),
    );
  });

  test.each(["", "{}", "null", '{"kty":"RSA"}'])("a private key that is %j is refused", (jwk) => {
    expect(() => importPrivateKey(jwk)).toThrow(
      expect.objectContaining({ code: "key_unreadable" }),
    );
  });
});

describe("multibase", () => {
  test("agrees with the published example of base58btc", () => {
    expect(encodeMultibase(Buffer.from("yes mani !"))).toBe("z7paNL19xttacUY");
    expect(encodeMultibase(Buffer.from("\0\0yes mani !"))).toBe("z117paNL19xttacUY");
  });

  test("gives back every sequence of bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(decodeMultibase(encodeMultibase(bytes))).toEqual(Uint8Array.from(bytes));
      }),
    );
  });
});
