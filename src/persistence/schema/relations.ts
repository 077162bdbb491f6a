import { boolean, index, jsonb, pgTable, primaryKey, text, uniqueIndex } from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";
import { posts } from "./posts.ts";

/** An actor of ours does not want to see another one; nobody else is told. */
export const mutes = pgTable(
  "mutes",
  {
    id: timeOrderedId(),
    muterId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    mutedId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    /** notifications too */
    notifications: boolean().notNull().default(true),
    /** null = for good */
    expiresAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("mutes_pair").on(table.muterId, table.mutedId)],
);

/** An actor of ours hears no more of a thread. */
export const threadMutes = pgTable(
  "thread_mutes",
  {
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    /** the post that the thread begins with, as far as it is known here */
    rootId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.actorId, table.rootId] })],
);

/** An actor of ours hides a whole host from itself; the organization's rules are in `origin_rules`. */
export const hiddenHosts = pgTable(
  "hidden_hosts",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    host: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("hidden_hosts_pair").on(table.actorId, table.host)],
);

/** What an actor of ours notes about another one, for itself. */
export const accountNotes = pgTable(
  "account_notes",
  {
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    targetId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    comment: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.actorId, table.targetId] })],
);

/** Whom an actor of ours shows on its profile. */
export const endorsements = pgTable(
  "endorsements",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    targetId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("endorsements_pair").on(table.actorId, table.targetId)],
);

/** Whom an actor of ours does not want to be suggested to follow. */
export const dismissedSuggestions = pgTable(
  "dismissed_suggestions",
  {
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    targetId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
  },
  (table) => [primaryKey({ columns: [table.actorId, table.targetId] })],
);

/** Hashtags whose public posts come to an actor's home timeline; lower case, without `#`. */
export const followedTags = pgTable(
  "followed_tags",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    tag: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("followed_tags_pair").on(table.actorId, table.tag),
    index("followed_tags_tag").on(table.tag),
  ],
);

/** Hashtags that an actor shows on its profile; `name` as it was written. */
export const featuredTags = pgTable(
  "featured_tags",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    tag: text().notNull(),
    name: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("featured_tags_pair").on(table.actorId, table.tag)],
);

/** A field of a profile as it was typed. */
export interface TypedField {
  readonly name: string;
  readonly value: string;
}

/** Defaults and raw texts that clients edit; what the world sees of them is in `actors`. */
export const actorSettings = pgTable("actor_settings", {
  actorId: idReference()
    .primaryKey()
    .references(() => actors.id, { onDelete: "cascade" }),
  /** the summary as it was typed */
  note: text().notNull().default(""),
  /** names and values as they were typed */
  fields: jsonb().$type<TypedField[]>().notNull().default([]),
  /** sites that may name the actor as an author */
  attributionDomains: text().array().notNull().default([]),
  defaultVisibility: text()
    .$type<"public" | "unlisted" | "private" | "direct">()
    .notNull()
    .default("public"),
  defaultSensitive: boolean().notNull().default(false),
  defaultLanguage: text(),
  defaultQuotePolicy: text().$type<"public" | "followers" | "nobody">().notNull().default("public"),
});
