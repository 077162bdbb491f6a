import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { CompactSign } from "jose";
import { describe, expect, test } from "vitest";
import { signerOf, signRecord, verifyRecord } from "../../../src/platform/crypto/signed-records.ts";

const KEY_IRI = "https://alpha.example/ap/org#ed25519-key";
const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const { publicKey: stranger } = generateKeyPairSync("ed25519");
const { publicKey: rsa } = generateKeyPairSync("rsa", { modulusLength: 2048 });

const signed = () => signRecord('{"ü":1}', { keyIri: KEY_IRI, privateKey });

async function otherwise(header: { alg: string; kid?: string; typ?: string }): Promise<string> {
  const key = header.alg === "HS256" ? new Uint8Array(32) : privateKey;
  return new CompactSign(new TextEncoder().encode("{}")).setProtectedHeader(header).sign(key);
}

describe("a signed record", () => {
  test("names its key and gives its text back to whoever has that key", async () => {
    expect(signerOf(await signed())).toBe(KEY_IRI);
    expect(await verifyRecord(await signed(), publicKey)).toBe('{"ü":1}');
    expect(await verifyRecord(await signed(), createPublicKey(privateKey))).toBe('{"ü":1}');
  });

  test("is not verified by another key, or one of another kind", async () => {
    expect(await verifyRecord(await signed(), stranger)).toBeNull();
    expect(await verifyRecord(await signed(), rsa)).toBeNull();
  });

  test("is not verified once a character of it was changed", async () => {
    const [header = "", payload = "", signature = ""] = (await signed()).split(".");
    const forged = Buffer.from('{"ü":2}').toString("base64url");
    for (const jws of [
      `${header}.${forged}.${signature}`,
      `${header}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      payload,
      "",
    ]) {
      expect(await verifyRecord(jws, publicKey)).toBeNull();
    }
  });

  test("is nothing that was signed for another purpose, or in another way", async () => {
    const others = [
      { alg: "EdDSA", kid: KEY_IRI },
      { alg: "EdDSA", kid: KEY_IRI, typ: "JWT" },
      { alg: "EdDSA", typ: "praxis-record+jws" },
      { alg: "HS256", kid: KEY_IRI, typ: "praxis-record+jws" },
    ];
    for (const header of others) {
      const jws = await otherwise(header);
      expect(signerOf(jws)).toBeNull();
      expect(await verifyRecord(jws, publicKey)).toBeNull();
    }
    expect(signerOf("x".repeat(20_000))).toBeNull();
    expect(signerOf("not.a.jws")).toBeNull();
  });
});
