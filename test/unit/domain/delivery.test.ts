import { describe, expect, test } from "vitest";
import { waitBeforeRetry } from "../../../src/domain/delivery/backoff.ts";
import {
  afterAttempt,
  CLOSED,
  FAILURES_TO_OPEN,
  isLost,
  type Circuit,
} from "../../../src/domain/delivery/circuit.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOON = new Date("2026-11-02T12:00:00Z");
const later = (ms: number) => new Date(NOON.getTime() + ms);

describe("the wait before a retry", () => {
  const days = { patience: "days", retryAfter: null } as const;

  test("grows from a minute to half a day", () => {
    const longest = [1, 2, 3, 4, 5, 6, 7].map((attempts) => waitBeforeRetry(attempts, 1, days));
    const expected = [1, 5, 25, 120, 360, 720, 720].map((minutes) => minutes * MINUTE);
    expect(longest).toEqual(expected);
  });

  test("is spread over the whole interval, yet never none", () => {
    expect(waitBeforeRetry(3, 0.5, days)).toBe(12.5 * MINUTE);
    expect(waitBeforeRetry(3, 0, days)).toBe(5_000);
  });

  test("adds up to about five days before it is given up", () => {
    let total = 0;
    let attempts = 1;
    for (;;) {
      const wait = waitBeforeRetry(attempts, 0.5, days);
      if (wait === null) break;
      total += wait;
      attempts += 1;
    }
    expect(total).toBeGreaterThan(4.5 * DAY);
    expect(total).toBeLessThan(7 * DAY);
  });

  test("is over after a few attempts when the peer refuses", () => {
    const few = { patience: "few-attempts", retryAfter: null } as const;
    expect(waitBeforeRetry(4, 0.5, few)).not.toBeNull();
    expect(waitBeforeRetry(5, 0.5, few)).toBeNull();
  });

  test("is at least what the peer asks for, but a day at most", () => {
    expect(waitBeforeRetry(1, 0, { patience: "days", retryAfter: 3 * HOUR })).toBe(3 * HOUR);
    expect(waitBeforeRetry(1, 0, { patience: "days", retryAfter: 9 * DAY })).toBe(DAY);
  });
});

describe("the circuit of a host", () => {
  const fail = (circuit: Circuit, at = NOON, probe = false) =>
    afterAttempt(circuit, { sign: "failing", at, probe });
  const open = Array.from({ length: FAILURES_TO_OPEN }).reduce<Circuit>((c) => fail(c), CLOSED);

  test("stays closed until the fifth failure in a row", () => {
    let circuit = CLOSED;
    for (let count = 1; count < FAILURES_TO_OPEN; count += 1) circuit = fail(circuit);
    expect(circuit.openUntil).toBeNull();
    expect(fail(circuit)).toEqual({ failures: 5, failingSince: NOON, openUntil: later(MINUTE) });
  });

  test("starts to count again after an answer", () => {
    const answered = afterAttempt(fail(CLOSED), { sign: "alive", at: NOON, probe: false });
    expect(answered).toEqual(CLOSED);
  });

  test("is not prolonged by what was under way when it opened", () => {
    expect(fail(open, later(30_000))).toEqual(open);
  });

  test("doubles its interval with each failed probe, up to six hours", () => {
    let circuit = open;
    const minutes: number[] = [];
    for (let probes = 0; probes < 10; probes += 1) {
      circuit = fail(circuit, NOON, true);
      minutes.push(((circuit.openUntil?.getTime() ?? 0) - NOON.getTime()) / MINUTE);
    }
    expect(minutes).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
  });

  test("closes when a probe is answered", () => {
    expect(afterAttempt(open, { sign: "alive", at: NOON, probe: true })).toEqual(CLOSED);
  });

  test("a busy host is neither failing nor back", () => {
    expect(afterAttempt(CLOSED, { sign: "busy", at: NOON, probe: false })).toEqual(CLOSED);
    expect(afterAttempt(open, { sign: "busy", at: NOON, probe: true }).openUntil).toEqual(
      later(2 * MINUTE),
    );
  });

  test("a host is lost after a week of failures", () => {
    expect(isLost(open, later(6 * DAY))).toBe(false);
    expect(isLost(open, later(7 * DAY + 1))).toBe(true);
    expect(isLost(CLOSED, later(70 * DAY))).toBe(false);
  });
});
