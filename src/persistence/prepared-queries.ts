import type { Database } from "./database.ts";

/**
 * A query that is built once for each database rather than on each call: `make` builds it, with
 * `sql.placeholder` for what changes, and ends in `.prepare(…)`. Not for transactions: each is a new
 * object to Drizzle.
 */
export function preparedQuery<Query>(make: (db: Database) => Query): (db: Database) => Query {
  const made = new WeakMap<Database, Query>();
  return (db) => {
    const known = made.get(db);
    if (known !== undefined) return known;
    const query = make(db);
    made.set(db, query);
    return query;
  };
}
