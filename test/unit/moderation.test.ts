import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  hostOf,
  isOriginRefused,
  parseHost,
  takesBack,
  type OriginRules,
} from "../../src/domain/moderation.ts";

function rules(changes: Partial<OriginRules> = {}): OriginRules {
  return {
    blocked: new Set(),
    allowed: new Set(),
    allowListOnly: false,
    own: "alpha.example",
    ...changes,
  };
}

describe("a host as administrators write it", () => {
  test.each([
    ["evil.example", "evil.example"],
    ["  Evil.EXAMPLE ", "evil.example"],
    ["*.evil.example", "evil.example"],
    ["evil.example.", "evil.example"],
    ["https://evil.example/@mallory", "evil.example"],
    ["evil.example:443", "evil.example"],
    ["evil.example:80", "evil.example"],
    ["http://evil.example:443", "evil.example"],
    ["evil.example:8443", "evil.example:8443"],
    ["Bücher.example", "xn--bcher-kva.example"],
    ["localhost:4001", "localhost:4001"],
    ["[::1]:8080", "[::1]:8080"],
  ])("%s is %s", (written, host) => {
    expect(parseHost(written)).toBe(host);
  });

  test.each([
    "",
    " ",
    "two words",
    "@mallory@evil.example",
    "evil.example/path",
    "ftp://x.example",
    "a".repeat(300),
    ".",
    "https://",
  ])("%j is none", (written) => {
    expect(() => parseHost(written)).toThrow(/such as evil\.example/);
  });
});

describe("a blocked host", () => {
  const blocking = rules({
    blocked: new Set(["evil.example", "xn--bcher-kva.example", "odd.example:8443"]),
  });

  test.each([
    "https://evil.example/users/mallory",
    "https://EVIL.example/users/mallory",
    "https://evil.example./users/mallory",
    "https://evil.example:8443/users/mallory",
    "http://evil.example/users/mallory",
    "https://sub.evil.example/users/mallory",
    "https://a.b.evil.example:99/users/mallory",
    "https://bücher.example/",
    "https://odd.example:8443/",
    "https://sub.odd.example:8443/",
  ])("covers %s", (iri) => {
    expect(isOriginRefused(blocking, iri)).toBe(true);
  });

  test.each([
    "https://notevil.example/",
    "https://evil.example.org/",
    "https://example/",
    "https://odd.example/",
    "https://odd.example:8444/",
    "https://bravo.example/evil.example",
    "https://bravo.example/?at=https://evil.example",
  ])("does not cover %s", (iri) => {
    expect(isOriginRefused(blocking, iri)).toBe(false);
  });

  test("is blocked although it is on the list", () => {
    const both = rules({
      blocked: new Set(["evil.example"]),
      allowed: new Set(["sub.evil.example"]),
      allowListOnly: true,
    });
    expect(isOriginRefused(both, "https://sub.evil.example/")).toBe(true);
  });
});

describe("where only listed hosts may federate", () => {
  const listing = rules({ allowed: new Set(["bravo.example"]), allowListOnly: true });

  test("a listed one may, its subdomains and other ports may not", () => {
    expect(isOriginRefused(listing, "https://bravo.example/ap/org")).toBe(false);
    expect(isOriginRefused(listing, "https://sub.bravo.example/ap/org")).toBe(true);
    expect(isOriginRefused(listing, "https://bravo.example:8443/ap/org")).toBe(true);
    expect(isOriginRefused(listing, "https://stranger.example/")).toBe(true);
  });

  test("the list means nothing while the mode is off", () => {
    expect(isOriginRefused({ ...listing, allowListOnly: false }, "https://stranger.example/")).toBe(
      false,
    );
  });

  test("our own server is never refused, whatever the rules say", () => {
    const hostile = rules({ blocked: new Set(["example", "alpha.example"]), allowListOnly: true });
    expect(isOriginRefused(hostile, "https://alpha.example/ap/org")).toBe(false);
  });
});

test("what has no host is refused under any rules", () => {
  for (const iri of ["", "about:refused", "urn:uuid:1", "acct:bo@bravo.example", "nonsense"]) {
    expect(isOriginRefused(rules(), iri)).toBe(true);
  }
});

test("blocking a domain refuses exactly it and what ends with a dot and it", () => {
  const label = fc.stringMatching(/^[a-z]{1,5}$/);
  const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
  fc.assert(
    fc.property(host, host, (blocked, other) => {
      const refused = isOriginRefused(rules({ blocked: new Set([blocked]) }), `https://${other}/x`);
      expect(refused).toBe(other === blocked || other.endsWith(`.${blocked}`));
      expect(hostOf(`https://${other}/x`)).toBe(other);
    }),
  );
});

test("only what takes something back may still go to a refused origin", () => {
  expect(["Delete", "Undo", "Reject", "Suspend"].every(takesBack)).toBe(true);
  expect(
    ["Create", "Update", "Announce", "Follow", "Accept", "Like", "Offer", "Add"].some(takesBack),
  ).toBe(false);
});
