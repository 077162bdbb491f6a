import { and, eq, sql, type SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";

/** Somebody in a list, by the id of the entry: lists are paged by it. */
export interface AccountEntry {
  readonly id: Id;
  readonly actor: ActorRecord;
}

/** A table that says who is in somebody's list. */
export interface AccountSource {
  readonly table: PgTable;
  readonly id: PgColumn;
  /** the actor who is in the list */
  readonly other: PgColumn;
  readonly where: SQL | undefined;
}

/** A page of such a list, newest entry first. */
export async function listAccountEntries(
  context: Context,
  source: AccountSource,
  page: KeysetPage,
): Promise<AccountEntry[]> {
  const { where, orderBy } = keysetSql(page, source.id);
  const rows = await context.db
    .select({ id: sql<string>`${source.id}::text`, actor: actors })
    .from(source.table)
    .innerJoin(actors, eq(actors.id, source.other))
    .where(and(source.where, where))
    .orderBy(orderBy)
    .limit(page.limit);
  return newestFirst(
    page,
    rows.map(({ id, actor }) => ({ id: BigInt(id), actor })),
  );
}
