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

/**
 * Why we suspended one: a manager did, the partner said that it moved to another server, or an
 * administrator blocked its server.
 */
export type SuspensionReason = "manager" | "moved" | "blocked";

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

/**
 * Whether the partnership is in force at `now`: active, within its dates and suspended by nobody.
 * Each side judges by its own clock and without tolerance, so clocks that differ only ever shorten
 * a partnership.
 */
export function isInForce(partnership: PartnershipTerm, now: Date): boolean {
  return (
    partnership.state === "active" &&
    partnership.suspendedByUsAt === null &&
    partnership.suspendedByThemAt === null &&
    (partnership.startsAt === null || partnership.startsAt <= now) &&
    (partnership.endsAt === null || now < partnership.endsAt)
  );
}

/** How far the two sides' clocks may differ before an offer is refused as run out. */
export const CLOCK_TOLERANCE_MS = 5 * 60_000;

export type DateProblem = "ends_before_start" | "run_out";

/** What is wrong with the dates of an offer that arrives or is answered at `now`; null = nothing. */
export function dateProblem(
  dates: { readonly startsAt: Date | null; readonly endsAt: Date | null },
  now: Date,
): DateProblem | null {
  const { startsAt, endsAt } = dates;
  if (endsAt === null) return null;
  if (startsAt !== null && endsAt <= startsAt) return "ends_before_start";
  return endsAt.getTime() + CLOCK_TOLERANCE_MS <= now.getTime() ? "run_out" : null;
}

/** Whether a label is within the strictest that a partnership's terms allow to be shared under it. */
export function isWithinCeiling(label: Label, ceiling: Label): boolean {
  return LABELS.indexOf(label) <= LABELS.indexOf(ceiling);
}

/** What is agreed on, whoever proposes it. */
export interface Conditions {
  /** SHA-256 of the terms' UTF-8 bytes, lower-case hex */
  readonly termsSha256: string;
  readonly labelCeiling: Label;
  /** IRI of the one practice that it is for; null = standing */
  readonly practice: string | null;
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
}

/** Whether two offers say the same. */
export function sameConditions(one: Conditions, other: Conditions): boolean {
  return (
    one.termsSha256 === other.termsSha256 &&
    one.labelCeiling === other.labelCeiling &&
    one.practice === other.practice &&
    one.startsAt?.getTime() === other.startsAt?.getTime() &&
    one.endsAt?.getTime() === other.endsAt?.getTime()
  );
}

/** An offer by one of two organizations to the other. */
export interface Proposal extends Conditions {
  /** IRI of the organization that made it */
  readonly proposer: string;
}

/** ours: theirs is void. theirs: ours is void. accepted: theirs stands, and ours was our yes to it. */
export type Crossing = "ours" | "theirs" | "accepted";

/**
 * Both sides made an offer of the same scope before they had seen the other's. The offer of the
 * organization whose IRI sorts first stands; if both say the same, the other offer was its
 * acceptance. Both sides come to the same outcome without asking, in whatever order things arrive.
 */
export function settleCrossing(ours: Proposal, theirs: Proposal): Crossing {
  // By UTF-16 code units; IRIs are ASCII by the time they get here.
  if (ours.proposer < theirs.proposer) return "ours";
  return sameConditions(ours, theirs) ? "accepted" : "theirs";
}
