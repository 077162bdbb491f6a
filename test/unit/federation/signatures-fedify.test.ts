import { importMultibaseKey } from "@fedify/vocab-runtime";
import { Temporal as polyfill } from "@js-temporal/polyfill";
import { beforeAll, describe, expect, test } from "vitest";
import { readKeyDocument } from "../../../src/federation/signatures/key-document.ts";
import { signRequest } from "../../../src/federation/signatures/sign.ts";
import type { SignatureSpec } from "../../../src/federation/signatures/claim.ts";
import { generateSigningKeys } from "../../../src/platform/crypto/keys.ts";
import {
  alice,
  body,
  ed25519,
  edKeyId,
  inbox,
  judge,
  now,
  rsa,
  rsaKeyId,
} from "../../support/signatures.ts";

// Fedify expects a global Temporal while it is being loaded.
Object.assign(globalThis, { Temporal: polyfill });
const { signRequest: fedifySign, verifyRequest: fedifyVerify } = await import("@fedify/fedify/sig");
const { CryptographicKey, Multikey, Person } = await import("@fedify/fedify/vocab");

const names = { "draft-cavage": "draft-cavage-http-signatures-12", rfc9421: "rfc9421" } as const;
const specs: SignatureSpec[] = ["draft-cavage", "rfc9421"];
const rsaAlgorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const currentTime = Temporal.Instant.from(now.toISOString());
const content = new Uint8Array(body);

const rsaPublic = rsa.publicKey.toCryptoKey(rsaAlgorithm, true, ["verify"]);
const edPublic = ed25519.publicKey.toCryptoKey("Ed25519", true, ["verify"]);
const rsaPrivate = rsa.privateKey.toCryptoKey(rsaAlgorithm, true, ["sign"]);

const keyCache = {
  get: async (keyId: URL) =>
    keyId.href === edKeyId
      ? new Multikey({ id: new URL(edKeyId), controller: new URL(alice), publicKey: edPublic })
      : new CryptographicKey({
          id: new URL(rsaKeyId),
          owner: new URL(alice),
          publicKey: rsaPublic,
        }),
  set: async () => {},
};

describe.each(specs)("Fedify verifies what we sign (%s)", (spec) => {
  test.each(["POST", "GET"])("%s", async (method) => {
    const payload = method === "POST" ? { body: content } : {};
    const headers = signRequest({
      method,
      url: inbox,
      ...(method === "POST" ? { body } : {}),
      keyId: rsaKeyId,
      privateKey: rsa.privateKey,
      date: now,
      spec,
    });
    const key = await fedifyVerify(new Request(inbox, { method, headers, ...payload }), {
      keyCache,
      currentTime,
    });
    expect(key?.id?.href).toBe(rsaKeyId);

    const elsewhere = new Request(`${inbox}/other`, { method, headers, ...payload });
    expect(await fedifyVerify(elsewhere, { keyCache, currentTime })).toBeNull();
  });
});

describe.each(specs)("we verify what Fedify signs (%s)", (spec) => {
  test.each([
    ["POST", inbox],
    ["GET", inbox],
    ["GET", `${inbox}?page=1`],
  ])("%s %s", async (method, url) => {
    const unsigned = new Request(url, {
      method,
      headers: { "content-type": "application/activity+json" },
      ...(method === "POST" ? { body: content } : {}),
    });
    const signed = await fedifySign(unsigned, rsaPrivate, new URL(rsaKeyId), {
      spec: names[spec],
      currentTime,
    });
    const received = {
      method,
      url,
      headers: signed.headers,
      body: method === "POST" ? body : Buffer.alloc(0),
    };
    expect(await judge(received)).toEqual({ ok: true, keyId: rsaKeyId, owner: alice, spec });
    expect(await judge({ ...received, url: "https://c.example/ap/inbox" })).toMatchObject({
      ok: false,
    });
  });
});

describe("Fedify's actors and ours", () => {
  let document: unknown;
  beforeAll(async () => {
    const person = new Person({
      id: new URL(alice),
      inbox: new URL(`${alice}/inbox`),
      publicKey: new CryptographicKey({
        id: new URL(rsaKeyId),
        owner: new URL(alice),
        publicKey: rsaPublic,
      }),
      assertionMethods: [
        new Multikey({ id: new URL(edKeyId), controller: new URL(alice), publicKey: edPublic }),
      ],
    });
    document = await person.toJsonLd();
  });

  test.each([rsaKeyId, edKeyId])("the key %s is read from a Fedify actor", (keyId) => {
    const reading = readKeyDocument(document, keyId);
    expect(reading).toMatchObject({ ok: true, needsOwner: null, key: { owner: alice } });
    const expected = keyId === edKeyId ? ed25519.publicKey : rsa.publicKey;
    expect(reading.ok && reading.key.publicKey.equals(expected)).toBe(true);
  });

  test("the multibase keys that we publish are read by Fedify", async () => {
    const keys = await generateSigningKeys();
    const read = await Promise.all(
      [keys.rsa, keys.ed25519].map(({ publicKeyMultibase }) =>
        importMultibaseKey(publicKeyMultibase),
      ),
    );
    expect(read.map((key) => key.algorithm.name)).toEqual(["RSASSA-PKCS1-v1_5", "Ed25519"]);
  });
});
