import { sql, type SQL, type SQLWrapper } from "drizzle-orm";

/** Limits that statements are planned for: so many plans does each connection keep of a query. */
const SIZES = [2, 21, 41, 81, 101, 201];

/**
 * A limit of at least `limit` as it stands in a statement. As a parameter it would have PostgreSQL
 * plan the query anew each time, because for any limit it expects a tenth of all rows.
 */
export function plannedLimit(limit: number): SQL {
  return sql.raw(String(SIZES.find((size) => size >= limit) ?? Math.trunc(limit)));
}

/** An order with a limit behind it, for `orderBy`: at least `limit` rows, perhaps more. */
export function limitedTo(order: SQL, limit: number): SQL {
  return sql`${order} limit ${plannedLimit(limit)}`;
}

/**
 * A parameter that PostgreSQL does not look at when it plans, so that one plan serves all values and
 * is kept. By itself it would compare that plan with one for each value and often prefer to plan
 * anew, which costs more than the query does.
 */
export function opaque(parameter: SQL | SQLWrapper): SQL {
  return sql`(select ${parameter})`;
}
