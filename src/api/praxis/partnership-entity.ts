import type { PartnershipView } from "../../services/partnerships.ts";
import { actorJson } from "./entities.ts";

/** A partnership as our API shows it, seen from our side. */
export function partnershipJson(view: PartnershipView) {
  return {
    id: view.id.toString(),
    offer: view.offerIri,
    partner: actorJson(view.partner),
    state: view.state,
    in_force: view.inForce,
    proposed_by: view.proposedBy,
    terms: { url: view.terms.url, sha256: view.terms.sha256, markdown: view.terms.markdown },
    label_ceiling: view.labelCeiling,
    practice: view.practiceIri,
    starts_at: iso(view.startsAt),
    ends_at: iso(view.endsAt),
    suspended_by_us: iso(view.suspendedByUsAt),
    suspended_by_them: iso(view.suspendedByThemAt),
    suspension_reason: view.suspensionReason,
    moved_to: view.moveUnconfirmed ? view.partner.movedTo : null,
    delivery: view.delivery,
    delivery_result: view.deliveryResult,
    created_at: view.createdAt.toISOString(),
    answered_at: iso(view.answeredAt),
    ended_at: iso(view.endedAt),
    end_reason: view.endReason,
  };
}

function iso(date: Date | null): string | null {
  return date?.toISOString() ?? null;
}
