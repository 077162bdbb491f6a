import { sql } from "drizzle-orm";
import { boolean, index, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";
import { posts } from "./posts.ts";

/** What people on other kinds of server were told: that something was shared, and where to open it. */
export const notices = pgTable(
  "notices",
  {
    id: timeOrderedId(),
    /** the unguessable last part of its IRI and of the page's path */
    key: uuid().notNull().unique(),
    postId: idReference()
      .notNull()
      .references(() => posts.id),
    recipientId: idReference()
      .notNull()
      .references(() => actors.id),
    /** whether the author allowed the title to be told */
    tellsTitle: boolean().notNull(),
    createdAt: createdAt(),
    /** recalled */
    withdrawnAt: instant(),
  },
  (table) => [
    uniqueIndex("notices_one_each")
      .on(table.postId, table.recipientId)
      .where(sql`${table.withdrawnAt} is null`),
  ],
);

/** This instance as an OAuth client of other people's servers, so that their people can sign in here. */
export const fediverseApps = pgTable(
  "fediverse_apps",
  {
    id: timeOrderedId(),
    /** the server; it speaks for actors on this very origin and for nobody else */
    origin: text().notNull(),
    clientId: text().notNull(),
    /** encrypted under the instance's secret key */
    clientSecretJwe: text().notNull(),
    scope: text().notNull(),
    authorizationEndpoint: text().notNull(),
    tokenEndpoint: text().notNull(),
    revocationEndpoint: text().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("fediverse_apps_origin").on(table.origin, table.id)],
);

/** Sign-ins of guests that are under way at their own server. Each can be finished once. */
export const guestSignIns = pgTable("guest_sign_ins", {
  stateHash: text().primaryKey(),
  /** hash of the cookie of the browser that started it */
  browserHash: text().notNull(),
  appId: idReference()
    .notNull()
    .references(() => fediverseApps.id, { onDelete: "cascade" }),
  /** IRI of the actor whom they said they are */
  actorIri: text().notNull(),
  /** encrypted under the instance's secret key */
  codeVerifierJwe: text().notNull(),
  /** key of the notice that brought them here; null when they came without one */
  noticeKey: uuid(),
  createdAt: createdAt(),
  expiresAt: instant().notNull(),
});

/** Browser sessions of people of other servers. The cookie holds the token, the table its hash. */
export const guestSessions = pgTable(
  "guest_sessions",
  {
    tokenHash: text().primaryKey(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
  },
  (table) => [index("guest_sessions_actor").on(table.actorId)],
);
