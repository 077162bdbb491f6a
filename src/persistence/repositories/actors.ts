import { and, eq, inArray, sql, type InferSelectModel } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Queryable } from "../database.ts";
import { actors } from "../schema/index.ts";
import { textArray } from "./set-parameters.ts";

/** One actor, ours or another instance's. */
export type ActorRecord = InferSelectModel<typeof actors>;

/** Find by IRI; null when we do not know it. */
export async function findActorByIri(db: Queryable, iri: string): Promise<ActorRecord | null> {
  const [row] = await db.select().from(actors).where(eq(actors.iri, iri)).limit(1);
  return row ?? null;
}

export async function findActorById(db: Queryable, id: Id): Promise<ActorRecord | null> {
  const [row] = await db.select().from(actors).where(eq(actors.id, id)).limit(1);
  return row ?? null;
}

/** Find by handle and host; the handle in any case, the host in its lower-case ASCII form. */
export async function findActorByHandle(
  db: Queryable,
  handle: string,
  host: string,
): Promise<ActorRecord | null> {
  const [row] = await db
    .select()
    .from(actors)
    .where(and(sql`lower(${actors.handle}) = ${handle.toLowerCase()}`, eq(actors.host, host)))
    .limit(1);
  return row ?? null;
}

/** IRI → actor, for those of `iris` that we know; one statement. */
export async function findActorsByIris(
  db: Queryable,
  iris: readonly string[],
): Promise<Map<string, ActorRecord>> {
  if (iris.length === 0) return new Map();
  const rows = await db
    .select()
    .from(actors)
    .where(inArray(actors.iri, [...iris]));
  return new Map(rows.map((row) => [row.iri, row]));
}

/** IRI → how people write the actor, for those of `iris` that we know; one statement or none. */
export async function findHandles(
  db: Queryable,
  iris: readonly string[],
): Promise<Map<string, { readonly handle: string; readonly host: string }>> {
  if (iris.length === 0) return new Map();
  const rows = await db.execute<{ iri: string; handle: string; host: string }>(
    sql`select iri, handle, host from actors where iri = any(${textArray([...new Set(iris)])})`,
  );
  return new Map(rows.map((row) => [row.iri, row]));
}
