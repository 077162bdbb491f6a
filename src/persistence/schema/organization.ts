import { sql } from "drizzle-orm";
import { boolean, check, pgTable, smallint, text } from "drizzle-orm/pg-core";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant } from "./columns.ts";
import type { FollowPolicy } from "../../domain/follow.ts";

/** The one organization of this instance. The row exists once set-up is done. */
export const organization = pgTable(
  "organization",
  {
    id: smallint().primaryKey().default(1),
    /** the origin that all IRIs were made with; it can never change */
    origin: text().notNull(),
    actorId: idReference()
      .notNull()
      .references(() => actors.id),
    instanceActorId: idReference()
      .notNull()
      .references(() => actors.id),
    followPolicy: text().$type<FollowPolicy>().notNull().default("approve"),
    /** allow-list mode: federate with listed origins only */
    allowListOnly: boolean().notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [check("organization_is_one", sql`${table.id} = 1`)],
);

/** One-time links to the first-run page; only the hash of the token is kept. */
export const setupLinks = pgTable("setup_links", {
  tokenHash: text().primaryKey(),
  createdAt: createdAt(),
  expiresAt: instant().notNull(),
});
