import { LRUCache } from "lru-cache";

/** How much one caller may ask for. */
export interface RateLimitRule {
  /** requests in one window; 0 = as many as they like */
  readonly limit: number;
  readonly windowMs: number;
}

/** Where a caller stands after a request. */
export interface RateLimitState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** when counting begins anew */
  readonly resetAt: Date;
}

/** Counts requests by caller. */
export interface RateLimiter {
  /** Counts one request; null when there is no limit. */
  take(caller: string, now: Date): RateLimitState | null;
}

const MOST_CALLERS = 20_000;

/**
 * A limit of one process: windows begin on the clock, as Mastodon's do. Of too many callers
 * those are forgotten who asked longest ago; memory is bounded.
 */
export function createRateLimiter({ limit, windowMs }: RateLimitRule): RateLimiter {
  const counts = new LRUCache<string, { window: number; count: number }>({ max: MOST_CALLERS });
  return {
    take(caller, now) {
      if (limit === 0) return null;
      const window = Math.floor(now.getTime() / windowMs);
      const known = counts.get(caller);
      const counted = known?.window === window ? known : { window, count: 0 };
      counted.count += 1;
      counts.set(caller, counted);
      return {
        allowed: counted.count <= limit,
        limit,
        remaining: Math.max(0, limit - counted.count),
        resetAt: new Date((window + 1) * windowMs),
      };
    },
  };
}
