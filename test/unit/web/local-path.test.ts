import { expect, test } from "vitest";
import { localPath } from "../../../src/web/local-path.ts";

const ORIGIN = "https://alpha.example";

test.each([
  ["/home", "/home"],
  ["/follow?q=%40bo%40bravo.example", "/follow?q=%40bo%40bravo.example"],
  ["/practices/../home", "/home"],
  ["/home#part", "/home"],
])("%s is a page of ours", (text, expected) => {
  expect(localPath(text, ORIGIN, "/fallback")).toBe(expected);
});

test.each([
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/.//evil.example",
  "https://evil.example/",
  "https://alpha.example/home",
  "javascript:alert(1)",
  " /home",
  "",
  `/${"x".repeat(8000)}`,
])("%j leads nowhere", (text) => {
  expect(localPath(text, ORIGIN, "/fallback")).toBe("/fallback");
});
