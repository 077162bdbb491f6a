import type { Audience } from "./audience/audience.ts";
import type { Label } from "./practice.ts";

/** The label that a practice gets when its author gives none: by the widest part of its audience. */
export function defaultLabel(audience: Audience): Label {
  const kinds = new Set(audience.map((atom) => atom.kind));
  if (kinds.has("public")) return "TLP:CLEAR";
  if (kinds.has("followers")) return "TLP:GREEN";
  if (kinds.has("partner") || kinds.has("circle") || kinds.has("person")) return "TLP:AMBER";
  return "TLP:AMBER+STRICT";
}

/**
 * Whether a label cannot go with an audience at all: RED is for people who are named, for our own
 * members, and for partners whose terms say so (their ceiling decides).
 */
export function isTooStrictFor(label: Label, audience: Audience): boolean {
  return (
    label === "TLP:RED" &&
    audience.some((atom) => atom.kind === "public" || atom.kind === "followers")
  );
}

/** Whether a label asks for less than what the audience does; its readers will wonder. */
export function contradicts(label: Label, audience: Audience): boolean {
  const kinds = new Set(audience.map((atom) => atom.kind));
  if (kinds.has("public")) return label !== "TLP:CLEAR";
  return kinds.has("followers") && label !== "TLP:CLEAR" && label !== "TLP:GREEN";
}
