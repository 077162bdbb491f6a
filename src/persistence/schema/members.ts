import { sql } from "drizzle-orm";
import { index, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import type { Role } from "../../domain/audience/policy.ts";
import { actors } from "./actors.ts";
import { createdAt, idReference, instant, timeOrderedId } from "./columns.ts";

/** People of the organization who can sign in. */
export const members = pgTable(
  "members",
  {
    id: timeOrderedId(),
    actorId: idReference()
      .notNull()
      .unique()
      .references(() => actors.id),
    email: text().notNull(),
    /** argon2id; null = no password (sign-in by other means) */
    passwordHash: text(),
    role: text().$type<Role>().notNull(),
    createdAt: createdAt(),
    suspendedAt: instant(),
  },
  (table) => [uniqueIndex("members_email").on(sql`lower(${table.email})`)],
);

/** Browser sessions. The cookie holds the token, the table its hash. */
export const sessions = pgTable(
  "sessions",
  {
    tokenHash: text().primaryKey(),
    memberId: idReference()
      .notNull()
      .references(() => members.id, { onDelete: "cascade" }),
    createdAt: createdAt(),
    expiresAt: instant().notNull(),
  },
  (table) => [index("sessions_member").on(table.memberId)],
);
