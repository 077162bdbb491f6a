import { LRUCache } from "lru-cache";

export interface RefreshLimit {
  /** Whether this key may be fetched again now; a yes is remembered. */
  readonly mayRefresh: (keyId: string, now: Date) => boolean;
}

/**
 * Lets a cached key be fetched again at most once per `intervalSeconds`. A bad signature costs its sender
 * nothing; without this limit each one would make us ask the named host for its key.
 */
export function createRefreshLimit({
  intervalSeconds = 300,
  capacity = 10_000,
}: { intervalSeconds?: number; capacity?: number } = {}): RefreshLimit {
  const refreshed = new LRUCache<string, number>({ max: capacity });
  return {
    mayRefresh: (keyId, now) => {
      const last = refreshed.get(keyId);
      if (last !== undefined && now.getTime() - last < intervalSeconds * 1000) return false;
      refreshed.set(keyId, now.getTime());
      return true;
    },
  };
}
