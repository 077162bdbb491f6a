import { type KeyObject, generateKeyPairSync } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import {
  type KeyReading,
  type PublishedKey,
  confirmKeyOwner,
  readKeyDocument,
} from "../../../src/federation/signatures/key-document.ts";
import { generateSigningKeys } from "../../../src/platform/crypto/keys.ts";
import { alice, otherRsa, rsa, rsaKeyId } from "../../support/signatures.ts";

const pemOf = (key: KeyObject): string => key.export({ type: "spki", format: "pem" });
const pem = pemOf(rsa.publicKey);
const otherPem = pemOf(otherRsa.publicKey);
const victim = "https://a.example/ap/actors/victim";
const evil = "https://evil.example/ap/actors/mallory";

/** An actor as Mastodon writes it, its key inside. */
function actor(id: string, publicKey: unknown, more: object = {}): Record<string, unknown> {
  return { id, type: "Person", inbox: `${id}/inbox`, publicKey, ...more };
}

function keyNode(id: string, owner: string, publicKeyPem = pem): Record<string, unknown> {
  return { id, owner, publicKeyPem };
}

/** The key that was read. Fails the test when it was refused. */
function keyOf(reading: KeyReading): PublishedKey {
  if (!reading.ok) throw new Error(`${reading.reason}: ${reading.detail}`);
  return reading.key;
}

describe("a key inside its actor's document is confirmed by it", () => {
  const query = "https://wp.example/?author=1";
  test.each<[string, unknown, string, string]>([
    ["as an object", actor(alice, keyNode(rsaKeyId, alice)), rsaKeyId, alice],
    [
      "in a list of keys",
      actor(alice, [keyNode(`${alice}#old`, alice, otherPem), keyNode(rsaKeyId, alice)]),
      rsaKeyId,
      alice,
    ],
    [
      "without an owner of its own",
      actor(alice, { id: rsaKeyId, publicKeyPem: pem }),
      rsaKeyId,
      alice,
    ],
    [
      "with the owner embedded",
      actor(alice, { id: rsaKeyId, owner: { id: alice }, publicKeyPem: pem }),
      rsaKeyId,
      alice,
    ],
    [
      "of an actor with a query string (WordPress)",
      actor(query, keyNode(`${query}#main-key`, query)),
      `${query}#main-key`,
      query,
    ],
    ["that is the actor's own id", actor(alice, keyNode(alice, alice)), alice, alice],
  ])("%s", (_, document, keyId, owner) => {
    const reading = readKeyDocument(document, keyId);
    expect(reading).toMatchObject({
      ok: true,
      needsOwner: null,
      key: { keyId, owner, type: "rsa" },
    });
    expect(keyOf(reading).publicKey.equals(rsa.publicKey)).toBe(true);
  });

  test("as a FEP-521a Multikey", async () => {
    const { ed25519 } = await generateSigningKeys();
    const multikey = {
      id: `${alice}#ed25519-key`,
      type: "Multikey",
      controller: alice,
      publicKeyMultibase: ed25519.publicKeyMultibase,
    };
    const document = actor(alice, keyNode(rsaKeyId, alice), { assertionMethod: [multikey] });
    expect(readKeyDocument(document, `${alice}#ed25519-key`)).toMatchObject({
      ok: true,
      needsOwner: null,
      key: { owner: alice, type: "ed25519" },
    });
  });
});

describe("a key outside its actor's document", () => {
  const slashId = `${alice}/main-key`;
  const shapes: [string, unknown][] = [
    ["on its own (snac)", { id: slashId, type: "Key", owner: alice, publicKeyPem: pem }],
    ["on its own, with a controller", { id: slashId, controller: alice, publicKeyPem: pem }],
    ["in an actor that is served at the key's address", actor(alice, keyNode(slashId, alice))],
    [
      "in a stub of the actor (GoToSocial)",
      { id: alice, type: "Person", publicKey: keyNode(slashId, alice) },
    ],
  ];

  test.each(shapes)("%s needs its owner, who confirms it", (_, document) => {
    const reading = readKeyDocument(document, slashId);
    expect(reading).toMatchObject({ ok: true, needsOwner: alice });
    const owner = actor(alice, keyNode(slashId, alice));
    expect(confirmKeyOwner(owner, keyOf(reading))).toMatchObject({
      ok: true,
      needsOwner: null,
      key: { owner: alice },
    });
  });

  test("may be confirmed by a bare reference", () => {
    const key = keyOf(readKeyDocument(shapes[0]?.[1], slashId));
    expect(confirmKeyOwner(actor(alice, slashId), key)).toMatchObject({ ok: true });
  });

  test.each<[string, string, unknown]>([
    ["does not list it", "owner_unconfirmed", actor(alice, keyNode(rsaKeyId, alice))],
    [
      "lists other material under the id",
      "owner_unconfirmed",
      actor(alice, keyNode(slashId, alice, otherPem)),
    ],
    ["lists it as another's", "owner_unconfirmed", actor(alice, keyNode(slashId, victim))],
    [
      "lists both it and other material",
      "owner_unconfirmed",
      actor(alice, [keyNode(slashId, alice), keyNode(slashId, alice, otherPem)]),
    ],
    ["answers with another id", "id_mismatch", actor(victim, keyNode(slashId, alice))],
    ["is no actor", "owner_unconfirmed", { id: alice, publicKey: keyNode(slashId, alice) }],
    ["has no keys", "owner_unconfirmed", actor(alice, undefined)],
    ["is no document", "not_a_document", null],
  ])("is refused when the owner's document %s (%s)", (_, reason, owner) => {
    const key = keyOf(readKeyDocument(shapes[0]?.[1], slashId));
    expect(confirmKeyOwner(owner, key)).toMatchObject({ ok: false, reason });
  });
});

describe("a forged owner", () => {
  test("on another origin is refused at once", () => {
    const keyId = `${evil}#main-key`;
    for (const document of [
      actor(evil, keyNode(keyId, victim)),
      { id: keyId, owner: victim, publicKeyPem: pem },
      { id: keyId, controller: victim, publicKeyPem: pem },
    ]) {
      expect(readKeyDocument(document, keyId)).toMatchObject({
        ok: false,
        reason: "owner_elsewhere",
      });
    }
  });

  test("on the same instance is not confirmed by the one it names", () => {
    const mallory = "https://a.example/ap/actors/mallory";
    const keyId = `${mallory}#main-key`;
    const reading = readKeyDocument(actor(mallory, keyNode(keyId, victim)), keyId);
    expect(reading).toMatchObject({ ok: true, needsOwner: victim });
    const victimsDocument = actor(victim, keyNode(`${victim}#main-key`, victim, otherPem));
    expect(confirmKeyOwner(victimsDocument, keyOf(reading))).toMatchObject({
      reason: "owner_unconfirmed",
    });
  });

  test("in a file uploaded beside the actors is not taken at its word", () => {
    const file = "https://a.example/media/1.json";
    const document = { id: file, publicKey: keyNode(`${file}#k`, file) };
    const reading = readKeyDocument(document, `${file}#k`);
    expect(reading).toMatchObject({ needsOwner: file });
    expect(confirmKeyOwner(document, keyOf(reading))).toMatchObject({
      reason: "owner_unconfirmed",
    });
  });

  test("that names the owner and the controller differently is refused", () => {
    const node = { ...keyNode(rsaKeyId, alice), controller: victim };
    expect(readKeyDocument(actor(alice, node), rsaKeyId)).toMatchObject({
      reason: "owner_missing",
    });
  });
});

describe("a key document is refused", () => {
  let tooSmall: string;
  beforeAll(() => {
    tooSmall = pemOf(generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey);
  });

  test.each<[string, string, unknown]>([
    [
      "that has another id than the one asked for",
      "id_mismatch",
      { ...keyNode(`${alice}#other`, alice) },
    ],
    ["of another actor of another origin", "id_mismatch", actor(evil, keyNode(rsaKeyId, alice))],
    [
      "without an id, listing the key",
      "id_mismatch",
      { inbox: "x", publicKey: keyNode(rsaKeyId, alice) },
    ],
    [
      "whose keys have other fragments",
      "id_mismatch",
      actor(alice, keyNode(`${alice}#main-key2`, alice)),
    ],
    ["whose key has no id", "id_mismatch", actor(alice, { owner: alice, publicKeyPem: pem })],
    ["that only refers to the key", "id_mismatch", actor(alice, rsaKeyId)],
    [
      "with two keys under one id",
      "ambiguous",
      actor(alice, [keyNode(rsaKeyId, alice), keyNode(rsaKeyId, alice, otherPem)]),
    ],
    [
      "whose key stands on its own without an owner",
      "owner_missing",
      { id: rsaKeyId, publicKeyPem: pem },
    ],
    [
      "with two owners",
      "owner_missing",
      actor(alice, { ...keyNode(rsaKeyId, alice), owner: [alice, victim] }),
    ],
    ["without key material", "unsupported_key", actor(alice, { id: rsaKeyId, owner: alice })],
    [
      "with a broken key",
      "unsupported_key",
      actor(alice, keyNode(rsaKeyId, alice, "-----BEGIN PUBLIC KEY-----")),
    ],
    [
      "with a private key",
      "unsupported_key",
      actor(
        alice,
        keyNode(rsaKeyId, alice, rsa.privateKey.export({ type: "pkcs8", format: "pem" })),
      ),
    ],
    ["that is a list", "not_a_document", [actor(alice, keyNode(rsaKeyId, alice))]],
    ["that is nothing", "not_a_document", null],
    ["that is a text", "not_a_document", "hello"],
  ])("%s (%s)", (_, reason, document) => {
    expect(readKeyDocument(document, rsaKeyId)).toMatchObject({ ok: false, reason });
  });

  test("with a key too small to trust", () => {
    const document = actor(alice, keyNode(rsaKeyId, alice, tooSmall));
    expect(readKeyDocument(document, rsaKeyId)).toMatchObject({ reason: "unsupported_key" });
  });

  test("that lists the key after more keys than anybody has", () => {
    const many = Array.from({ length: 16 }, (_, index) => keyNode(`${alice}#${index}`, alice));
    const document = actor(alice, [...many, keyNode(rsaKeyId, alice)]);
    expect(readKeyDocument(document, rsaKeyId)).toMatchObject({ reason: "id_mismatch" });
  });
});
