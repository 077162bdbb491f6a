import { LRUCache } from "lru-cache";

const WINDOW_MS = 15 * 60_000;
const PER_ACCOUNT_AND_ADDRESS = 8;
const PER_ADDRESS = 60;

/** Bounds attempts to sign in. Nobody can lock somebody else's account from another address. */
export interface SignInLimit {
  /**
   * Counts an attempt as failed until `succeeded` says otherwise, so that attempts at the same
   * moment do not slip through together; null when there were too many.
   */
  attempt(name: string, address: string): { succeeded(): void } | null;
}

/** A limit of one process: bounded in memory, and forgetful after a quarter of an hour. */
export function createSignInLimit(now: () => number = () => performance.now()): SignInLimit {
  const failures = new LRUCache<string, number>({
    max: 20_000,
    ttl: WINDOW_MS,
    ttlResolution: 0,
    perf: { now },
  });
  const count = (key: string): number => failures.get(key) ?? 0;
  // A change does not extend the wait: it ends a quarter of an hour after the first attempt.
  const change = (key: string, by: 1 | -1): void => {
    const ttl = failures.getRemainingTTL(key);
    failures.set(key, Math.max(0, count(key) + by), ttl > 0 ? { ttl } : {});
  };
  return {
    attempt(name, address) {
      const account = `${address} ${accountKey(name)}`;
      if (count(account) >= PER_ACCOUNT_AND_ADDRESS || count(address) >= PER_ADDRESS) return null;
      change(account, 1);
      change(address, 1);
      return {
        succeeded() {
          failures.delete(account);
          change(address, -1);
        },
      };
    },
  };
}

/** The spellings that lead to one account. */
function accountKey(name: string): string {
  return name.trim().replace(/^@/, "").toLowerCase().slice(0, 200);
}
