import { and, eq, inArray } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Queryable } from "../database.ts";
import { posts } from "../schema/index.ts";

/** IRI → author, for those of `iris` that are posts of our own actors. */
export async function findLocalPostAuthors(
  db: Queryable,
  iris: readonly string[],
): Promise<Map<string, Id>> {
  if (iris.length === 0) return new Map();
  const rows = await db
    .select({ iri: posts.iri, authorId: posts.authorId })
    .from(posts)
    .where(and(eq(posts.local, true), inArray(posts.iri, [...iris])));
  return new Map(rows.map((row) => [row.iri, row.authorId]));
}
