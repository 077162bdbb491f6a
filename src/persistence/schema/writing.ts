import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";
import { members } from "./members.ts";
import { posts, type PostAttachment, type PostTag } from "./posts.ts";
import { oauthApps } from "./oauth.ts";

/** What only posts that a client of ours wrote have. */
export const writtenPosts = pgTable("written_posts", {
  postId: idReference()
    .primaryKey()
    .references(() => posts.id, { onDelete: "cascade" }),
  /** the text as it was typed; practices have their Markdown in `practices` */
  source: text().notNull(),
  /** the content warning as it was typed */
  spoilerText: text().notNull().default(""),
  appId: idReference().references(() => oauthApps.id, { onDelete: "set null" }),
  /** who may quote it (FEP-044f) */
  quotePolicy: text().$type<"public" | "followers" | "nobody">().notNull().default("public"),
});

/** How notes stood before they were edited, and how they stand now; the oldest has number 1. */
export const postEdits = pgTable(
  "post_edits",
  {
    postId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    summary: text().notNull(),
    contentHtml: text().notNull(),
    sensitive: boolean().notNull(),
    attachments: jsonb().$type<PostAttachment[]>().notNull(),
    tags: jsonb().$type<PostTag[]>().notNull(),
    pollOptions: text().array(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.number] })],
);

/** Requests that must not be carried out twice (`Idempotency-Key`), for an hour. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    key: text().notNull(),
    postId: idReference().references(() => posts.id, { onDelete: "cascade" }),
    scheduledId: idReference().references(() => scheduledPosts.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.actorId, table.key] }),
    index("idempotency_keys_age").on(table.createdAt),
  ],
);

/** Posts that are published later. `draft` is what the client asked for, checked when it did. */
export const scheduledPosts = pgTable(
  "scheduled_posts",
  {
    id: timeOrderedId(),
    memberId: idReference()
      .notNull()
      .references(() => members.id, { onDelete: "cascade" }),
    /** whom it will be published as */
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    appId: idReference().references(() => oauthApps.id, { onDelete: "set null" }),
    draft: jsonb().$type<Record<string, unknown>>().notNull(),
    scheduledAt: instant().notNull(),
    createdAt: createdAt(),
    /** why it could not be published when its time came */
    failure: text(),
  },
  (table) => [
    index("scheduled_posts_due").on(table.scheduledAt),
    index("scheduled_posts_actor").on(table.actorId, table.id),
  ],
);

/** Posts that an actor keeps for itself. */
export const bookmarks = pgTable(
  "bookmarks",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    postId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("bookmarks_once").on(table.actorId, table.postId),
    index("bookmarks_newest").on(table.actorId, table.id),
    index("bookmarks_post").on(table.postId),
  ],
);

/** Posts that an actor shows first on its profile (its `featured` collection). */
export const pins = pgTable(
  "pins",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    postId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("pins_once").on(table.actorId, table.postId)],
);

/** One answer that a poll offers. */
export interface PollOption {
  readonly title: string;
  readonly votes: number;
}

/** Questions, ours and those of others; the post's type is `Question`. */
export const polls = pgTable(
  "polls",
  {
    id: timeOrderedId(),
    postId: idReference()
      .notNull()
      .unique()
      .references(() => posts.id, { onDelete: "cascade" }),
    options: jsonb().$type<PollOption[]>().notNull(),
    multiple: boolean().notNull(),
    hideTotals: boolean().notNull().default(false),
    /** null = open without end */
    expiresAt: instant(),
    /** null = the origin does not say */
    votersCount: integer(),
    /** when counts were last read from the origin; null for our own */
    fetchedAt: instant(),
    /** those who took part have been told that it is over */
    closedAt: instant(),
  },
  (table) => [index("polls_end").on(table.expiresAt)],
);

export const pollVotes = pgTable(
  "poll_votes",
  {
    id: timeOrderedId(),
    pollId: idReference()
      .notNull()
      .references(() => polls.id, { onDelete: "cascade" }),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    /** position of the option, from 0 */
    choice: integer().notNull(),
    iri: text().notNull().unique(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex("poll_votes_once").on(table.pollId, table.actorId, table.choice)],
);

/** What a post quotes (FEP-044f); a quote is shown only when its author's consent stands. */
export const quotes = pgTable(
  "quotes",
  {
    /** the post that quotes */
    postId: idReference()
      .primaryKey()
      .references(() => posts.id, { onDelete: "cascade" }),
    quotedIri: text().notNull(),
    /** null while it is not known here */
    quotedId: idReference().references(() => posts.id, { onDelete: "set null" }),
    state: text().$type<"pending" | "accepted" | "rejected" | "revoked" | "deleted">().notNull(),
    /** IRI of the QuoteRequest that asked */
    requestIri: text().unique(),
    /** IRI of the stamp (QuoteAuthorization) that allows it */
    approvalIri: text(),
    createdAt: createdAt(),
  },
  (table) => [index("quotes_quoted").on(table.quotedId, table.postId)],
);

/** Stamps (QuoteAuthorization) that we gave to those who quote our posts. */
export const quoteApprovals = pgTable(
  "quote_approvals",
  {
    id: timeOrderedId(),
    /** the unguessable last part of its IRI */
    key: uuid().notNull().unique(),
    quotedId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    quotingIri: text().notNull(),
    quotingActorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    revokedAt: instant(),
  },
  (table) => [uniqueIndex("quote_approvals_once").on(table.quotedId, table.quotingIri)],
);
