import { sql } from "drizzle-orm";
import { bigint, timestamp } from "drizzle-orm/pg-core";

/** A time-ordered 63-bit primary key, made by the database function `praxis_id()`. */
export const timeOrderedId = () =>
  bigint({ mode: "bigint" })
    .primaryKey()
    .default(sql`praxis_id()`);

/** A reference to a time-ordered id. */
export const idReference = () => bigint({ mode: "bigint" });

export const instant = () => timestamp({ withTimezone: true, precision: 3, mode: "date" });

export const createdAt = () => instant().notNull().defaultNow();
