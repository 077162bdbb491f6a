import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import type { JobPayloads } from "../jobs/registry.ts";
import { safeFileName } from "../platform/media/file-name.ts";
import { cleanImage } from "../platform/media/image.ts";
import { readDraft, receiveFile, withDraft } from "../platform/storage/drafts.ts";
import { media } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { givenKey, handleRemoveFiles, thumbnailKey } from "./media-removal.ts";
import { MEDIA_LIMITS } from "./media-upload.ts";

/**
 * The job that makes a large image ready, or finds that it cannot be read. May run twice: what is
 * ready, or was removed meanwhile, stays as it is.
 * @throws AppError `media_busy` to be tried again
 */
export async function handleProcessImage(
  context: Context,
  { key }: JobPayloads["process-image"],
): Promise<void> {
  const mine = and(eq(media.key, key), eq(media.state, "processing"), isNull(media.removedAt));
  const [record] = await context.db.select().from(media).where(mine);
  if (record === undefined) return;
  const { store, drafts } = context.media;
  try {
    await withDraft(drafts, async ({ path }) => {
      const source = path("given");
      await receiveFile(source, store.read(givenKey(key)), MEDIA_LIMITS.file);
      const files = { image: path("image"), thumbnail: path("thumbnail") };
      const image = await cleanImage({ source, mediaType: record.mediaType, ...files });
      const stored = await store.put(key, readDraft(files.image));
      await store.put(thumbnailKey(key), readDraft(files.thumbnail));
      const fileName = safeFileName(record.fileName, image.mediaType);
      const done = { ...stored, ...image, fileName, state: "ready" as const };
      const changed = await context.db
        .update(media)
        .set(done)
        .where(mine)
        .returning({ id: media.id });
      // Its uploader has removed it meanwhile.
      if (changed.length === 0) await handleRemoveFiles(context, { keys: [key] });
      else await store.remove(givenKey(key));
    });
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "media_busy") throw error;
    await context.db.update(media).set({ state: "failed" }).where(mine);
    await handleRemoveFiles(context, { keys: [key] });
  }
}
