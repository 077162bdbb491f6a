import type { NotificationGroup } from "../../../services/notification-groups.ts";
import type { NotificationView } from "../../../services/notification-views.ts";
import type { ActorRecord } from "../../../services/records.ts";
import { accountJson } from "./account.ts";
import { reportJson } from "./notification.ts";
import { statusJson } from "./status.ts";

/** Groups of notifications, with the newest notification of each as a client shows it. */
export interface ShownGroup {
  readonly group: NotificationGroup;
  readonly latest: NotificationView;
}

/**
 * Groups, and once each the accounts and statuses that they name (`GroupedNotificationsResults`).
 * `partial`: of those who are only seen as small pictures, no more than that is sent.
 */
export function groupedNotificationsJson(
  shown: readonly ShownGroup[],
  origin: string,
  { partial }: { readonly partial: boolean },
) {
  const samples = shown.map(({ group }) => group.samples);
  const first = distinct(samples.flatMap((each) => each.slice(0, 1)));
  const all = distinct(samples.flat());
  const named = new Set(first.map(({ id }) => id));
  const rest = all.filter(({ id }) => !named.has(id));
  const statuses = new Map(
    shown.flatMap(({ latest: { status } }) => (status === null ? [] : [[status.id, status]])),
  );
  return {
    accounts: (partial ? first : all).map((actor) => accountJson(actor, origin)),
    ...(partial
      ? { partial_accounts: rest.map((actor) => partialAccountJson(actor, origin)) }
      : {}),
    statuses: [...statuses.values()].map((status) => statusJson(status, origin)),
    notification_groups: shown.map((each) => notificationGroupJson(each, origin)),
  };
}

/** `NotificationGroup`. Ids of notifications are small enough for a JavaScript number. */
function notificationGroupJson({ group, latest }: ShownGroup, origin: string) {
  const { onPage } = group;
  return {
    group_key: group.key,
    notifications_count: group.count,
    type: latest.type,
    most_recent_notification_id: Number(onPage?.last ?? latest.id),
    ...(onPage === null
      ? {}
      : { page_min_id: onPage.first.toString(), page_max_id: onPage.last.toString() }),
    // Ice Cubes reads no group without it, not even one that was asked for by itself.
    latest_page_notification_at: (onPage?.at ?? latest.createdAt).toISOString(),
    sample_account_ids: group.samples.map(({ id }) => id.toString()),
    status_id: latest.status?.id.toString() ?? null,
    ...(latest.report === null ? {} : { report: reportJson(latest.report, origin) }),
  };
}

/** What is needed to show somebody's picture (`PartialAccountWithAvatar`). */
function partialAccountJson(actor: ActorRecord, origin: string) {
  const { id, acct, locked, bot, url, ...account } = accountJson(actor, origin);
  const { avatar, avatar_static, avatar_description } = account;
  return { id, acct, locked, bot, url, avatar, avatar_static, avatar_description };
}

function distinct(actors: readonly ActorRecord[]): ActorRecord[] {
  return [...new Map(actors.map((actor) => [actor.id, actor])).values()];
}
