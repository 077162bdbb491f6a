import { index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { Label } from "../../domain/practice.ts";
import { actors } from "./actors.ts";
import { createdAt, idReference, timeOrderedId } from "./columns.ts";
import { posts } from "./posts.ts";

/**
 * The disclosure record: a revision was made available to somebody. Append-only (a trigger refuses
 * the rest): what happens later is an event. It outlives the practice's text.
 */
export const disclosures = pgTable(
  "disclosures",
  {
    id: timeOrderedId(),
    postId: idReference()
      .notNull()
      .references(() => posts.id),
    revision: integer().notNull(),
    /** the practice's title at that time, for the record's readers */
    title: text().notNull(),
    /** to whom: one organization or person, or the followers, or everybody */
    recipient: text().$type<"actor" | "followers" | "public">().notNull(),
    /** the organization or person; null for followers and public */
    actorId: idReference().references(() => actors.id),
    /** atom by which they got it, in stored form */
    atom: text().notNull(),
    lane: text().$type<"kin" | "notice" | "open">().notNull(),
    label: text().$type<Label>(),
    /** SHA-256 of the terms that it was shared under; null without a partnership */
    termsSha256: text(),
    createdAt: createdAt(),
  },
  (table) => [
    index("disclosures_post").on(table.postId, table.id),
    index("disclosures_actor").on(table.actorId, table.id),
  ],
);

/** What became of a disclosure, each at most once. Append-only (a trigger refuses the rest). */
export const disclosureEvents = pgTable(
  "disclosure_events",
  {
    id: timeOrderedId(),
    disclosureId: idReference()
      .notNull()
      .references(() => disclosures.id),
    event: text()
      .$type<
        | "delivered"
        | "not_delivered"
        | "recall_sent"
        | "recall_delivered"
        | "recall_not_delivered"
        | "recall_acknowledged"
      >()
      .notNull(),
    /** HTTP status or reason */
    detail: text().notNull().default(""),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("disclosure_events_once").on(table.disclosureId, table.event)],
);
