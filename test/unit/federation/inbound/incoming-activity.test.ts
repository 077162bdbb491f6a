import { describe, expect, test } from "vitest";
import { readActivity } from "../../../../src/federation/inbound/incoming-activity.ts";

const rules = { allowHttp: false };
const follow = {
  id: "https://b.example/activities/1",
  type: "Follow",
  actor: "https://b.example/users/bea",
  object: "https://a.example/ap/org",
};

describe("an activity is read in every shape that peers give it", () => {
  test.each([
    ["an embedded actor", { actor: { type: "Person", id: follow.actor } }],
    ["an actor in a list", { actor: [follow.actor] }],
    ["an embedded object", { object: { type: "Organization", id: follow.object } }],
    ["an object in a list", { object: [follow.object] }],
    ["a list of types", { type: ["Follow", "https://ext.example/Special"] }],
    ["a host in capital letters", { actor: "https://B.example/users/bea" }],
  ])("%s", (_name, changes) => {
    expect(readActivity({ ...follow, ...changes }, rules)).toMatchObject({
      iri: follow.id,
      type: "Follow",
      actor: follow.actor,
      objectIri: follow.object,
    });
  });

  test("an actor's IRI keeps its query string", () => {
    const actor = "https://b.example/?author=1";
    expect(readActivity({ ...follow, actor }, rules).actor).toBe(actor);
  });
});

test.each([
  ["has no id", { id: undefined }],
  ["has an id that is no IRI", { id: "follow-1" }],
  ["has an id longer than 2,048 characters", { id: `https://b.example/${"a".repeat(2048)}` }],
  ["has no actor", { actor: undefined }],
  ["has an actor of another kind of IRI", { actor: "did:key:z6Mk" }],
  ["has no type", { type: undefined }],
  ["has a type that is not a word", { type: "Follow me" }],
  ["has an endless type", { type: "A".repeat(101) }],
])("an activity that %s is malformed", (_name, changes) => {
  expect(() => readActivity({ ...follow, ...changes }, rules)).toThrow(
    expect.objectContaining({ status: 400 }),
  );
});
