import { LABELS, type Label } from "./practice.ts";

/** offered = we proposed and wait; asked = they proposed and wait for us. */
export const PARTNERSHIP_STATES = ["offered", "asked", "active", "rejected", "ended"] as const;
export type PartnershipState = (typeof PARTNERSHIP_STATES)[number];

/**
 * Why one is over: an end by either side, an answer with other terms, two offers that crossed, newer
 * terms, or its end date.
 */
export const END_REASONS = [
  "by_us",
  "by_them",
  "countered",
  "crossed",
  "superseded",
  "expired",
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Why we suspended one: a manager did, or the partner said that it moved to another server. */
export type SuspensionReason = "manager" | "moved";

export type PartnershipEvent = "accept" | "reject" | "end";

/**
 * The state after `event`, or null when the event changes nothing and is to be ignored: a second
 * Accept, an answer to what is over. An offer that is taken back before its answer has ended.
 */
export function nextPartnershipState(
  current: PartnershipState,
  event: PartnershipEvent,
): PartnershipState | null {
  const waits = current === "offered" || current === "asked";
  switch (event) {
    case "accept":
      return waits ? "active" : null;
    case "reject":
      return waits ? "rejected" : null;
    case "end":
      return waits || current === "active" ? "ended" : null;
  }
}

/** What decides whether a partnership opens anything at a moment. */
export interface PartnershipTerm {
  readonly state: PartnershipState;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
  readonly suspendedByUsAt: Date | null;
  readonly suspendedByThemAt: Date | null;
}

/** Whether the partnership is in force at `now`: active, within its dates and suspended by nobody. */
export function isInForce(partnership: PartnershipTerm, now: Date): boolean {
  return (
    partnership.state === "active" &&
    partnership.suspendedByUsAt === null &&
    partnership.suspendedByThemAt === null &&
    (partnership.startsAt === null || partnership.startsAt <= now) &&
    (partnership.endsAt === null || now < partnership.endsAt)
  );
}

/** Whether a label is within the strictest that a partnership's terms allow to be shared under it. */
export function isWithinCeiling(label: Label, ceiling: Label): boolean {
  return LABELS.indexOf(label) <= LABELS.indexOf(ceiling);
}
