import { expect, test } from "vitest";
import { shorten } from "../../../../src/platform/text/shorten.ts";

test("text that fits stays whole", () => {
  expect(shorten("Hand over the shift", 19)).toBe("Hand over the shift");
  expect(shorten("🌊".repeat(5), 5)).toBe("🌊🌊🌊🌊🌊");
});

test("longer text ends at a word, with an ellipsis, within its length", () => {
  expect(shorten("Hand over the shift", 14)).toBe("Hand over the…");
  expect(shorten("Hand over the shift", 13)).toBe("Hand over…");
  expect(shorten("a".repeat(50), 10)).toBe(`${"a".repeat(9)}…`);
});

test("no character is cut in two", () => {
  expect(shorten("🌊".repeat(20), 5)).toBe("🌊🌊🌊🌊…");
});
