import {
  bigint,
  boolean,
  index,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";
import { reports } from "./follows.ts";
import { posts } from "./posts.ts";

/** What may happen, in the words of the Mastodon API. */
export const NOTIFICATION_TYPES = [
  "mention",
  "status",
  "reblog",
  "follow",
  "follow_request",
  "favourite",
  "poll",
  "update",
  "quote",
  "quoted_update",
  "admin.sign_up",
  "admin.report",
] as const;
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** What one of our actors is told. What it is about is read, and judged, again whenever it is shown. */
export const notifications = pgTable(
  "notifications",
  {
    /** a running number, not a time-ordered id: clients keep it as a JavaScript number */
    id: bigint({ mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    recipientId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    type: text().$type<NotificationType>().notNull(),
    /** who did it */
    fromId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    postId: idReference().references(() => posts.id, { onDelete: "cascade" }),
    reportId: idReference().references(() => reports.id, { onDelete: "cascade" }),
    /** those with the same key are shown as one (grouped notifications) */
    groupKey: text().notNull(),
    /** held back by the recipient's policy */
    filtered: boolean().notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    unique("notifications_once")
      .on(table.recipientId, table.type, table.fromId, table.postId, table.reportId)
      .nullsNotDistinct(),
    index("notifications_recipient").on(table.recipientId, table.id),
    index("notifications_group").on(table.recipientId, table.groupKey, table.id),
    index("notifications_post").on(table.postId),
  ],
);

/** What to do with notifications of one sort: show, hold back until asked for, or throw away. */
export type NotificationRule = "accept" | "filter" | "drop";

/** Which notifications an actor wants; no row = everything. */
export const notificationPolicies = pgTable("notification_policies", {
  actorId: idReference()
    .primaryKey()
    .references(() => actors.id, { onDelete: "cascade" }),
  forNotFollowing: text().$type<NotificationRule>().notNull().default("accept"),
  forNotFollowers: text().$type<NotificationRule>().notNull().default("accept"),
  forNewAccounts: text().$type<NotificationRule>().notNull().default("accept"),
  forPrivateMentions: text().$type<NotificationRule>().notNull().default("accept"),
  forLimitedAccounts: text().$type<NotificationRule>().notNull().default("accept"),
  forBots: text().$type<NotificationRule>().notNull().default("accept"),
});

/** Somebody whose notifications are held back; accepting lets all of theirs through from then on. */
export const notificationRequests = pgTable(
  "notification_requests",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    fromId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    lastPostId: idReference().references(() => posts.id, { onDelete: "set null" }),
    createdAt: createdAt(),
    updatedAt: createdAt(),
    acceptedAt: instant(),
    dismissedAt: instant(),
  },
  (table) => [uniqueIndex("notification_requests_pair").on(table.actorId, table.fromId)],
);

/** How far an actor has read a timeline. */
export const markers = pgTable(
  "markers",
  {
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    timeline: text().$type<"home" | "notifications">().notNull(),
    lastReadId: bigint({ mode: "bigint" }).notNull(),
    version: bigint({ mode: "number" }).notNull().default(1),
    updatedAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.actorId, table.timeline] })],
);

/** A thread of direct messages, as one of our actors has it. */
export const conversations = pgTable(
  "conversations",
  {
    id: timeOrderedId(),
    ownerId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    /** the post that the thread begins with, as far as it is known here */
    rootId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    lastPostId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    unread: boolean().notNull().default(true),
  },
  (table) => [
    uniqueIndex("conversations_root").on(table.ownerId, table.rootId),
    index("conversations_newest").on(table.ownerId, table.lastPostId),
  ],
);
