import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../../src/domain/errors.ts";
import { nextFollowState } from "../../src/domain/follow.ts";
import { checkLocalHandle, parseRemoteHandle } from "../../src/domain/handle.ts";
import { parseId, uuidV7 } from "../../src/domain/ids.ts";
import {
  checkDraft,
  licenseName,
  licenseUrl,
  normalizeTopic,
  type PracticeDraft,
} from "../../src/domain/practice.ts";

const draft: PracticeDraft = {
  title: "Night-shift handover",
  summary: "",
  content: "Write it down.",
  kind: "practice",
  topics: [],
  benefits: [],
  license: null,
  language: null,
  credits: [],
  label: "TLP:CLEAR",
  reviewBy: null,
};

function detailsOf(work: () => unknown): Record<string, string> {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return { ...error.details };
  }
  throw new Error("nothing was refused");
}

describe("a practice's draft", () => {
  it("is trimmed, its topics normalized and repeated ones dropped", () => {
    const checked = checkDraft({
      ...draft,
      title: "  Night-shift\n handover ",
      topics: ["#Hand Over", "handover", "  "],
    });
    expect(checked.title).toBe("Night-shift handover");
    expect(checked.topics).toEqual(["handover"]);
  });

  it("names every wrong field at once", () => {
    const details = detailsOf(() =>
      checkDraft({
        ...draft,
        title: " ",
        content: "",
        summary: "s".repeat(501),
        license: "no such licence!",
        language: "english, mostly",
        reviewBy: "2027-02-31x",
      }),
    );
    expect(Object.keys(details).toSorted()).toEqual([
      "content",
      "language",
      "license",
      "review_by",
      "summary",
      "title",
    ]);
  });

  it("is refused when it is too long", () => {
    const details = detailsOf(() => checkDraft({ ...draft, content: "x".repeat(100_001) }));
    expect(details["content"]).toContain("100,000");
  });

  it("is refused with NUL in a text, which no database keeps", () => {
    const nul = "a\0b";
    const details = detailsOf(() =>
      checkDraft({ ...draft, title: nul, summary: nul, content: nul, credits: [nul] }),
    );
    expect(Object.keys(details).toSorted()).toEqual(["content", "credits", "summary", "title"]);
  });

  it("keeps topics of any script", () => {
    expect(normalizeTopic("#Überstunden 夜勤")).toBe("überstunden夜勤");
  });

  it("calls a well-known licence by its short name, however it is given", () => {
    expect(licenseName("https://creativecommons.org/licenses/by/4.0")).toBe("CC-BY-4.0");
    expect(licenseName("Apache-2.0")).toBe("Apache-2.0");
    expect(licenseName("https://example.org/terms/")).toBe("example.org/terms");
  });

  it("links licences by SPDX id and by URL", () => {
    expect(licenseUrl("CC-BY-4.0")).toBe("https://creativecommons.org/licenses/by/4.0/");
    expect(licenseUrl("https://example.org/terms")).toBe("https://example.org/terms");
    expect(licenseUrl("Apache-2.0")).toContain("Apache-2.0");
  });
});

describe("a follow", () => {
  it.each([
    [null, "request", "pending"],
    ["pending", "accept", "accepted"],
    ["pending", "reject", "rejected"],
    ["accepted", "reject", "rejected"],
    ["accepted", "cancel", "cancelled"],
    ["rejected", "request", "pending"],
    ["cancelled", "request", "pending"],
    [null, "accept", null],
    ["accepted", "accept", null],
    ["rejected", "accept", null],
    ["cancelled", "accept", null],
    ["pending", "request", null],
  ] as const)("from %s by %s is %s", (current, event, next) => {
    expect(nextFollowState(current, event)).toBe(next);
  });
});

describe("handles", () => {
  it.each(["ana", "a", "night_shift2"])("takes %s for an own actor", (handle) => {
    expect(checkLocalHandle(` ${handle.toUpperCase()} `)).toBe(handle);
  });

  it.each(["", "_ana", "ana-lee", "a".repeat(31), "ana@x", "instance", "änna"])(
    "refuses %j for an own actor",
    (handle) => {
      expect(() => checkLocalHandle(handle)).toThrow(AppError);
    },
  );

  it.each([
    ["@bravo@bravo.example", "bravo", "bravo.example"],
    ["bravo@BRAVO.example", "bravo", "bravo.example"],
    ["acct:bravo@bravo.localhost:3002", "bravo", "bravo.localhost:3002"],
    ["@bo@bücher.example", "bo", "xn--bcher-kva.example"],
  ])("reads %s", (text, username, host) => {
    expect(parseRemoteHandle(text)).toEqual({ username, host });
  });

  it.each(["bravo", "@bravo", "@a@b@c", "@bo@exa mple", "@bo@host/path", "https://x.example/@bo"])(
    "does not take %j for a handle",
    (text) => {
      expect(parseRemoteHandle(text)).toBeNull();
    },
  );
});

describe("ids", () => {
  it("reads decimal 63-bit numbers and nothing else", () => {
    expect(parseId("9223372036854775807")).toBe(9223372036854775807n);
    for (const text of ["9223372036854775808", "-1", "1e3", "", "0x10", " 1", "1.0"]) {
      expect(parseId(text)).toBeNull();
    }
  });

  it("makes UUIDs of version 7 that order by time", () => {
    const time = fc.integer({ min: 0, max: 2 ** 47 });
    const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(time, random, random, (now, left, right) => {
        const earlier = uuidV7(now, left);
        expect(earlier).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
        expect(earlier < uuidV7(now + 1, right)).toBe(true);
      }),
    );
  });
});
