import { describe, expect, it } from "vitest";
import { mentionKey, withoutAddressees } from "../../src/services/mentions.ts";

const addressees = new Set(["@bravo@bravo.example", "@delta@delta.example:8443", "@alpha"]);
const strip = (text: string) => withoutAddressees(text, (name) => addressees.has(mentionKey(name)));

describe("the names of addressees", () => {
  it.each([
    ["@bravo@bravo.example Read this.", "Read this."],
    ["@bravo@bravo.example, @Delta@delta.example:8443:\n\n## Steps\n\nOne.", "## Steps\n\nOne."],
    ["Read this.\n\n@bravo@bravo.example @alpha\n", "Read this."],
    ["  @alpha\nRead this, @delta@delta.example:8443", "Read this"],
  ])("are no part of the text where it begins or ends with them: %j", (text, rest) => {
    expect(strip(text)).toBe(rest);
  });

  it.each([
    "Ask @bravo@bravo.example about this.",
    "@carla@charlie.example Read this.",
    "@bravo@bravo.example's list",
    "Write to ana@alpha",
  ])("stay where they are part of a sentence, as do all others: %j", (text) => {
    expect(strip(text)).toBe(text);
  });

  it("may be all that there is", () => {
    expect(strip("@bravo@bravo.example ".repeat(50))).toBe("");
  });
});
