import { sql } from "drizzle-orm";
import type postgres from "postgres";
import type { Queryable } from "./database.ts";

const CHANNEL = "praxis_changes";

/**
 * What changed, as a short text that all processes understand: `document:<iri>` (the public document
 * of an actor or object), `organization`, `partners` (partnerships, circles, rules about origins), `deliveries` (there is
 * something to send).
 */
export type Change = `document:${string}` | "organization" | "partners" | "deliveries";

/** Tells every process, when the caller's transaction commits, that something changed. */
export async function announceChange(db: Queryable, change: Change): Promise<void> {
  await db.execute(sql`select pg_notify(${CHANNEL}, ${change})`);
}

/**
 * Calls `handler` for every change that any process announces. `onReconnect` is called whenever
 * the connection was lost and is back: changes may have been missed then.
 * Returns a function that stops listening.
 */
export async function listenForChanges(
  client: postgres.Sql,
  handler: (change: Change) => void,
  onReconnect: () => void,
): Promise<() => Promise<void>> {
  let first = true;
  const listening = await client.listen(
    CHANNEL,
    (payload) => handler(payload as Change),
    () => {
      if (!first) onReconnect();
      first = false;
    },
  );
  return async () => {
    await listening.unlisten();
  };
}
