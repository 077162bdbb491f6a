import type { JsonLd, RosterOnWire } from "../../services/wire.ts";
import { CIRCLE_ROSTER, ROSTER_CONTEXT } from "../vocab/roster.ts";

/** An Update that tells one member of a circle who is in it; without items it is to forget that. */
export function rosterActivity(iri: string, roster: RosterOnWire): JsonLd {
  const { circle, owner, to, name, epoch, organizations } = roster;
  return {
    "@context": ROSTER_CONTEXT,
    type: "Update",
    id: iri,
    actor: owner,
    to: [to],
    object: {
      type: ["Collection", CIRCLE_ROSTER],
      id: circle,
      name,
      attributedTo: owner,
      epoch,
      totalItems: organizations.length,
      items: organizations,
    },
  };
}
