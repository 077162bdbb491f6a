import { boolean, index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";
import { members } from "./members.ts";

/** Applications that registered themselves (`POST /api/v1/apps`, RFC 7591 in spirit). */
export const oauthApps = pgTable("oauth_apps", {
  id: timeOrderedId(),
  clientId: text().notNull().unique(),
  clientSecretHash: text().notNull(),
  name: text().notNull(),
  website: text(),
  /** compared byte for byte */
  redirectUris: text().array().notNull(),
  /** what it may ever ask for */
  scopes: text().array().notNull(),
  createdAt: createdAt(),
});

/** Authorization codes, each good for one exchange (RFC 6749, section 4.1). Only the hash is kept. */
export const oauthCodes = pgTable(
  "oauth_codes",
  {
    codeHash: text().primaryKey(),
    appId: idReference()
      .notNull()
      .references(() => oauthApps.id, { onDelete: "cascade" }),
    memberId: idReference()
      .notNull()
      .references(() => members.id, { onDelete: "cascade" }),
    /** whom the client will act as */
    actorId: idReference()
      .notNull()
      .references(() => actors.id),
    redirectUri: text().notNull(),
    scopes: text().array().notNull(),
    /** PKCE (RFC 7636), S256; null = the client did not use it */
    codeChallenge: text(),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
    /** the token that it was exchanged for: a second exchange revokes it */
    tokenId: idReference().references(() => accessTokens.id, { onDelete: "cascade" }),
  },
  (table) => [index("oauth_codes_expiry").on(table.expiresAt)],
);

/** Bearer tokens of the APIs, stored hashed. `actor_id` is whom the client acts as. */
export const accessTokens = pgTable(
  "access_tokens",
  {
    id: timeOrderedId(),
    tokenHash: text().notNull().unique(),
    memberId: idReference()
      .notNull()
      .references(() => members.id, { onDelete: "cascade" }),
    actorId: idReference()
      .notNull()
      .references(() => actors.id),
    /** the application that got it; null = made on the command line or in the settings */
    appId: idReference().references(() => oauthApps.id, { onDelete: "cascade" }),
    scopes: text().array().notNull(),
    createdAt: createdAt(),
    /** to the hour */
    lastUsedAt: instant(),
    revokedAt: instant(),
  },
  (table) => [
    index("access_tokens_member").on(table.memberId),
    index("access_tokens_app").on(table.appId),
  ],
);

/** Tokens of applications alone (`client_credentials`): they stand for nobody and see what visitors see. */
export const appTokens = pgTable(
  "app_tokens",
  {
    tokenHash: text().primaryKey(),
    appId: idReference()
      .notNull()
      .references(() => oauthApps.id, { onDelete: "cascade" }),
    scopes: text().array().notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("app_tokens_app").on(table.appId)],
);

/** Which kinds of notification a client wants to be woken for, as the Mastodon API names them. */
export type PushAlerts = Readonly<Record<string, boolean>>;

/** Where a client wants Web Push messages (RFC 8030); one for each token. */
export const pushSubscriptions = pgTable(
  "push_subscriptions",
  {
    id: timeOrderedId(),
    tokenId: idReference()
      .notNull()
      .unique()
      .references(() => accessTokens.id, { onDelete: "cascade" }),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    endpoint: text().notNull(),
    /** the client's public key and secret (RFC 8291), base64url */
    p256dh: text().notNull(),
    auth: text().notNull(),
    /** RFC 8291 as it was published; else the draft before it (aesgcm) */
    standard: boolean().notNull().default(false),
    alerts: jsonb().$type<PushAlerts>().notNull(),
    policy: text().$type<"all" | "followed" | "follower" | "none">().notNull().default("all"),
    createdAt: createdAt(),
  },
  (table) => [index("push_subscriptions_actor").on(table.actorId)],
);

/** Key pairs of the instance as a whole, by purpose. `private_jwe` is encrypted under its secret key. */
export const instanceKeys = pgTable("instance_keys", {
  purpose: text().$type<"vapid">().primaryKey(),
  publicKey: text().notNull(),
  privateJwe: text().notNull(),
  createdAt: createdAt(),
});
