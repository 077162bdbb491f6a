import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { AppError } from "../domain/errors.ts";

/** Any number that no other application on the same database is likely to use. */
const MIGRATION_LOCK = 7_726_947_001;
const OLDEST_SERVER = 150_000;
const MIGRATIONS = fileURLToPath(new URL("../../drizzle", import.meta.url));

/**
 * Brings the schema up to date. Forward-only; any number of processes may call it at once: one
 * works under an advisory lock, the others wait and find nothing to do.
 * @throws AppError `database_unreachable`, `database_too_old`
 */
export async function migrateDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 });
  try {
    const [server] = await connect(sql);
    if (Number(server?.["server_version_num"] ?? 0) < OLDEST_SERVER) {
      throw new AppError(
        "database_too_old",
        `Praxis needs PostgreSQL 15 or newer; this server is ${String(server?.["server_version"])}.`,
      );
    }
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await migrate(drizzle(sql), { migrationsFolder: MIGRATIONS });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function connect(sql: postgres.Sql) {
  try {
    return await sql`select current_setting('server_version_num') as server_version_num,
      current_setting('server_version') as server_version`;
  } catch (cause) {
    throw new AppError(
      "database_unreachable",
      `Cannot reach the database: ${cause instanceof Error ? cause.message : "unknown reason"}.`,
      { cause, status: 503 },
    );
  }
}
