import type { Relationship } from "../../../services/relationships.ts";

/** How the one who asks stands with somebody (`Relationship`). */
export function relationshipJson(relationship: Relationship) {
  return {
    id: relationship.id.toString(),
    following: relationship.following,
    showing_reblogs: relationship.showsBoosts,
    notifying: relationship.notifies,
    languages: relationship.languages,
    followed_by: relationship.followedBy,
    blocking: relationship.blocking,
    blocked_by: relationship.blockedBy,
    muting: relationship.muting,
    muting_notifications: relationship.mutingNotifications,
    muting_expires_at: relationship.mutedUntil?.toISOString() ?? null,
    requested: relationship.requested,
    requested_by: relationship.requestedBy,
    domain_blocking: relationship.hidesHost,
    endorsed: relationship.endorsed,
    note: relationship.note,
  };
}
