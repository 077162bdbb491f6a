import { describe, expect, test } from "vitest";
import { guard } from "../../../../src/federation/inbound/guard.ts";
import { readActivity } from "../../../../src/federation/inbound/incoming-activity.ts";

const rules = { allowHttp: false };
const ALICE = "https://a.example/users/alice";
const BOB = "https://a.example/users/bob";
const MALLORY = "https://evil.example/users/mallory";
const NOTE = "https://a.example/notes/1";

const create = {
  id: "https://a.example/activities/1",
  type: "Create",
  actor: ALICE,
  to: ["https://www.w3.org/ns/activitystreams#Public"],
  object: { id: NOTE, type: "Note", attributedTo: ALICE, content: "hello" },
};

function judge(changes: Readonly<Record<string, unknown>>, signer = ALICE) {
  return guard(readActivity({ ...create, ...changes }, rules), signer, rules);
}

describe("an activity that its actor signed", () => {
  test("is processed with its object", () => {
    expect(judge({})).toEqual({ kind: "process", object: create.object });
  });

  test.each([
    ["has its id on another server", { id: "https://b.example/activities/1" }],
    [
      "is attributed to another author of the same server",
      { object: { ...create.object, attributedTo: BOB } },
    ],
    ["is attributed to nobody", { object: { id: NOTE, type: "Note", content: "hello" } }],
    [
      "edits what is attributed to another author",
      { type: "Update", object: { ...create.object, attributedTo: BOB } },
    ],
    ["edits another actor", { type: "Update", object: { id: BOB, type: "Person" } }],
    ["deletes what is on another server", { type: "Delete", object: "https://b.example/notes/1" }],
    [
      "deletes an actor of another server",
      { type: "Delete", object: "https://b.example/users/bea" },
    ],
  ])("is refused when it %s", (_name, changes) => {
    expect(judge(changes)).toMatchObject({ kind: "refuse", status: 403 });
  });

  test.each([
    [
      "several authors",
      { ...create.object, attributedTo: [{ type: "Group", id: "https://a.example/c/1" }, ALICE] },
    ],
    ["an embedded author", { ...create.object, attributedTo: { type: "Person", id: ALICE } }],
  ])("is processed when its object has %s and the actor is one", (_name, object) => {
    expect(judge({ object })).toEqual({ kind: "process", object });
  });

  test("may edit its own profile", () => {
    const object = { id: ALICE, type: "Person" };
    expect(judge({ type: "Update", object })).toEqual({ kind: "process", object });
  });

  test("is not believed about an object on another server: only the IRI is left", () => {
    const object = { ...create.object, id: "https://b.example/notes/1" };
    expect(judge({ object })).toEqual({ kind: "process", object: null });
  });
});

describe("an activity that somebody else brings", () => {
  test.each(["Create", "Update", "Delete"])("leads to its object's own server: %s", (type) => {
    expect(judge({ type }, MALLORY)).toEqual({ kind: "read-object", iri: NOTE });
  });

  test.each([
    ["it is not public", { to: [`${ALICE}/followers`] }],
    [
      "it is not public and carries a signature of its own",
      { to: [BOB], signature: { type: "RsaSignature2017" } },
    ],
    ["its object is not on its actor's server", { object: "https://evil.example/notes/1" }],
    ["it is a Follow", { type: "Follow", object: BOB }],
    ["it is a Like", { type: "Like", object: NOTE }],
    ["it is an Undo", { type: "Undo", object: NOTE }],
    ["it has no object", { object: undefined }],
  ])("is refused when %s", (_name, changes) => {
    expect(judge(changes, MALLORY)).toMatchObject({ kind: "refuse", status: 401 });
  });

  test("is refused even when both live on one server", () => {
    expect(judge({ to: [] }, BOB)).toMatchObject({ kind: "refuse", status: 401 });
  });

  test.each(["as:Public", "Public", { id: "as:Public" }])(
    "counts as public when addressed to %j",
    (to) => {
      expect(judge({ to: undefined, cc: [to] }, MALLORY)).toMatchObject({ kind: "read-object" });
    },
  );
});
