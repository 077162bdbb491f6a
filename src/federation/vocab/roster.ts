import { ACTIVITY_STREAMS, PRAXIS_NAMESPACE } from "./context.ts";

/** What a Collection of organizations is that an owner tells the members of its circle. */
export const CIRCLE_ROSTER = "CircleRoster";

/** `@context` of all activities about rosters. */
export const ROSTER_CONTEXT = [
  ACTIVITY_STREAMS,
  {
    px: PRAXIS_NAMESPACE,
    CircleRoster: "px:CircleRoster",
    /** counts the changes of a roster, from 1: an older one arriving late changes nothing */
    epoch: "px:epoch",
  },
] as const;
