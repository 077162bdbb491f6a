const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Failures in a row before a host is left alone. */
export const FAILURES_TO_OPEN = 5;
const FIRST_INTERVAL = MINUTE;
const LONGEST_INTERVAL = 6 * HOUR;
/** A host that has failed for so long gets nothing but one probe per interval. */
export const LOST_AFTER = 7 * 24 * HOUR;

/**
 * What we know of a host. Closed (`openUntil` null): it is sent to. Open: nothing before that
 * moment, then exactly one delivery as a probe.
 */
export interface Circuit {
  readonly failures: number;
  readonly failingSince: Date | null;
  readonly openUntil: Date | null;
}

export const CLOSED: Circuit = { failures: 0, failingSince: null, openUntil: null };

/** What one attempt told of the host: it works, it does not, or it asks for patience. */
export type Sign = "alive" | "failing" | "busy";

/**
 * The circuit after one more attempt. Any answer but a server error closes it. Attempts that were under way
 * when it opened do not prolong it; a failed probe doubles the interval, up to six hours.
 */
export function afterAttempt(
  circuit: Circuit,
  attempt: { readonly sign: Sign; readonly at: Date; readonly probe: boolean },
): Circuit {
  if (attempt.sign === "alive") return CLOSED;
  if (attempt.sign === "busy" && !attempt.probe) return circuit;
  if (circuit.openUntil !== null && !attempt.probe) return circuit;
  const failures = circuit.failures + 1;
  const failingSince = circuit.failingSince ?? attempt.at;
  if (failures < FAILURES_TO_OPEN) return { failures, failingSince, openUntil: null };
  const interval = Math.min(FIRST_INTERVAL * 2 ** (failures - FAILURES_TO_OPEN), LONGEST_INTERVAL);
  return { failures, failingSince, openUntil: new Date(attempt.at.getTime() + interval) };
}

/** Whether the host has failed for so long that what waits for it is given up. */
export function isLost(circuit: Circuit, now: Date): boolean {
  const { failingSince } = circuit;
  return failingSince !== null && now.getTime() - failingSince.getTime() > LOST_AFTER;
}
