import { sql } from "drizzle-orm";
import {
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";
import { disclosures } from "./disclosures.ts";
import { notices } from "./guests.ts";
import { posts } from "./posts.ts";

/** Activities of our own actors: the body is stored once, deliveries refer to it. */
export const activities = pgTable(
  "activities",
  {
    id: timeOrderedId(),
    iri: text().notNull().unique(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id),
    /** ActivityStreams type: Create, Update, Delete, Follow, Accept, … */
    type: text().notNull(),
    /** the post that it is about; its audience and revision are checked again when it is sent */
    postId: idReference().references(() => posts.id),
    /** revision of the post that the body holds */
    revision: integer(),
    /** stored form of domain/audience: who may read the activity by its id */
    audience: text().array().notNull(),
    /** the disclosure that this activity makes or recalls; its outcome is an event there */
    disclosureId: idReference().references(() => disclosures.id),
    /** the notice that this activity brings; whether its post may still be opened is checked again */
    noticeId: idReference().references(() => notices.id),
    /** JSON-LD, exactly the bytes that are sent */
    body: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("activities_actor").on(table.actorId, table.id),
    index("activities_post").on(table.postId),
  ],
);

/** Actors that an activity is sent to by name, whatever its audience expands to. */
export const activityRecipients = pgTable(
  "activity_recipients",
  {
    activityId: idReference()
      .notNull()
      .references(() => activities.id, { onDelete: "cascade" }),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
  },
  (table) => [primaryKey({ columns: [table.activityId, table.actorId] })],
);

/** Remote hosts that we deliver to: circuit breaker and signature preference. */
export const hosts = pgTable(
  "hosts",
  {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    /** host with port where there is one */
    name: text().notNull().unique(),
    /** failures in a row */
    failures: integer().notNull().default(0),
    failingSince: instant(),
    /** circuit open: nothing is sent before this moment; then one probe */
    openUntil: instant(),
    lastSuccessAt: instant(),
    signature: text().$type<"draft-cavage" | "rfc9421">().notNull().default("draft-cavage"),
  },
  (table) => [
    index("hosts_open")
      .on(table.openUntil)
      .where(sql`${table.openUntil} is not null`),
  ],
);

export const inboxes = pgTable("inboxes", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  url: text().notNull().unique(),
  hostId: integer()
    .notNull()
    .references(() => hosts.id),
  /** 404 or 410: nothing is sent there any more */
  goneAt: instant(),
});

/** One row per activity and inbox. Finished rows are kept for a while, then removed. */
export const deliveries = pgTable(
  "deliveries",
  {
    id: timeOrderedId(),
    activityId: idReference()
      .notNull()
      .references(() => activities.id, { onDelete: "cascade" }),
    inboxId: integer()
      .notNull()
      .references(() => inboxes.id),
    hostId: integer().notNull(),
    /** queued → delivered | dropped (no longer meant for them) | dead (given up) */
    state: text().$type<"queued" | "delivered" | "dropped" | "dead">().notNull().default("queued"),
    attempts: smallint().notNull().default(0),
    /** when to try (again); a worker that claims a row moves this ahead by its lease */
    dueAt: instant().notNull().defaultNow(),
    /** HTTP status or error code of the last attempt; `sending` while a worker has the row in hand */
    lastResult: text(),
    finishedAt: instant(),
  },
  (table) => [
    uniqueIndex("deliveries_once").on(table.activityId, table.inboxId),
    index("deliveries_due")
      .on(table.dueAt)
      .where(sql`${table.state} = 'queued'`),
    index("deliveries_host")
      .on(table.hostId, table.dueAt)
      .where(sql`${table.state} = 'queued'`),
  ],
);

/** Activities that reached us: the UNIQUE id makes processing idempotent. */
export const receivedActivities = pgTable(
  "received_activities",
  {
    iri: text().primaryKey(),
    actorIri: text().notNull(),
    type: text().notNull(),
    /** what became of it, for the administrator: `stored`, `ignored:…` */
    outcome: text().notNull(),
    receivedAt: createdAt(),
  },
  (table) => [index("received_activities_age").on(table.receivedAt)],
);
