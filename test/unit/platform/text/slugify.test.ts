import { expect, test } from "vitest";
import { slugify } from "../../../../src/platform/text/slugify.ts";

test.each([
  ["Night-shift handover", "night-shift-handover"],
  ["  What — exactly — changed?!  ", "what-exactly-changed"],
  ["Übergabe für Größen", "ubergabe-fur-grossen"],
  ["Ærø, Łódź & Þingvellir", "aero-lodz-thingvellir"],
  ["ﬁne № ５", "fine-no-5"],
  ["Don't panic", "dont-panic"],
  ["Σχέδιο 2", "2"],
  ["../../etc/passwd", "etc-passwd"],
])("%j becomes %s", (title, slug) => {
  expect(slugify(title, "practice")).toBe(slug);
});

test.each(["夜勤の引き継ぎ", "", "—!?", "🌊"])(
  "%j has nothing to offer, so the fallback stands in",
  (title) => {
    expect(slugify(title, "practice-7")).toBe("practice-7");
  },
);

test("a slug has at most 80 characters and ends with a whole word", () => {
  const slug = slugify("handover ".repeat(30), "x");
  expect(slug.length).toBeLessThanOrEqual(80);
  expect(slug.endsWith("handover")).toBe(true);
  expect(slugify("a".repeat(500), "x")).toBe("a".repeat(80));
});
