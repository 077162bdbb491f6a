import { describe, expect, test } from "vitest";
import { createRefreshLimit } from "../../../src/federation/signatures/refresh-limit.ts";
import type { VerificationKey, VerifyOptions } from "../../../src/federation/signatures/verify.ts";
import {
  cavage,
  ed25519,
  judge,
  now,
  otherRsa,
  post,
  published,
  rsa,
  rsaKeyId,
} from "../../support/signatures.ts";

/** Finds `known` at first and `fetched` when asked to fetch; keeps what it was asked. */
function lookups(
  known: VerificationKey | null,
  fetched: VerificationKey | null,
): { findKey: VerifyOptions["findKey"]; asked: boolean[] } {
  const asked: boolean[] = [];
  return {
    asked,
    findKey: async (_, { refresh }) => {
      asked.push(refresh);
      return refresh ? fetched : known;
    },
  };
}

const oldKey = published(rsaKeyId, otherRsa.publicKey);
const newKey = published(rsaKeyId, rsa.publicKey, { cached: false });

describe("a cached key that does not fit", () => {
  test("is fetched again, so that a peer may change its key", async () => {
    const { findKey, asked } = lookups(oldKey, newKey);
    expect(await judge(post(cavage()), { findKey })).toMatchObject({ ok: true });
    expect(asked).toEqual([false, true]);
  });

  test("is fetched again once, not for ever", async () => {
    const { findKey, asked } = lookups(oldKey, oldKey);
    expect(await judge(post(cavage()), { findKey })).toMatchObject({ reason: "bad_signature" });
    expect(asked).toEqual([false, true]);
  });

  test("is fetched again by one of many bad requests within five minutes", async () => {
    const { findKey, asked } = lookups(oldKey, oldKey);
    const { mayRefresh } = createRefreshLimit();
    for (const minute of [0, 1, 4, 6]) {
      const at = new Date(now.getTime() + minute * 60_000);
      await judge(post(cavage()), { findKey, mayRefresh, now: at });
    }
    expect(asked.filter(Boolean)).toHaveLength(2);
  });

  test("is gone when the peer no longer has it", async () => {
    const { findKey } = lookups(oldKey, null);
    expect(await judge(post(cavage()), { findKey })).toMatchObject({ reason: "key_not_found" });
  });

  test("of another kind than the signature's may have been replaced too", async () => {
    const { findKey } = lookups(published(rsaKeyId, ed25519.publicKey), newKey);
    expect(await judge(post(cavage()), { findKey })).toMatchObject({ ok: true });
  });
});

describe("a key", () => {
  test("that fits is not fetched again", async () => {
    const { findKey, asked } = lookups(published(rsaKeyId, rsa.publicKey), null);
    expect(await judge(post(cavage()), { findKey })).toMatchObject({ ok: true });
    expect(asked).toEqual([false]);
  });

  test("that was fetched just now is not fetched again", async () => {
    const { findKey, asked } = lookups(
      published(rsaKeyId, otherRsa.publicKey, { cached: false }),
      newKey,
    );
    expect(await judge(post(cavage()), { findKey })).toMatchObject({ reason: "bad_signature" });
    expect(asked).toEqual([false]);
  });

  test("that does not exist leads to a refusal", async () => {
    const { findKey } = lookups(null, null);
    expect(await judge(post(cavage()), { findKey })).toMatchObject({ reason: "key_not_found" });
  });

  test("with another id than the one asked for is not used, though it fits", async () => {
    const { findKey } = lookups(published(`${rsaKeyId}2`, rsa.publicKey), null);
    expect(await judge(post(cavage()), { findKey })).toMatchObject({ reason: "key_not_found" });
  });

  test("is not even looked up for a request that is stale", async () => {
    const { findKey, asked } = lookups(newKey, newKey);
    await judge(post(cavage()), { findKey, now: new Date(now.getTime() + 7_200_000) });
    expect(asked).toEqual([]);
  });
});

describe("the refresh limit", () => {
  test("counts each key by itself and forgets after its interval", () => {
    const { mayRefresh } = createRefreshLimit({ intervalSeconds: 10 });
    const later = new Date(now.getTime() + 10_000);
    expect([mayRefresh("a", now), mayRefresh("b", now), mayRefresh("a", now)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(mayRefresh("a", later)).toBe(true);
  });
});
