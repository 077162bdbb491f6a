import type { PartnershipView } from "../services/partnerships.ts";
import { formatDay, text } from "./text.ts";

/** How a partnership stands, in words for its managers. */
export function stateInWords(view: PartnershipView, now: Date): string {
  const words = text.partners.state;
  switch (view.state) {
    case "asked":
      return words.asked;
    case "offered":
      if (view.delivery === "failed") return words.offeredFailed;
      return view.delivery === "not_yet" ? words.offeredUndelivered : words.offered;
    case "active":
      return activeInWords(view, now);
    case "rejected":
      return withReason(words.rejected, view);
    case "ended":
      return withReason(words.ended, view);
  }
}

function activeInWords(view: PartnershipView, now: Date): string {
  const words = text.partners.state;
  const { suspendedByUsAt: us, suspendedByThemAt: them, startsAt, endsAt } = view;
  if (view.inForce) return words.inForce;
  if (view.moveUnconfirmed || view.suspensionReason === "moved") return words.moved;
  if (view.suspensionReason === "blocked") return words.blocked;
  if (us !== null) return them === null ? words.suspendedByUs : words.suspendedByBoth;
  if (them !== null) return words.suspendedByThem;
  if (startsAt !== null && startsAt > now) return words.notYet(formatDay(startsAt));
  return endsAt !== null && endsAt <= now ? words.expired : words.gone;
}

function withReason(state: string, { endReason }: PartnershipView): string {
  return endReason === null ? state : `${state}: ${text.partners.endReasons[endReason]}`;
}
