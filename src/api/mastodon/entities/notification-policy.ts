import type { PolicyView } from "../../../services/notification-policies.ts";
import type { NotificationRequestView } from "../../../services/notification-requests.ts";
import { accountJson } from "./account.ts";
import { statusJson } from "./status.ts";

/** Which notifications are shown, held back or thrown away (`NotificationPolicy`). */
export function policyJson(view: PolicyView) {
  const { rules } = view;
  return {
    for_not_following: rules.forNotFollowing,
    for_not_followers: rules.forNotFollowers,
    for_new_accounts: rules.forNewAccounts,
    for_private_mentions: rules.forPrivateMentions,
    for_limited_accounts: rules.forLimitedAccounts,
    for_bots: rules.forBots,
    summary: summaryJson(view),
  };
}

/** The same as the first version of the API had it: everything is shown or held back. */
export function policyV1Json(view: PolicyView) {
  const { rules } = view;
  return {
    filter_not_following: rules.forNotFollowing !== "accept",
    filter_not_followers: rules.forNotFollowers !== "accept",
    filter_new_accounts: rules.forNewAccounts !== "accept",
    filter_private_mentions: rules.forPrivateMentions !== "accept",
    summary: summaryJson(view),
  };
}

function summaryJson({ pendingRequests, pendingNotifications }: PolicyView) {
  return {
    pending_requests_count: pendingRequests,
    pending_notifications_count: pendingNotifications,
  };
}

/** Somebody whose notifications are held back (`NotificationRequest`). */
export function notificationRequestJson(view: NotificationRequestView, origin: string) {
  return {
    id: view.id.toString(),
    created_at: view.createdAt.toISOString(),
    updated_at: view.updatedAt.toISOString(),
    notifications_count: view.count.toString(),
    account: accountJson(view.from, origin),
    last_status: view.lastStatus === null ? null : statusJson(view.lastStatus, origin),
  };
}
