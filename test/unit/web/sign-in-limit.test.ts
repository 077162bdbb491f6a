import { describe, expect, test } from "vitest";
import { createSignInLimit } from "../../../src/web/sign-in-limit.ts";

const MINUTE = 60_000;
const OFFICE = "203.0.113.7";

/** A limit whose clock the test moves. */
function limitAt() {
  const clock = { now: 1 };
  return { clock, limit: createSignInLimit(() => clock.now) };
}

describe("the sign-in limit", () => {
  test("lets an account fail eight times from one address, however its name is spelled", () => {
    const { limit } = limitAt();
    const spellings = ["ana", "@ana", " ANA ", "Ana"];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect(limit.attempt(spellings[attempt % 4] ?? "", OFFICE)).not.toBeNull();
    }
    expect(limit.attempt("ana", OFFICE)).toBeNull();
  });

  test("does not lock the account for other addresses, nor the address for other accounts", () => {
    const { limit } = limitAt();
    for (let attempt = 0; attempt < 9; attempt += 1) limit.attempt("ana", OFFICE);
    expect(limit.attempt("ana", "198.51.100.1")).not.toBeNull();
    expect(limit.attempt("bo", OFFICE)).not.toBeNull();
  });

  test("stops an address that tries account after account", () => {
    const { limit } = limitAt();
    for (let attempt = 0; attempt < 60; attempt += 1) limit.attempt(`user${attempt}`, OFFICE);
    expect(limit.attempt("user60", OFFICE)).toBeNull();
  });

  test("never stops an office where everybody knows their password", () => {
    const { limit } = limitAt();
    for (let attempt = 0; attempt < 500; attempt += 1) {
      const allowed = limit.attempt(`user${attempt % 100}`, OFFICE);
      expect(allowed, `attempt ${attempt}`).not.toBeNull();
      allowed?.succeeded();
    }
  });

  test("ends a quarter of an hour after the first attempt, even when one goes on trying", () => {
    const { clock, limit } = limitAt();
    for (let minute = 0; minute < 15; minute += 1) {
      limit.attempt("ana", OFFICE);
      clock.now += MINUTE;
    }
    clock.now += 1;
    expect(limit.attempt("ana", OFFICE)).not.toBeNull();
  });
});
