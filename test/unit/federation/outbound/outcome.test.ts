import { describe, expect, test } from "vitest";
import { AppError } from "../../../../src/domain/errors.ts";
import {
  outcomeOfAnswer,
  outcomeOfError,
  readRetryAfter,
} from "../../../../src/federation/outbound/outcome.ts";

const NOW = new Date("2026-11-02T12:00:00Z");

describe("an inbox's answer", () => {
  test.each([
    [200, "delivered", "alive"],
    [202, "delivered", "alive"],
    [404, "gone", "alive"],
    [410, "gone", "alive"],
    [400, "refused", "alive"],
    [405, "refused", "alive"],
    [413, "refused", "alive"],
    [422, "refused", "alive"],
    [401, "again", "alive"],
    [403, "again", "alive"],
    [302, "again", "alive"],
    [308, "again", "alive"],
    [408, "again", "failing"],
    [429, "again", "busy"],
    [500, "again", "failing"],
    [503, "again", "failing"],
  ] as const)("%i is %s, and the host is %s", (status, kind, sign) => {
    expect(outcomeOfAnswer({ status, headers: {} }, NOW)).toMatchObject({
      kind,
      sign,
      result: String(status),
    });
  });

  test("a refusal is tried a few times, an overload for days", () => {
    expect(outcomeOfAnswer({ status: 401, headers: {} }, NOW).patience).toBe("few-attempts");
    expect(outcomeOfAnswer({ status: 302, headers: {} }, NOW).patience).toBe("few-attempts");
    expect(outcomeOfAnswer({ status: 503, headers: {} }, NOW).patience).toBe("days");
  });

  test.each([
    ["90", 90_000],
    ["Mon, 02 Nov 2026 12:02:00 GMT", 120_000],
    ["Mon, 02 Nov 2026 11:00:00 GMT", 0],
    ["soon", null],
    [undefined, null],
  ])("Retry-After %s is %s milliseconds", (header, expected) => {
    expect(readRetryAfter(header, NOW)).toBe(expected);
  });
});

describe("no answer", () => {
  test.each([
    ["http_timeout", "again", "failing"],
    ["http_unreachable", "again", "failing"],
    ["http_blocked_address", "again", "failing"],
    ["http_too_large", "again", "alive"],
    ["http_bad_url", "refused", "busy"],
  ] as const)("%s: %s, and the host is %s", (code, kind, sign) => {
    expect(outcomeOfError(new AppError(code, "No."))).toMatchObject({ kind, sign, result: code });
  });

  test("a request that cannot be made is not tried again", () => {
    expect(outcomeOfError(new TypeError("Not a key id"))).toMatchObject({
      kind: "refused",
      result: "unsendable",
    });
  });
});
