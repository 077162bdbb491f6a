import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";

/** A name/value pair on a profile (`PropertyValue`); `value` is sanitized HTML. */
export interface ProfileField {
  readonly name: string;
  readonly value: string;
  /** when the page behind the link was last seen to link back (`rel="me"`), ISO 8601 */
  readonly verifiedAt?: string;
}

/** Every actor we know: our own organization, instance actor and members, and remote ones. */
export const actors = pgTable(
  "actors",
  {
    id: timeOrderedId(),
    iri: text().notNull().unique(),
    /** whose actor it is: one of our own kinds, or remote */
    kind: text().$type<"organization" | "instance" | "member" | "remote">().notNull(),
    /** ActivityStreams type: Person, Organization, Application, Service, Group */
    type: text().notNull(),
    handle: text().notNull(),
    /** host of the handle, with port where there is one */
    host: text().notNull(),
    name: text().notNull().default(""),
    /** sanitized HTML */
    summary: text().notNull().default(""),
    url: text().notNull(),
    inbox: text().notNull(),
    sharedInbox: text(),
    followersIri: text(),
    followingIri: text(),
    outboxIri: text(),
    featuredIri: text(),
    iconUrl: text(),
    imageUrl: text(),
    /** what is to be seen on them, for those who see them not */
    iconDescription: text().notNull().default(""),
    imageDescription: text().notNull().default(""),
    fields: jsonb().$type<ProfileField[]>().notNull().default([]),
    alsoKnownAs: text().array().notNull().default([]),
    movedTo: text(),
    manuallyApprovesFollowers: boolean().notNull().default(false),
    discoverable: boolean().notNull().default(true),
    /** public posts may be found by search */
    indexable: boolean().notNull().default(true),
    /** followers and following are nobody else's business */
    hidesCollections: boolean().notNull().default(false),
    /** which parts of a profile clients are to show: files, those of replies, what is featured */
    showsMedia: boolean().notNull().default(true),
    showsMediaOfReplies: boolean().notNull().default(true),
    showsFeatured: boolean().notNull().default(true),
    /** the Praxis capability that the actor advertises, as it stands on the wire; null = not kin */
    kin: jsonb().$type<Record<string, unknown>>(),
    followersCount: integer().notNull().default(0),
    followingCount: integer().notNull().default(0),
    postsCount: integer().notNull().default(0),
    lastPostAt: instant(),
    /** when the actor says that it was created */
    publishedAt: instant(),
    /** last time that the remote document was read; null for our own */
    fetchedAt: instant(),
    /** the origin says that the actor is deleted (404/410 or Delete) */
    goneAt: instant(),
    suspendedAt: instant(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("actors_handle").on(sql`lower(${table.handle})`, table.host),
    index("actors_local")
      .on(table.kind)
      .where(sql`${table.kind} <> 'remote'`),
    index("actors_host").on(table.host),
    index("actors_inbox")
      .on(table.inbox)
      .where(sql`${table.kind} = 'remote'`),
  ],
);

/** Signing keys of our own actors. `private_jwe` is encrypted under the instance's secret key. */
export const signingKeys = pgTable(
  "signing_keys",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    keyIri: text().notNull().unique(),
    algorithm: text().$type<"rsa-2048" | "ed25519">().notNull(),
    /** SPKI PEM for RSA, multibase (FEP-521a) for Ed25519 */
    publicKey: text().notNull(),
    privateJwe: text().notNull(),
    createdAt: createdAt(),
    /** retired keys are published for verification a while, but sign nothing */
    retiredAt: instant(),
  },
  (table) => [index("signing_keys_actor").on(table.actorId)],
);

/** Public keys of remote actors, so that a known actor costs no fetch. */
export const remoteKeys = pgTable(
  "remote_keys",
  {
    keyIri: text().primaryKey(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id, { onDelete: "cascade" }),
    algorithm: text().$type<"rsa" | "ed25519">().notNull(),
    /** SPKI PEM */
    publicKeyPem: text().notNull(),
    fetchedAt: createdAt(),
  },
  (table) => [index("remote_keys_actor").on(table.actorId)],
);
