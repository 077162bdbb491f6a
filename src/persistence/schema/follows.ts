import { sql } from "drizzle-orm";
import { boolean, index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { FollowState } from "../../domain/follow.ts";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";

/** Who follows whom, both ways, with the states of domain/follow. */
export const follows = pgTable(
  "follows",
  {
    id: timeOrderedId(),
    followerId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    followeeId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    /** IRI of the Follow activity that asked; an Accept must name it (or the pair) */
    iri: text().notNull().unique(),
    state: text().$type<FollowState>().notNull(),
    /** boosts of the followee come to the follower's home timeline */
    showBoosts: boolean().notNull().default(true),
    /** the follower is notified of every post */
    notify: boolean().notNull().default(false),
    /** only posts in these languages; null = all */
    languages: text().array(),
    createdAt: createdAt(),
    decidedAt: instant(),
  },
  (table) => [
    uniqueIndex("follows_pair").on(table.followerId, table.followeeId),
    index("follows_followee").on(table.followeeId, table.state, table.id),
    index("follows_follower").on(table.followerId, table.state, table.id),
  ],
);

/** One actor blocks another; neither side then sees the other. */
export const blocks = pgTable(
  "blocks",
  {
    id: timeOrderedId(),
    blockerId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    blockedId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    iri: text().unique(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("blocks_pair").on(table.blockerId, table.blockedId),
    index("blocks_blocked").on(table.blockedId),
  ],
);

/** Reports (Flag) that reached us about our own actors or posts. */
export const reports = pgTable(
  "reports",
  {
    id: timeOrderedId(),
    iri: text().notNull().unique(),
    reporterId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    targetId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    postIris: text().array().notNull().default([]),
    comment: text().notNull().default(""),
    category: text().$type<"spam" | "legal" | "violation" | "other">().notNull().default("other"),
    /** rules of ours that were broken, as the reporter says */
    ruleIds: text().array().notNull().default([]),
    /** a report by one of our actors that was sent to the target's origin too */
    forwarded: boolean().notNull().default(false),
    createdAt: createdAt(),
    resolvedAt: instant(),
  },
  (table) => [
    index("reports_open")
      .on(table.id)
      .where(sql`${table.resolvedAt} is null`),
  ],
);
