import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../../../../src/domain/errors.ts";
import { isTooDeep, parseDocument, shortTerms } from "../../../../src/federation/remote/json.ts";
import { readActorDocument } from "../../../../src/federation/remote/read-actor.ts";
import { readPostDocument } from "../../../../src/federation/remote/read-post.ts";
import type { Json } from "../../../../src/federation/remote/wire-values.ts";
import * as samples from "./samples.ts";

const rules = { allowHttp: false };
const properties = Object.values(samples).flatMap((sample) => Object.keys(sample));
const value = fc.oneof(
  { depthSize: "small" },
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom<unknown>(
    ...Object.values(samples),
    ...Object.values(samples).flatMap((sample) => Object.values(sample)),
  ),
  fc.string({ unit: "binary" }),
  fc.constantFrom<unknown>("\u0000", "\ud800", "https://mastodon.example/\ud800", "as:Public"),
);
const document = fc
  .tuple(
    fc.constantFrom<Json>(...Object.values(samples)),
    fc.dictionary(
      fc.constantFrom(...new Set(properties), "kin", "praxis", "publicKey", "oneOf"),
      value,
    ),
  )
  .map(([sample, changes]): Json => ({ ...sample, ...changes }));

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** As PostgreSQL sees it: well-formed, without NUL, bounded. */
function expectStorable(result: unknown): void {
  const text = JSON.stringify(result) ?? "";
  expect(text.length).toBeLessThan(1_500_000);
  expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/i);
}

test("no document makes the reader of posts fail in any other way than by refusing it", () => {
  fc.assert(
    fc.property(document, (json) => {
      expectStorable(outcome(() => readPostDocument(shortTerms(json), rules)));
    }),
    { numRuns: 1_500 },
  );
});

test("no document makes the reader of actors fail in any other way than by refusing it", () => {
  fc.assert(
    fc.property(document, (json) => {
      expectStorable(outcome(() => readActorDocument(shortTerms(json), rules)));
    }),
    { numRuns: 1_500 },
  );
});

test("a post that is large in every way is cut to size", () => {
  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i));
  const post = readPostDocument(
    {
      ...samples.praxisArticle,
      name: "n".repeat(10_000),
      summary: "s".repeat(10_000),
      content: "c".repeat(900_000),
      to: many(5_000, (index) => `https://a.example/${index}`),
      tag: many(5_000, (index) => ({ type: "Hashtag", name: `#${"t".repeat(1_000)}${index}` })),
      attachment: many(5_000, (index) => ({ type: "Image", url: `https://a.example/${index}` })),
      credits: many(5_000, (index) => `https://a.example/${index}`),
    },
    rules,
  );
  expect(post.title.length).toBe(500);
  expect(post.summary.length).toBe(1_000);
  expect(post.contentHtml.length).toBe(500_000);
  expect(post.to.length).toBe(1_000);
  expect(post.tags.length).toBe(100);
  expect(post.attachments.length).toBe(32);
  expect(post.practice?.credits.length).toBe(50);
});

test("an actor that is large in every way is cut to size", () => {
  const actor = readActorDocument(
    {
      ...samples.mastodonActor,
      name: "n".repeat(10_000),
      summary: "s".repeat(100_000),
      preferredUsername: "p".repeat(10_000),
      attachment: Array.from({ length: 500 }, () => ({
        type: "PropertyValue",
        name: "n",
        value: "v".repeat(9_000),
      })),
    },
    rules,
  );
  expect(actor.name.length).toBe(500);
  expect(actor.summary.length).toBe(20_000);
  expect(actor.username.length).toBe(128);
  expect(actor.fields.length).toBe(20);
  expect(actor.fields[0]?.value.length).toBe(2_000);
});

test("HTML that would keep a careless parser busy is read in a moment", () => {
  const hostile = [
    "<div>".repeat(80_000),
    "<a <a <a ".repeat(40_000),
    "<!--".repeat(80_000),
    "&".repeat(400_000),
    "<p title='".repeat(40_000),
  ];
  for (const content of hostile) {
    const json = { ...samples.misskeyNote, content, source: { content } };
    expectStorable(outcome(() => readPostDocument(json, rules)));
    expectStorable(outcome(() => readPostDocument({ ...json, mediaType: "text/plain" }, rules)));
  }
});

test("JSON nested more than fifty deep is refused, half a million levels too", () => {
  const nested = (depth: number): string => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  expect(() => parseDocument(nested(400_000), "a.example")).toThrow("nested too deeply");
  expect(() => parseDocument(nested(60), "a.example")).toThrow("nested too deeply");
  expect(isTooDeep(parseDocument(nested(40), "a.example"))).toBe(false);
});

test.each([["[]"], ["null"], ['"text"'], ["{"], [""]])("%j is no document", (text) => {
  expect(() => parseDocument(text, "a.example")).toThrow(
    expect.objectContaining({ code: "remote_invalid" }),
  );
});

test("terms with a prefix are read as the plain ones, which win where both are there", () => {
  const json = parseDocument(
    JSON.stringify({
      "@id": "https://a.example/1",
      "@type": "as:Note",
      "as:to": ["as:Public"],
      "https://www.w3.org/ns/activitystreams#content": "x",
      "as:attributedTo": { "@id": "https://a.example/u" },
      to: ["https://b.example/u"],
    }),
    "a.example",
  );
  expect(json).toEqual({
    id: "https://a.example/1",
    type: "Note",
    content: "x",
    attributedTo: { id: "https://a.example/u" },
    to: ["https://b.example/u"],
  });
});
