import type { NotificationView, ReportView } from "../../../services/notification-views.ts";
import { accountJson } from "./account.ts";
import { statusJson } from "./status.ts";

/** What somebody is told (`Notification`). `origin` is our own. */
export function notificationJson(view: NotificationView, origin: string) {
  return {
    id: view.id.toString(),
    type: view.type,
    created_at: view.createdAt.toISOString(),
    group_key: view.groupKey,
    account: accountJson(view.from, origin),
    ...(view.status === null ? {} : { status: statusJson(view.status, origin) }),
    ...(view.report === null ? {} : { report: reportJson(view.report, origin) }),
  };
}

/** A report in the notification of a moderator (`Report`). */
export function reportJson({ report, target, postIds }: ReportView, origin: string) {
  return {
    id: report.id.toString(),
    action_taken: report.resolvedAt !== null,
    action_taken_at: report.resolvedAt?.toISOString() ?? null,
    category: report.category,
    comment: report.comment,
    forwarded: report.forwarded,
    created_at: report.createdAt.toISOString(),
    status_ids: postIds.map(String),
    rule_ids: report.ruleIds.length === 0 ? null : report.ruleIds,
    collection_ids: [],
    target_account: accountJson(target, origin),
  };
}
