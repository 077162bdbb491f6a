import { and, eq, isNull } from "drizzle-orm";
import { removeAbandonedDrafts } from "../platform/storage/drafts.ts";
import type { Id } from "../domain/ids.ts";
import type { JobPayloads } from "../jobs/registry.ts";
import type { Transaction } from "../persistence/database.ts";
import { markRemovedLeftovers, markRemovedOfPost } from "../persistence/repositories/media.ts";
import { media } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

const UNUSED_AFTER_MS = 86_400_000;

/** The name of an image's thumbnail in the store. */
export function thumbnailKey(key: string): string {
  return `${key}.thumbnail`;
}

/** The name, in the store, of a large image as it came, until it has been worked on. */
export function givenKey(key: string): string {
  return `${key}.given`;
}

/**
 * Takes the files of a post away from everybody, except those to `keep`: nobody gets them once the
 * caller's transaction has committed, and a job removes them from the store.
 */
export async function releaseMedia(
  context: Context,
  tx: Transaction,
  postId: Id,
  keep: readonly Id[] = [],
): Promise<void> {
  const keys = await markRemovedOfPost(tx, postId, { keep, now: context.now() });
  await removeLater(context, tx, keys);
}

/** Gives the files of a post back to who uploaded them: they may be attached again, for a while. */
export async function detachMedia(tx: Transaction, postId: Id, now: Date): Promise<void> {
  await tx
    .update(media)
    .set({ postId: null, createdAt: now })
    .where(and(eq(media.postId, postId), isNull(media.removedAt)));
}

/** Removes the files of one or more keys when the caller's transaction has committed. */
export async function removeLater(
  context: Context,
  tx: Transaction,
  keys: readonly string[],
): Promise<void> {
  if (keys.length > 0) await context.jobs.enqueue(tx, "remove-files", { keys: [...keys] });
}

/** The job that `releaseMedia` puts in: may run twice. */
export async function handleRemoveFiles(
  context: Context,
  { keys }: JobPayloads["remove-files"],
): Promise<void> {
  for (const key of keys) {
    await context.media.store.remove(key);
    await context.media.store.remove(thumbnailKey(key));
    await context.media.store.remove(givenKey(key));
  }
}

/** Removes uploads that no post took within a day, files of withdrawn posts, abandoned drafts. */
export async function cleanUpMedia(context: Context): Promise<void> {
  const now = context.now();
  const before = new Date(now.getTime() - UNUSED_AFTER_MS);
  await context.db.transaction(async (tx) => {
    await removeLater(context, tx, await markRemovedLeftovers(tx, { before, now }));
  });
  await removeAbandonedDrafts(context.media.drafts, now);
}
