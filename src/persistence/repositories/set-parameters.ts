import { sql, type Placeholder, type SQL } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import { opaque } from "../planning.ts";

/** Many rows as one parameter: `from ${rowsFrom(rows)} as t (id bigint, name text)`. */
export function rowsFrom(rows: readonly Readonly<Record<string, unknown>>[]): SQL {
  return sql`json_to_recordset(${JSON.stringify(rows)}::text::json)`;
}

/** Many ids as one parameter: `= any(${bigints(ids)})`. */
export function bigints(ids: Iterable<Id>): SQL {
  return bigintsIn(`{${[...ids].join(",")}}`);
}

/** The same for ids that are written already (`{1,2}`), or will be. */
export function bigintsIn(text: string | Placeholder): SQL {
  return sql`${text}::text::bigint[]`;
}

/** Many texts as one parameter: `in ${texts(iris)}`. */
export function texts(values: readonly string[]): SQL {
  return sql`(select json_array_elements_text(${JSON.stringify(values)}::text::json))`;
}

/** The same where an index is to be used for each of them: `= any(${textArray(iris)})`. */
export function textArray(values: readonly string[]): SQL {
  return sql`${opaque(sql`${arrayText(values)}::text[]`)}::text[]`;
}

/** Texts as PostgreSQL writes an array of them, for `::text::text[]`. */
export function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replaceAll(/["\\]/g, "\\$&")}"`).join(",")}}`;
}

/** A moment as a parameter; the driver below Drizzle takes no Date. */
export function instant(at: Date): SQL {
  return sql`${at.toISOString()}::timestamptz`;
}
