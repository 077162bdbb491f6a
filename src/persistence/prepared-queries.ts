import { LRUCache } from "lru-cache";
import type { Database } from "./database.ts";

/** So many shapes of one query are kept ready. */
const MOST_SHAPES = 200;

/**
 * A query that is built once for each database rather than on each call: `make` builds it, with
 * `sql.placeholder` for what changes, and ends in `.prepare(…)`. Not for transactions: each is a new
 * object to Drizzle.
 */
export function preparedQuery<Query extends object>(
  make: (db: Database) => Query,
): (db: Database) => Query {
  const shapes = preparedShapes<Query>();
  return (db) => shapes(db, "", () => make(db));
}

/**
 * The same for a query of several shapes: `key` must name all that `make` builds into the query and
 * that is no placeholder.
 */
export function preparedShapes<Query extends object>(): (
  db: Database,
  key: string,
  make: () => Query,
) => Query {
  const made = new WeakMap<Database, LRUCache<string, Query>>();
  return (db, key, make) => {
    const known = made.get(db) ?? new LRUCache<string, Query>({ max: MOST_SHAPES });
    made.set(db, known);
    const query = known.get(key) ?? make();
    known.set(key, query);
    return query;
  };
}
