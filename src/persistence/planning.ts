import { sql, type SQL, type SQLWrapper } from "drizzle-orm";

/** Limits that statements are planned for: so many plans does each connection keep of a query. */
const SIZES = [2, 21, 41, 81, 101, 201];

/**
 * An order with a limit behind it, for `orderBy`: at least `limit` rows (if there are so many),
 * perhaps more. The limit stands in the statement. As a parameter it would have PostgreSQL plan the
 * query anew each time, because for any limit it expects a tenth of all rows.
 */
export function limitedTo(order: SQL, limit: number): SQL {
  const size = SIZES.find((each) => each >= limit) ?? limit;
  return sql`${order} limit ${sql.raw(String(Math.trunc(size)))}`;
}

/**
 * A parameter that PostgreSQL does not look at when it plans, so that one plan serves all values and
 * is kept. By itself it would compare that plan with one for each value and often prefer to plan
 * anew, which costs more than the query does.
 */
export function opaque(parameter: SQL | SQLWrapper): SQL {
  return sql`(select ${parameter})`;
}
