import { type Refusal, refuse } from "./refusal.ts";

/**
 * How old a signature may be and how far a peer's clock may be ahead, in seconds.
 * Age: one hour, what Mastodon (five minutes and an hour of margin) and Fedify accept by default; peers
 * sign each attempt anew, so only a slow queue or a slow clock ever needs it. Ahead: five minutes, what
 * Misskey allows both ways, so a clock that is further off fails in most of the network already.
 * Within the hour a replay is harmless: an activity's id is accepted once.
 */
export interface Window {
  readonly maxAgeSeconds: number;
  readonly clockSkewSeconds: number;
}

export const DEFAULT_WINDOW: Window = { maxAgeSeconds: 3_600, clockSkewSeconds: 300 };

/** Null when a signature made at `signedAt` (seconds since 1970) is fresh at `now`. */
export function checkAge(signedAt: number, now: Date, window: Window): Refusal | null {
  const age = now.getTime() / 1000 - signedAt;
  if (age > window.maxAgeSeconds) return refuse("stale", `signed ${Math.round(age)} s ago`);
  if (age < -window.clockSkewSeconds) {
    return refuse("future", `signed ${Math.round(-age)} s in the future`);
  }
  return null;
}

/** Null when there is no expiry or it has not passed. An expiry only ever shortens the window. */
export function checkExpiry(
  expires: number | undefined,
  now: Date,
  window: Window,
): Refusal | null {
  if (expires === undefined) return null;
  const late = now.getTime() / 1000 - expires;
  return late > window.clockSkewSeconds
    ? refuse("stale", `expired ${Math.round(late)} s ago`)
    : null;
}

const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} (?:GMT|UTC|\+0000)$/;

/** Seconds since 1970 of a `Date` header (IMF-fixdate, RFC 9110 §5.6.7), or null when it is not one. */
export function parseHttpDate(text: string | undefined): number | null {
  if (text === undefined || !HTTP_DATE.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time / 1000;
}
