import { z } from "zod";
import { account, partialAccount, report } from "./account.ts";
import { status } from "./status.ts";
import { count, date, id, url } from "./values.ts";

/** Notification, grouped and one by one: https://docs.joinmastodon.org/entities/Notification/ */

/** Those that are about a post. */
const ABOUT_POSTS = [
  "mention",
  "status",
  "reblog",
  "favourite",
  "poll",
  "update",
  "quote",
  "quoted_update",
] as const;
const ABOUT_PEOPLE = ["follow", "follow_request", "admin.sign_up"] as const;

export const NOTIFICATION_TYPES = [...ABOUT_POSTS, ...ABOUT_PEOPLE, "admin.report"] as const;

const NOTIFICATION = { id, created_at: date, group_key: z.string().min(1), account };

export const notification = z.discriminatedUnion("type", [
  z.strictObject({ ...NOTIFICATION, type: z.enum(ABOUT_POSTS), status }),
  z.strictObject({ ...NOTIFICATION, type: z.enum(ABOUT_PEOPLE) }),
  z.strictObject({ ...NOTIFICATION, type: z.literal("admin.report"), report }),
]);

const GROUP = {
  group_key: z.string().min(1),
  notifications_count: z.int().min(1),
  /** clients keep it in a JavaScript number */
  most_recent_notification_id: z.int().min(1),
  page_min_id: id.optional(),
  page_max_id: id.optional(),
  latest_page_notification_at: date,
  sample_account_ids: z.array(id).min(1),
};

const group = z.discriminatedUnion("type", [
  z.strictObject({ ...GROUP, type: z.enum(ABOUT_POSTS), status_id: id }),
  z.strictObject({ ...GROUP, type: z.enum(ABOUT_PEOPLE), status_id: z.null() }),
  z.strictObject({ ...GROUP, type: z.literal("admin.report"), status_id: z.null(), report }),
]);

/** Groups, and once each what they name: nothing may be named that is not there. */
export const groupedNotifications = z
  .strictObject({
    accounts: z.array(account),
    partial_accounts: z.array(partialAccount).optional(),
    statuses: z.array(status),
    notification_groups: z.array(group),
  })
  .superRefine(({ accounts, partial_accounts = [], statuses, notification_groups }, context) => {
    const people = new Set([...accounts, ...partial_accounts].map((each) => each.id));
    const posts = new Set(statuses.map((each) => each.id));
    for (const each of notification_groups) {
      const there =
        each.sample_account_ids.every((one) => people.has(one)) &&
        (each.status_id === null || posts.has(each.status_id));
      if (!there) context.addIssue(`${each.group_key} names what is not there`);
    }
  });

const summary = z.strictObject({
  pending_requests_count: count,
  pending_notifications_count: count,
});

const rule = z.enum(["accept", "filter", "drop"]);

export const notificationPolicy = z.strictObject({
  for_not_following: rule,
  for_not_followers: rule,
  for_new_accounts: rule,
  for_private_mentions: rule,
  for_limited_accounts: rule,
  for_bots: rule,
  summary,
});

export const oldNotificationPolicy = z.strictObject({
  filter_not_following: z.boolean(),
  filter_not_followers: z.boolean(),
  filter_new_accounts: z.boolean(),
  filter_private_mentions: z.boolean(),
  summary,
});

export const notificationRequest = z.strictObject({
  id,
  created_at: date,
  updated_at: date,
  notifications_count: z.string().regex(/^\d+$/),
  account,
  last_status: status.nullable(),
});

export const merged = z.strictObject({ merged: z.boolean() });

export const unread = z.strictObject({ count });

export const pushSubscription = z.strictObject({
  // Documented as a text, a number in real answers; some clients read 32 bits.
  id: z.int().min(0).max(0x7fff_ffff),
  endpoint: url,
  standard: z.boolean(),
  alerts: z.strictObject(
    Object.fromEntries(NOTIFICATION_TYPES.map((type) => [type, z.boolean().optional()])),
  ),
  policy: z.enum(["all", "followed", "follower", "none"]),
  server_key: z.string().regex(/^[\w-]{80,}$/),
});
