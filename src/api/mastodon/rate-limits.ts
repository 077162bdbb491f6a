import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { LRUCache } from "lru-cache";
import { AppError } from "../../domain/errors.ts";
import { bearerToken } from "../../platform/http/bearer.ts";
import { addressGroup, clientAddress } from "../../platform/http/client-address.ts";
import {
  createRateLimiter,
  type RateLimiter,
  type RateLimitState,
} from "../../platform/http/rate-limit.ts";
import { hashToken } from "../../platform/crypto/tokens.ts";
import type { Context } from "../../services/context.ts";

const MINUTE_MS = 60_000;
const WINDOW_MS = 5 * MINUTE_MS;
const LONG_WINDOW_MS = 30 * MINUTE_MS;

/**
 * Requests that one caller may make. Mastodon allows 300 in five minutes because anybody may have an
 * account there; here the clients of signed-in members are an organization's own, often several of
 * one person, and a web client asks fifty things when it starts. So theirs is five times that
 * (`PRAXIS_RATE_LIMIT`), and what strangers ask for is held to Mastodon's measure.
 */
const LIMITS = {
  /** of an address without a token */
  visitor: { limit: 300, windowMs: WINDOW_MS },
  /** of an address with tokens not known to be good: thirty clients that start at once behind one address */
  unproven: { limit: 1_500, windowMs: WINDOW_MS },
  /** uploads; Mastodon: 30 */
  media: { limit: 150, windowMs: LONG_WINDOW_MS },
  /** deleting posts and taking boosts back, each of which goes out to many; Mastodon: 30 */
  removal: { limit: 150, windowMs: LONG_WINDOW_MS },
  /** applications of an address; Mastodon: 5 */
  registration: { limit: 30, windowMs: 10 * MINUTE_MS },
} as const;

const MEDIA = /^\/api\/v[12]\/media\/?$/;
const STATUS = /^\/api\/v1\/statuses\/\d+\/?$/;
const UNREBLOG = /^\/api\/v1\/statuses\/\d+\/unreblog\/?$/;
const REGISTRATION = /^\/api\/v1\/apps\/?$/;

const AUTHENTICATED = "authenticatedMember";

/** Notes that the request's token is a member's, so that the next one counts for the token alone. */
export function noteAuthenticated(c: HonoContext): void {
  c.set(AUTHENTICATED, true);
}

/**
 * Counts each request, says so in `X-RateLimit-*`, and answers 429 to what is too much. A token that
 * nobody has seen to be good counts for its address: else each made-up one would start anew.
 */
export function limitRequests({ config, now }: Context): MiddlewareHandler {
  const off = config.rateLimit === 0;
  const create = (rule: { limit: number; windowMs: number }) =>
    createRateLimiter(off ? { ...rule, limit: 0 } : rule);
  const client = create({ limit: config.rateLimit, windowMs: WINDOW_MS });
  const limiters = {
    visitor: create(LIMITS.visitor),
    unproven: create(LIMITS.unproven),
    media: create(LIMITS.media),
    removal: create(LIMITS.removal),
    registration: create(LIMITS.registration),
  };
  const good = new LRUCache<string, true>({ max: 20_000 });
  return async (c, next) => {
    // Pictures that stand in for others' are asked for as often as there are accounts.
    if (!c.req.path.startsWith("/api/")) return next();
    const token = bearerToken(c.req.header("Authorization"));
    const key = token === null ? null : hashToken(token);
    const address = addressGroup(clientAddress(c, config.trustProxy));
    const isGood = key !== null && good.has(key);
    const strangers = key === null ? limiters.visitor : limiters.unproven;
    const states = [
      isGood ? client.take(key, now()) : strangers.take(address, now()),
      special(limiters, c.req.method, c.req.path)?.take(isGood ? key : address, now()) ?? null,
    ].filter((state) => state !== null);
    const tightest = states.reduce<RateLimitState | null>(
      (least, state) => (least === null || state.remaining <= least.remaining ? state : least),
      null,
    );
    if (tightest !== null) tell(c, tightest);
    const exceeded = states.find((state) => !state.allowed);
    if (exceeded !== undefined) {
      tell(c, exceeded);
      const seconds = Math.ceil((exceeded.resetAt.getTime() - now().getTime()) / 1000);
      c.header("Retry-After", String(Math.max(1, seconds)));
      throw new AppError("rate_limited", "Too many requests", { status: 429 });
    }
    await next();
    if (key !== null && c.get(AUTHENTICATED) === true) good.set(key, true);
  };
}

function special(
  limiters: Readonly<Record<"media" | "removal" | "registration", RateLimiter>>,
  method: string,
  path: string,
): RateLimiter | null {
  if (method === "POST" && MEDIA.test(path)) return limiters.media;
  if (method === "DELETE" && STATUS.test(path)) return limiters.removal;
  if (method === "POST" && UNREBLOG.test(path)) return limiters.removal;
  if (method === "POST" && REGISTRATION.test(path)) return limiters.registration;
  return null;
}

function tell(c: HonoContext, { limit, remaining, resetAt }: RateLimitState): void {
  c.header("X-RateLimit-Limit", String(limit));
  c.header("X-RateLimit-Remaining", String(remaining));
  c.header("X-RateLimit-Reset", resetAt.toISOString());
}
