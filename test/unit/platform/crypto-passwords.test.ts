import { describe, expect, test } from "vitest";
import { hashPassword, verifyPassword } from "../../../src/platform/crypto/passwords.ts";
import { hashToken, randomToken } from "../../../src/platform/crypto/tokens.ts";

describe("a password", () => {
  test("fits its own hash and no other does", async () => {
    const stored = await hashPassword("correct horse");
    expect(await verifyPassword(stored, "correct horse")).toBe(true);
    expect(await verifyPassword(stored, "Correct horse")).toBe(false);
  });

  test("is hashed by argon2id at 19 MiB and two passes, with a salt of its own", async () => {
    const stored = await hashPassword("x");
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hashPassword("x")).not.toBe(stored);
  });

  test("typed in another Unicode form still fits", async () => {
    const forms = ["caf\u00e9", "cafe\u0301"] as const;
    expect(await verifyPassword(await hashPassword(forms[0]), forms[1])).toBe(true);
    expect(await verifyPassword(await hashPassword(forms[1]), forms[0])).toBe(true);
  });

  test("of nobody never fits, after the same work as a real one", async () => {
    expect(await verifyPassword(null, "")).toBe(false);
    expect(await verifyPassword(null, "nobody")).toBe(false);
    const cpu = async (stored: string | null): Promise<number> => {
      const before = process.cpuUsage();
      for (let round = 0; round < 5; round += 1) await verifyPassword(stored, "guess");
      const spent = process.cpuUsage(before);
      return spent.user + spent.system;
    };
    const real = await cpu(await hashPassword("x"));
    // Far apart from "answers at once" (a few µs against about 20 ms), yet no race against the clock.
    expect(await cpu(null)).toBeGreaterThan(real / 10);
  });
});

describe("a token", () => {
  test("has 32 random bytes by default, in characters fit for a URL", () => {
    expect(randomToken()).toMatch(/^[\w-]{43}$/);
    expect(randomToken(16)).toMatch(/^[\w-]{22}$/);
    expect(randomToken()).not.toBe(randomToken());
  });

  test("is stored as its SHA-256", () => {
    expect(hashToken("abc")).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
});
