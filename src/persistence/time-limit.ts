import { sql } from "drizzle-orm";
import type { Database, Transaction } from "./database.ts";

/** PostgreSQL's `query_canceled`: what a statement that takes too long ends with. */
const CANCELED = "57014";

/** Reads with statements that may each take so long; undefined when one took longer. */
export async function readWithin<Result>(
  db: Database,
  milliseconds: number,
  read: (tx: Transaction) => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await db.transaction(async (tx) => {
      await tx.execute(
        sql`select set_config('statement_timeout', ${Math.trunc(milliseconds).toString()}, true)`,
      );
      return await read(tx);
    });
  } catch (error) {
    if (isCanceled(error)) return undefined;
    throw error;
  }
}

function isCanceled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && error.code === CANCELED) || isCanceled(error.cause);
}
