import { and, asc, count, eq, inArray, isNull, lt, sql, type InferSelectModel } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Queryable, Transaction } from "../database.ts";
import { actors, media, posts } from "../schema/index.ts";

/** A file that a member uploaded. */
export type MediaRecord = InferSelectModel<typeof media>;

/** The file of that key with its uploader's IRI; null when there is none, or it was removed. */
export async function findMediaByKey(
  db: Queryable,
  key: string,
): Promise<{ file: MediaRecord; uploader: string } | null> {
  const [row] = await db
    .select({ file: media, uploader: actors.iri })
    .from(media)
    .innerJoin(actors, eq(actors.id, media.uploaderId))
    .where(and(eq(media.key, key), isNull(media.removedAt)));
  return row ?? null;
}

/** Of those ids, the files that are there, locked until the transaction ends. */
export async function lockMedia(tx: Transaction, ids: readonly Id[]): Promise<MediaRecord[]> {
  if (ids.length === 0) return [];
  return tx
    .select()
    .from(media)
    .where(and(inArray(media.id, [...ids]), isNull(media.removedAt)))
    .orderBy(asc(media.id))
    .for("update");
}

/** How many files a member has uploaded that no post has taken yet. */
export async function countUnattached(db: Queryable, uploaderId: Id): Promise<number> {
  const [row] = await db
    .select({ count: count() })
    .from(media)
    .where(and(eq(media.uploaderId, uploaderId), isNull(media.postId), isNull(media.removedAt)));
  return row?.count ?? 0;
}

/** Marks the files of a post as removed, except those to `keep`; returns the keys of their files. */
export async function markRemovedOfPost(
  tx: Transaction,
  postId: Id,
  { keep, now }: { readonly keep: readonly Id[]; readonly now: Date },
): Promise<string[]> {
  const others = keep.length === 0 ? undefined : sql`${media.id} not in ${[...keep]}`;
  const rows = await tx
    .update(media)
    .set({ removedAt: now })
    .where(and(eq(media.postId, postId), isNull(media.removedAt), others))
    .returning({ key: media.key });
  return rows.map((row) => row.key);
}

/** Marks as removed what no post took before `before`, and what belongs to withdrawn posts. */
export async function markRemovedLeftovers(
  tx: Transaction,
  { before, now }: { readonly before: Date; readonly now: Date },
): Promise<string[]> {
  const unused = await tx
    .update(media)
    .set({ removedAt: now })
    .where(
      and(
        isNull(media.postId),
        isNull(media.removedAt),
        lt(media.createdAt, before),
        // What a planned post is waiting with.
        sql`not exists (select from scheduled_posts s where s.draft -> 'mediaIds' ? media.id::text)`,
      ),
    )
    .returning({ key: media.key });
  const withdrawn = await tx
    .update(media)
    .set({ removedAt: now })
    .from(posts)
    .where(
      and(
        eq(posts.id, media.postId),
        isNull(media.removedAt),
        sql`${posts.withdrawnAt} is not null`,
      ),
    )
    .returning({ key: media.key });
  return [...unused, ...withdrawn].map((row) => row.key);
}
