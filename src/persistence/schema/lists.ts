import { boolean, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";
import { posts } from "./posts.ts";

/** Lists of a client: some of those whom their owner follows. Not circles: they address nobody. */
export const lists = pgTable(
  "lists",
  {
    id: timeOrderedId(),
    ownerId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    title: text().notNull(),
    repliesPolicy: text().$type<"followed" | "list" | "none">().notNull().default("list"),
    /** its members' posts stay out of the home timeline */
    exclusive: boolean().notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [index("lists_owner").on(table.ownerId)],
);

export const listMembers = pgTable(
  "list_members",
  {
    listId: idReference()
      .notNull()
      .references(() => lists.id, { onDelete: "cascade" }),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.listId, table.actorId] }),
    index("list_members_actor").on(table.actorId),
  ],
);

/** Where a filter applies. */
export type FilterContext = "home" | "notifications" | "public" | "thread" | "account";

/** Words and posts that somebody does not want to read. */
export const filters = pgTable(
  "filters",
  {
    id: timeOrderedId(),
    ownerId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    title: text().notNull(),
    context: text().array().$type<FilterContext[]>().notNull(),
    action: text().$type<"warn" | "hide" | "blur">().notNull().default("warn"),
    expiresAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [index("filters_owner").on(table.ownerId)],
);

export const filterKeywords = pgTable(
  "filter_keywords",
  {
    id: timeOrderedId(),
    filterId: idReference()
      .notNull()
      .references(() => filters.id, { onDelete: "cascade" }),
    keyword: text().notNull(),
    wholeWord: boolean().notNull().default(true),
  },
  (table) => [index("filter_keywords_filter").on(table.filterId)],
);

export const filterPosts = pgTable(
  "filter_posts",
  {
    id: timeOrderedId(),
    filterId: idReference()
      .notNull()
      .references(() => filters.id, { onDelete: "cascade" }),
    postId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
  },
  (table) => [index("filter_posts_filter").on(table.filterId)],
);
