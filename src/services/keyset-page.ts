import { and, asc, desc, gt, lt, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Id } from "../domain/ids.ts";

/** Which part of a list that is ordered by id, newest first. */
export interface KeysetPage {
  /** only what is older */
  readonly before: Id | null;
  /** only what is newer */
  readonly after: Id | null;
  /** those next to `after`, not the newest of all; they are shown newest first all the same */
  readonly upwards: boolean;
  readonly limit: number;
}

/** The first page. */
export function firstPage(limit: number): KeysetPage {
  return { before: null, after: null, upwards: false, limit };
}

/** The page as SQL: the condition on the id column and the order in which to read. */
export function keysetSql(
  page: KeysetPage,
  column: PgColumn,
): { readonly where: SQL | undefined; readonly orderBy: SQL } {
  return {
    where: and(
      page.before === null ? undefined : lt(column, page.before),
      page.after === null ? undefined : gt(column, page.after),
    ),
    orderBy: page.upwards ? asc(column) : desc(column),
  };
}

/** What was read in the page's order, newest first. */
export function newestFirst<Row>(page: KeysetPage, rows: readonly Row[]): Row[] {
  return page.upwards ? rows.toReversed() : [...rows];
}
