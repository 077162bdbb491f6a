import { sql } from "drizzle-orm";
import { integer, index, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { EndReason, PartnershipState, SuspensionReason } from "../../domain/partnership.ts";
import type { Label } from "../../domain/practice.ts";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";

/** Terms as they were offered: a Markdown document that never changes, named by its hash. */
export const terms = pgTable("terms", {
  id: timeOrderedId(),
  /** where its text is served to the two parties */
  url: text().notNull().unique(),
  /** SHA-256 of the Markdown's UTF-8 bytes, hex */
  sha256: text().notNull(),
  markdown: text().notNull(),
  createdAt: createdAt(),
});

/** Partnerships with other organizations, seen from our side; both sides keep the same record. */
export const partnerships = pgTable(
  "partnerships",
  {
    id: timeOrderedId(),
    /** the other side's Organization actor */
    partnerId: idReference()
      .notNull()
      .references(() => actors.id),
    state: text().$type<PartnershipState>().notNull(),
    proposedBy: text().$type<"us" | "them">().notNull(),
    /** the Offer activity; answers must name it */
    offerIri: text().notNull().unique(),
    termsId: idReference()
      .notNull()
      .references(() => terms.id),
    /** the strictest label that may be shared under it */
    labelCeiling: text().$type<Label>().notNull(),
    /** IRI of the one practice that it is for; null = standing */
    practiceIri: text(),
    startsAt: instant(),
    endsAt: instant(),
    suspendedByUsAt: instant(),
    suspendedByThemAt: instant(),
    /** why we suspended it */
    suspensionReason: text().$type<SuspensionReason>(),
    /** how often each side has suspended or resumed: an older message arriving late changes nothing */
    suspensionsByUs: integer().notNull().default(0),
    suspensionsByThem: integer().notNull().default(0),
    /** the address to which the partner moved, once a manager has confirmed that it goes on */
    confirmedMove: text(),
    /** compact JWS over the agreement by the proposing and by the accepting side, and the public
     * keys (SPKI PEM) that verify them: evidence must outlive a rotation of keys */
    proposerJws: text(),
    proposerKey: text(),
    accepterJws: text(),
    accepterKey: text(),
    /** the last activity that we sent about it; its delivery tells whether they know */
    lastActivityIri: text(),
    createdAt: createdAt(),
    answeredAt: instant(),
    endedAt: instant(),
    endReason: text().$type<EndReason>(),
  },
  (table) => [
    index("partnerships_partner").on(table.partnerId, table.id),
    uniqueIndex("partnerships_one_standing")
      .on(table.partnerId)
      .where(sql`${table.state} = 'active' and ${table.practiceIri} is null`),
    uniqueIndex("partnerships_one_for_a_practice")
      .on(table.partnerId, table.practiceIri)
      .where(sql`${table.state} = 'active' and ${table.practiceIri} is not null`),
    index("partnerships_terms").on(table.termsId),
  ],
);

/** Named sets of partners. The epoch counts the changes of the roster. */
export const circles = pgTable("circles", {
  id: timeOrderedId(),
  slug: text().notNull().unique(),
  name: text().notNull(),
  description: text().notNull().default(""),
  epoch: integer().notNull().default(1),
  /** whether its members may know each other; null = confidential */
  rosterOpenedAt: instant(),
  createdAt: createdAt(),
});

/** Who is, or was, in a circle, from which epoch to which (exclusive; null = still). */
export const circleMembers = pgTable(
  "circle_members",
  {
    circleId: idReference()
      .notNull()
      .references(() => circles.id, { onDelete: "cascade" }),
    organizationId: idReference()
      .notNull()
      .references(() => actors.id),
    fromEpoch: integer().notNull(),
    untilEpoch: integer(),
    /** it sees what was published to the circle from this epoch on: `fromEpoch`, or 1 when earlier practices were shared with it */
    seesFrom: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.circleId, table.organizationId, table.fromEpoch] }),
    index("circle_members_organization").on(table.organizationId),
  ],
);

/**
 * Circles of partners that we are in, as far as their owners open the rosters. What is to be
 * forgotten keeps its epoch and nothing else, so that a replayed message does not bring it back.
 */
export const remoteCircles = pgTable(
  "remote_circles",
  {
    id: timeOrderedId(),
    iri: text().notNull().unique(),
    ownerId: idReference()
      .notNull()
      .references(() => actors.id),
    name: text().notNull(),
    epoch: integer().notNull(),
    /** IRIs of the organizations in it; empty = forgotten */
    organizations: text().array().notNull(),
    updatedAt: instant().notNull(),
  },
  (table) => [index("remote_circles_owner").on(table.ownerId)],
);
