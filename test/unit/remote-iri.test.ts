import { expect, test } from "vitest";
import { isSameOrigin, normalizeIri } from "../../src/domain/remote-iri.ts";

test.each([
  ["https://Bravo.EXAMPLE/Users/Bea", "https://bravo.example/Users/Bea"],
  ["HTTPS://bücher.example/ü?q=1#main-key", "https://xn--bcher-kva.example/ü?q=1#main-key"],
  ["https://bravo.example:443/a", "https://bravo.example/a"],
  ["https://bravo.example:8443", "https://bravo.example:8443"],
  ["https://bravo.example/?author=1", "https://bravo.example/?author=1"],
])("%s is compared as %s", (text, normal) => {
  expect(normalizeIri(text, false)).toBe(normal);
});

test.each([
  ["http://bravo.example/"],
  ["tag:bravo.example,2026:1"],
  ["javascript:alert(1)"],
  ["https://user@bravo.example/"],
  ["https://user:secret@bravo.example/"],
  ["https://bravo.example\\@evil.example/"],
  ["https://bravo.example/a b"],
  ["https://bravo.example/a\u0000"],
  ['https://bravo.example/"><script>'],
  ["https://bravo.example/\ud800"],
  ["https://"],
  ["//bravo.example/a"],
  [" https://bravo.example/"],
  [`https://bravo.example/${"a".repeat(3_000)}`],
  [`https://bravo.example/${"ü".repeat(1_500)}`],
])("%j is nobody's", (text) => {
  expect(normalizeIri(text, false)).toBeNull();
});

test("plain http is for closed networks", () => {
  expect(normalizeIri("http://127.0.0.1:4001/ap/org", true)).toBe("http://127.0.0.1:4001/ap/org");
});

test.each([
  ["https://a.example/1", "https://A.example/2", true],
  ["https://a.example/1", "http://a.example/1", false],
  ["https://a.example/1", "https://a.example:8443/1", false],
  ["https://a.example/1", "https://a.example.evil.example/1", false],
  ["nonsense", "nonsense", false],
  ["data:text/plain,1", "data:text/plain,1", false],
])("%s and %s are on one origin: %s", (left, right, same) => {
  expect(isSameOrigin(left, right)).toBe(same);
});
