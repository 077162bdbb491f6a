import { sql, type SQL } from "drizzle-orm";
import {
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
  type AnyPgColumn,
} from "drizzle-orm/pg-core";
import type { Benefit, Label, PracticeKind } from "../../domain/practice.ts";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";

/** A file that belongs to a post; `url` is where its own origin serves it. */
export interface PostAttachment {
  /** of our own files: the id of the upload, and what it was called there */
  readonly id?: string;
  readonly fileName?: string;
  readonly url: string;
  readonly mediaType: string | null;
  /** what it is called, or for an image what is to be seen */
  readonly name: string;
  /** what there is to say beyond the name */
  readonly description?: string;
  /** its length, where that is known */
  readonly bytes?: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly blurhash: string | null;
  /** what is not to be cut off when it is shown small: from -1 (left, bottom) to 1 (right, top) */
  readonly focus?: { readonly x: number; readonly y: number };
}

/** A hashtag or mention of a post. */
export interface PostTag {
  readonly type: "Hashtag" | "Mention" | "Emoji";
  readonly name: string;
  readonly href: string | null;
}

/** The words of a post for full-text search, without stemming: languages are mixed. Tags are skipped. */
export function postWords(table: {
  title: AnyPgColumn;
  summary: AnyPgColumn;
  contentHtml: AnyPgColumn;
}): SQL {
  return sql`to_tsvector('simple', ${table.title} || ' ' || ${table.summary} || ' ' || ${table.contentHtml})`;
}

/** The words of a post by the rules of its language, with what there is to see in its files. */
export function postSearchWords(table: {
  language: AnyPgColumn;
  title: AnyPgColumn;
  summary: AnyPgColumn;
  contentHtml: AnyPgColumn;
  attachments: AnyPgColumn;
}): SQL {
  return sql`praxis_post_words(${table.language}, ${table.title}, ${table.summary}, ${table.contentHtml}, ${table.attachments})`;
}

/** Posts and practices, ours and those of others; what only practices have is in `practices`. */
export const posts = pgTable(
  "posts",
  {
    id: timeOrderedId(),
    iri: text().notNull().unique(),
    /** the page for people */
    url: text().notNull(),
    authorId: idReference()
      .notNull()
      .references(() => actors.id),
    local: boolean().notNull(),
    /** ActivityStreams type: Note, Article, Question, Page, … */
    type: text().notNull(),
    inReplyToIri: text(),
    /** null while the parent is not known here */
    inReplyToId: idReference(),
    contextIri: text(),
    /** the owner of the discussion who brought it (an actor's IRI); null = its author did */
    relayedBy: text(),
    /** title; empty for notes */
    title: text().notNull().default(""),
    /** plain text for practices, a content warning for notes */
    summary: text().notNull().default(""),
    /** sanitized HTML */
    contentHtml: text().notNull(),
    language: text(),
    sensitive: boolean().notNull().default(false),
    /** for everybody, but not shown where strangers browse ("unlisted") */
    quiet: boolean().notNull().default(false),
    /** stored form of domain/audience */
    audience: text().array().notNull(),
    label: text().$type<Label>(),
    attachments: jsonb().$type<PostAttachment[]>().notNull().default([]),
    tags: jsonb().$type<PostTag[]>().notNull().default([]),
    /** the hashtags among them: lower case, without `#` */
    hashtags: text()
      .array()
      .generatedAlwaysAs(sql`praxis_hashtags(tags)`),
    revision: integer().notNull().default(1),
    repliesCount: integer().notNull().default(0),
    favouritesCount: integer().notNull().default(0),
    boostsCount: integer().notNull().default(0),
    quotesCount: integer().notNull().default(0),
    publishedAt: instant().notNull(),
    /** last edit that the author made; null = never edited */
    editedAt: instant(),
    /** deleted, recalled or retracted: the body is empty from then on */
    withdrawnAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [
    index("posts_author").on(table.authorId, table.id),
    index("posts_parent").on(table.inReplyToId, table.id),
    index("posts_orphans")
      .on(table.inReplyToIri)
      .where(sql`${table.inReplyToIri} is not null and ${table.inReplyToId} is null`),
    index("posts_url").on(table.url),
    index("posts_audience").using("gin", table.audience),
    index("posts_hashtags").using("gin", table.hashtags),
    index("posts_public")
      .on(table.id)
      .where(sql`${table.audience} @> '{public}'`),
    index("posts_public_local")
      .on(table.id)
      .where(sql`${table.audience} @> '{public}' and ${table.local}`),
    index("posts_public_media")
      .on(table.id)
      .where(sql`${table.audience} @> '{public}' and ${table.attachments} <> '[]'`),
    index("posts_search").using("gin", postSearchWords(table)),
    index("posts_articles")
      .on(table.id)
      .where(sql`${table.type} = 'Article'`),
    index("posts_own_articles")
      .on(table.id)
      .where(sql`${table.type} = 'Article' and ${table.local}`),
    index("posts_words")
      .using("gin", postWords(table))
      .where(sql`${table.type} = 'Article'`),
  ],
);

/**
 * Where a post turns up besides with its author, in order of time: under a hashtag (`#safety`; public
 * posts that are not quiet), and before those whom its audience names (`person:…`, `partner:…`,
 * `members`). A trigger of `posts` keeps it. Whether somebody may see the post is not decided here.
 */
export const postPlaces = pgTable(
  "post_places",
  {
    place: text().notNull(),
    postId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
  },
  (table) => [
    primaryKey({ columns: [table.place, table.postId] }),
    index("post_places_post").on(table.postId),
  ],
);

/** What a practice has beyond a post. `markdown` is null for those of other organizations. */
export const practices = pgTable(
  "practices",
  {
    postId: idReference()
      .primaryKey()
      .references(() => posts.id, { onDelete: "cascade" }),
    /** the last part of the page's path; null for those of other organizations */
    slug: text().unique(),
    /** the unguessable last part of the object's IRI; null for those of other organizations */
    objectKey: uuid().unique(),
    kind: text().$type<PracticeKind>().notNull(),
    topics: text().array().notNull().default([]),
    benefits: text().array().$type<Benefit[]>().notNull().default([]),
    license: text(),
    /** IRIs of credited actors */
    credits: text().array().notNull().default([]),
    reviewBy: date({ mode: "string" }),
    markdown: text(),
  },
  (table) => [index("practices_topics").using("gin", table.topics)],
);

/** Every revision that was ever published, immutable. */
export const practiceRevisions = pgTable(
  "practice_revisions",
  {
    postId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    number: integer().notNull(),
    title: text().notNull(),
    summary: text().notNull(),
    markdown: text().notNull(),
    changeNote: text().notNull().default(""),
    /** stored form of whom it was for; empty (nobody but editors) for what is older than this column */
    audience: text().array().notNull().default([]),
    /** the member who released it */
    editorId: idReference()
      .notNull()
      .references(() => actors.id),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.postId, table.number] })],
);

/** Favourites (Like) and boosts (Announce). */
export const reactions = pgTable(
  "reactions",
  {
    id: timeOrderedId(),
    iri: text().notNull().unique(),
    type: text().$type<"favourite" | "boost">().notNull(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    postId: idReference()
      .notNull()
      .references(() => posts.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("reactions_once").on(table.postId, table.actorId, table.type),
    index("reactions_actor").on(table.actorId, table.id),
    index("reactions_boosts")
      .on(table.actorId, table.id)
      .where(sql`${table.type} = 'boost'`),
  ],
);

/** Deletes that arrived before what they delete: the same author's Create is then suppressed. */
export const tombstones = pgTable(
  "tombstones",
  {
    iri: text().notNull(),
    actorIri: text().notNull(),
    /** the last revision that is withdrawn, where the author numbers them; null = whatever comes */
    revision: integer(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.iri, table.actorIri] })],
);
