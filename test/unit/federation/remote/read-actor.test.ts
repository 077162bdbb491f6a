import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { readActorDocument } from "../../../../src/federation/remote/read-actor.ts";
import type { Json } from "../../../../src/federation/remote/wire-values.ts";
import { mastodonActor } from "./samples.ts";

const read = (document: Json) => readActorDocument(document, { allowHttp: false });
const { publicKey: rsa } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = rsa.export({ type: "spki", format: "pem" });

const key = (changes: Json = {}) => ({
  id: `${mastodonActor.id}#main-key`,
  owner: mastodonActor.id,
  publicKeyPem: pem,
  ...changes,
});

test("a Mastodon actor", () => {
  expect(read({ ...mastodonActor, publicKey: key() })).toMatchObject({
    iri: mastodonActor.id,
    username: "mia",
    name: "Mia :wave:",
    url: "https://mastodon.example/@mia",
    sharedInbox: "https://mastodon.example/inbox",
    featuredIri: mastodonActor.featured,
    iconUrl: "https://files.mastodon.example/mia.png",
    imageUrl: "https://files.mastodon.example/header.png",
    alsoKnownAs: ["https://old.example/users/mia"],
    manuallyApprovesFollowers: true,
    discoverable: false,
    kin: null,
    publishedAt: new Date("2020-01-01T00:00:00Z"),
    keys: [{ keyIri: `${mastodonActor.id}#main-key`, algorithm: "rsa", pem }],
  });
});

test("its text and fields carry no script", () => {
  const { summary, fields } = read(mastodonActor);
  expect(summary).not.toMatch(/script|alert/);
  expect(fields).toHaveLength(1);
  expect(fields[0]?.value).toContain('href="https://mia.example"');
  expect(fields[0]?.value).not.toContain("onclick");
});

test("the capability of our kin is kept", () => {
  expect(read({ ...mastodonActor, praxis: { version: 1 } }).kin).toEqual({ version: 1 });
});

test("a capability that is too large is not", () => {
  expect(read({ ...mastodonActor, praxis: { x: "y".repeat(5_000) } }).kin).toBeNull();
});

test.each([
  ["Mia", { preferredUsername: "Mia" }, "Mia"],
  [
    "a name by language",
    { preferredUsername: undefined, preferredUsernameMap: { en: "mia2" } },
    "mia2",
  ],
  ["the end of the path without one", { preferredUsername: null }, "mia"],
  ["no at sign or slash", { preferredUsername: "m@evil.example/x" }, "mevil.examplex"],
])("the username is %s", (_what, changes, expected) => {
  expect(read({ ...mastodonActor, ...changes }).username).toBe(expected);
});

describe("addresses", () => {
  test("a shared inbox on another server is not used: it would get what is not for it", () => {
    const endpoints = { sharedInbox: "https://evil.example/inbox" };
    expect(read({ ...mastodonActor, endpoints }).sharedInbox).toBeNull();
  });

  test.each([
    ["no inbox", { inbox: undefined }],
    ["an inbox on another server", { inbox: "https://evil.example/inbox" }],
    ["an unencrypted inbox", { inbox: "http://mastodon.example/inbox" }],
    ["the type of a post", { type: "Note" }],
    ["no id", { id: undefined }],
  ])("an actor with %s is refused", (_what, changes) => {
    expect(() => read({ ...mastodonActor, ...changes })).toThrow(
      expect.objectContaining({ code: "remote_invalid" }),
    );
  });

  test("the host of an id is compared in lower case and in its ASCII form", () => {
    const id = "https://BÜCHER.example/Users/Mia";
    const inbox = "https://xn--bcher-kva.example/inbox";
    expect(read({ ...mastodonActor, id, inbox }).iri).toBe(
      "https://xn--bcher-kva.example/Users/Mia",
    );
  });
});

describe("keys that do not count", () => {
  test.each([
    ["of another owner", key({ owner: "https://mastodon.example/users/eve" })],
    ["with an id on another server", key({ id: "https://evil.example/key" })],
    [
      "that cannot be read",
      key({ publicKeyPem: "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" }),
    ],
    ["that are only named", "https://mastodon.example/users/mia#main-key"],
  ])("%s", (_what, publicKey) => {
    expect(read({ ...mastodonActor, publicKey }).keys).toEqual([]);
  });

  test("a second one under the same id", () => {
    expect(
      read({ ...mastodonActor, publicKey: [key(), key({ publicKeyPem: "x" })] }).keys,
    ).toHaveLength(1);
  });
});
