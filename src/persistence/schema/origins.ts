import { pgTable, text } from "drizzle-orm/pg-core";
import { createdAt } from "./columns.ts";

/** What the administrator decided about whole origins: blocked, or listed in allow-list mode. */
export const origins = pgTable("origins", {
  /** host with port where there is one */
  host: text().primaryKey(),
  rule: text().$type<"blocked" | "allowed">().notNull(),
  reason: text().notNull().default(""),
  createdAt: createdAt(),
});
