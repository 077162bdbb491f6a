import { LRUCache } from "lru-cache";

const WINDOW_MS = 15 * 60_000;
const PER_ACCOUNT_AND_ADDRESS = 8;
const PER_ADDRESS = 60;

/** Counts failed sign-ins. Nobody can lock somebody else's account from another address. */
export interface SignInLimit {
  /** whether another attempt may be made */
  allows(name: string, address: string): boolean;
  failed(name: string, address: string): void;
  succeeded(name: string, address: string): void;
}

/** A limit of one process: bounded in memory, and forgetful after a quarter of an hour. */
export function createSignInLimit(now: () => number = () => performance.now()): SignInLimit {
  const failures = new LRUCache<string, number>({
    max: 20_000,
    ttl: WINDOW_MS,
    perf: { now },
    ttlResolution: 0,
  });
  const add = (key: string): void => {
    const { value, ttl } = failures.info(key) ?? {};
    // A further failure does not extend the wait.
    failures.set(key, (value ?? 0) + 1, ttl === undefined ? {} : { ttl });
  };
  const both = (name: string, address: string): string =>
    `${address} ${name.trim().replace(/^@/, "").toLowerCase().slice(0, 200)}`;
  return {
    allows: (name, address) =>
      (failures.get(both(name, address)) ?? 0) < PER_ACCOUNT_AND_ADDRESS &&
      (failures.get(address) ?? 0) < PER_ADDRESS,
    failed(name, address) {
      add(both(name, address));
      add(address);
    },
    succeeded(name, address) {
      failures.delete(both(name, address));
    },
  };
}
