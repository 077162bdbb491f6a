const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The longest wait after the first, second, … failed attempt; the last one repeats. */
const LONGEST_WAITS = [MINUTE, 5 * MINUTE, 25 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR];

/** With full jitter that is about five days on average. */
const LAST_ATTEMPT = 25;

/** After a refusal that another try may turn (a key not yet read, a redirect during maintenance). */
const LAST_ATTEMPT_AFTER_REFUSAL = 5;

const SHORTEST_WAIT = 5_000;
const LONGEST_RETRY_AFTER = 24 * HOUR;

/** How long it is worth trying. */
export type Patience = "days" | "few-attempts";

/**
 * Milliseconds until the next attempt, or null when it is time to give up. `attempts` have failed
 * so far; `random` is from 0 to 1 and spreads the load of a server that comes back (full jitter).
 * `retryAfter` is what the peer asked for, in milliseconds: never sooner, at most a day.
 */
export function waitBeforeRetry(
  attempts: number,
  random: number,
  options: { patience: Patience; retryAfter: number | null },
): number | null {
  const last = options.patience === "days" ? LAST_ATTEMPT : LAST_ATTEMPT_AFTER_REFUSAL;
  if (attempts >= last) return null;
  const longest = LONGEST_WAITS[Math.min(attempts, LONGEST_WAITS.length) - 1] ?? MINUTE;
  const wait = Math.max(SHORTEST_WAIT, Math.round(longest * random));
  const asked = Math.min(options.retryAfter ?? 0, LONGEST_RETRY_AFTER);
  return asked > 0 ? asked + Math.round(random * MINUTE) : wait;
}
