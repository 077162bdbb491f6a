import { expect, test } from "vitest";
import { parseFrontMatter } from "../../../../src/platform/markdown/front-matter.ts";

test("front matter is data, the rest is the body", () => {
  expect(
    parseFrontMatter(
      "---\ntitle: Night-shift handover\ntopics: [safety, shifts]\nreview-by: 2027-01-31\ncount: 3\n---\n\n# Text\n---\n",
    ),
  ).toEqual({
    data: {
      title: "Night-shift handover",
      topics: ["safety", "shifts"],
      "review-by": "2027-01-31",
      count: 3,
    },
    body: "\n# Text\n---\n",
  });
});

test.each([
  ["a byte-order mark and Windows line ends", "\uFEFF---\r\na: 1\r\n---\r\nb", { a: 1 }, "b"],
  ["an end marked by dots", "---\na: 1\n...\nb", { a: 1 }, "b"],
  ["nothing between the lines", "---\n---\nb", {}, "b"],
  ["only comments between the lines", "---\n# later\n---\nb", {}, "b"],
  ["no body", "---\na: 1\n---", { a: 1 }, ""],
])("front matter may have %s", (_, source, data, body) => {
  expect(parseFrontMatter(source)).toEqual({ data, body });
});

test.each(["# Text\n\n---\n\nmore", "", "----\na: 1\n---\n", " ---\na: 1\n---\n"])(
  "%j has no front matter",
  (source) => {
    expect(parseFrontMatter(source)).toEqual({ data: {}, body: source });
  },
);

test.each([
  ["does not end", "---\na: 1\n", 1],
  ["is not YAML", '---\ntitle: ok\nsummary: "open\n---\nbody', 4],
  ["has a key twice", "---\na: 1\nb: 2\na: 3\n---\n", 4],
  ["is badly indented", "---\na: 1\n  b: 2\n---\n", 2],
  ["is a list", "---\n- a\n---\n", 2],
  ["is a sentence", "---\njust words\n---\n", 2],
  ["is too long", `---\na: ${"x".repeat(40_000)}\n---\n`, 1],
  ["uses a tag", "---\na: !!js/function x\n---\n", 2],
])("front matter that %s is refused with the line", (_, source, line) => {
  expect(() => parseFrontMatter(source)).toThrow(
    expect.objectContaining({
      code: "front_matter_invalid",
      safe: expect.stringContaining(`(line ${line})`),
      details: { line: String(line) },
    }),
  );
});

test.each([
  ["aliases that multiply", `---\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n`],
  ["a single alias", "---\na: &a x\nb: *a\n---\n"],
  ["nesting without end", `---\na: ${"[".repeat(15_000)}${"]".repeat(15_000)}\n---\n`],
])("front matter with %s is refused", { timeout: 5000 }, (_, source) => {
  expect(() => parseFrontMatter(source)).toThrow(
    expect.objectContaining({ code: "front_matter_invalid" }),
  );
});

test("a key cannot reach the prototype", () => {
  const { data } = parseFrontMatter("---\n__proto__: {admin: true}\nconstructor: x\n---\n");
  expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
  expect(data["admin"]).toBeUndefined();
});
