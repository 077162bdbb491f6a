import { and, asc, eq, isNull } from "drizzle-orm";
import { parseId, type Id } from "../domain/ids.ts";
import type { Queryable } from "../persistence/database.ts";
import { media } from "../persistence/schema/index.ts";
import { checkDescription } from "./media-upload.ts";

/** What is to be seen on, or heard in, a file. */
export interface MediaDescription {
  readonly id: string;
  readonly description: string;
}

/**
 * Describes files that a post has already; ids of anything else change nothing. Returns the ids of all
 * its files, in their order. The post shows the new texts once it is given its files (`attachMedia`).
 * @throws AppError `invalid_request`
 */
export async function describeAttached(
  db: Queryable,
  postId: Id,
  descriptions: readonly MediaDescription[],
): Promise<string[]> {
  const ofPost = and(eq(media.postId, postId), isNull(media.removedAt));
  for (const { id: decimal, description } of descriptions) {
    const id = parseId(decimal);
    const text = checkDescription(description);
    if (id === null) continue;
    await db
      .update(media)
      .set({ description: text })
      .where(and(eq(media.id, id), ofPost));
  }
  if (descriptions.length === 0) return [];
  const rows = await db
    .select({ id: media.id })
    .from(media)
    .where(ofPost)
    .orderBy(asc(media.position));
  return rows.map((row) => row.id.toString());
}
