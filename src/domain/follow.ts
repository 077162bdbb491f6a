const FOLLOW_STATES = ["pending", "accepted", "rejected", "cancelled"] as const;
export type FollowState = (typeof FOLLOW_STATES)[number];

/** How the organization answers those who ask to follow it. */
export const FOLLOW_POLICIES = ["approve", "open"] as const;
export type FollowPolicy = (typeof FOLLOW_POLICIES)[number];

export type FollowEvent = "request" | "accept" | "reject" | "cancel";

/**
 * The state after `event`, or null when the event changes nothing and is to be ignored: an Accept
 * of what was never asked, a second Accept, a request while one is waiting. A follow that was
 * accepted can still be rejected later (that removes the follower), and asked for again afterwards.
 */
export function nextFollowState(
  current: FollowState | null,
  event: FollowEvent,
): FollowState | null {
  switch (event) {
    case "request":
      return current === "pending" || current === "accepted" ? null : "pending";
    case "accept":
      return current === "pending" ? "accepted" : null;
    case "reject":
      return current === "pending" || current === "accepted" ? "rejected" : null;
    case "cancel":
      return current === "pending" || current === "accepted" ? "cancelled" : null;
  }
}
