import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { PgTransaction } from "drizzle-orm/pg-core";
import type { PostgresJsQueryResultHKT } from "drizzle-orm/postgres-js";
import type { ExtractTablesWithRelations } from "drizzle-orm";
import postgres from "postgres";
import { prepareStatements } from "./prepared-statements.ts";
import * as schema from "./schema/index.ts";

type Schema = typeof schema;

/** The database, outside a transaction. */
export type Database = PostgresJsDatabase<Schema>;

/** An open transaction. Services pass it to repositories and to the job registry. */
export type Transaction = PgTransaction<
  PostgresJsQueryResultHKT,
  Schema,
  ExtractTablesWithRelations<Schema>
>;

/** What a repository accepts: it does not care whether its caller has opened a transaction. */
export type Queryable = Database | Transaction;

/** A pool of connections with Drizzle on top. */
export interface DatabaseHandle {
  readonly db: Database;
  /** the driver below Drizzle, for LISTEN and for statements that Drizzle cannot say */
  readonly sql: postgres.Sql;
  close(): Promise<void>;
}

/** Opens a pool of at most `max` connections; connects lazily. */
export function openDatabase(url: string, options: { max?: number } = {}): DatabaseHandle {
  const sql = postgres(url, {
    max: options.max ?? 10,
    onnotice: () => {},
    connection: {
      application_name: "praxis",
      statement_timeout: 30_000,
      // What is read often is in memory, so that rows by an index cost little more than the next ones.
      random_page_cost: 1.1,
      // Compiling a query takes longer than any of ours runs.
      jit: false,
    },
  });
  return {
    db: drizzle(prepareStatements(sql), { schema, casing: "snake_case" }),
    sql,
    close: () => sql.end({ timeout: 5 }),
  };
}
