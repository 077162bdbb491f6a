import { AppError, invalid } from "../domain/errors.ts";
import { safeFileName } from "../platform/media/file-name.ts";
import { cleanImage } from "../platform/media/image.ts";
import { sniffFile } from "../platform/media/sniff.ts";
import { readDraft, receiveFile, tooLarge, withDraft } from "../platform/storage/drafts.ts";
import { countUnattached, type MediaRecord } from "../persistence/repositories/media.ts";
import { media } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { givenKey, handleRemoveFiles, thumbnailKey } from "./media-removal.ts";

const MIB = 1024 * 1024;

export const MEDIA_LIMITS = {
  /** bytes of an image, and of any other file */
  image: 16 * MIB,
  file: 40 * MIB,
  /** characters */
  description: 1500,
  /** files of one post */
  perPost: 16,
  /** uploads of an actor that no post has taken */
  unattached: 64,
} as const;

/** Images above this many bytes take so long that clients which can wait are let go meanwhile. */
const LARGE_IMAGE = 2 * MIB;

/** What is not to be cut off when an image is shown small: from -1 (left, bottom) to 1 (right, top). */
export interface Focus {
  readonly x: number;
  readonly y: number;
}

/** A file as somebody sends it. */
export interface Upload {
  readonly fileName: string;
  readonly source: AsyncIterable<Uint8Array>;
  readonly description?: string | undefined;
}

/**
 * Takes a file in for a post to come: its type is told by its bytes, an image is made anew without
 * its metadata. Until a post takes it, its uploader alone may see it; a day later it is removed.
 * With `large: "later"` a large image is worked on by a job: until then its state is `processing`.
 * @throws AppError `authors_only`, `invalid_request`, `too_many_uploads`, `media_too_large`,
 * `media_type_refused`, `media_unreadable`, `media_too_many_pixels`, `media_busy`
 */
export async function uploadMedia(
  context: Context,
  acting: Acting,
  upload: Upload,
  { large = "now" }: { readonly large?: "now" | "later" } = {},
): Promise<MediaRecord> {
  await requireRoom(context, acting);
  const description = checkDescription(upload.description ?? "");
  const { store, drafts } = context.media;
  return withDraft(drafts, async ({ path }) => {
    const given = path("given");
    const bytes = await receiveFile(given, upload.source, MEDIA_LIMITS.file);
    const format = await sniffFile(given, upload.fileName);
    const isImage = format.kind === "image";
    if (isImage && bytes > MEDIA_LIMITS.image) throw tooLarge(MEDIA_LIMITS.image);
    const { mediaType: found } = format;
    const key = context.newKey();
    const row = {
      key,
      uploaderId: acting.actor.id,
      fileName: safeFileName(upload.fileName, found),
      mediaType: found,
      description,
      createdAt: context.now(),
    };
    try {
      if (isImage && large === "later" && bytes > LARGE_IMAGE) {
        const stored = await store.put(givenKey(key), readDraft(given));
        return await insert(context, { ...row, ...stored, state: "processing" });
      }
      if (!isImage)
        return await insert(context, { ...row, ...(await store.put(key, readDraft(given))) });
      const files = { image: path("image"), thumbnail: path("thumbnail") };
      const image = await cleanImage({ source: given, mediaType: found, ...files });
      const stored = await store.put(key, readDraft(files.image));
      await store.put(thumbnailKey(key), readDraft(files.thumbnail));
      const fileName = safeFileName(upload.fileName, image.mediaType);
      return await insert(context, { ...row, ...stored, ...image, fileName });
    } catch (error) {
      await handleRemoveFiles(context, { keys: [key] });
      throw error;
    }
  });
}

/** Stores the record, and for what is not ready the job that makes it so. */
function insert(context: Context, row: typeof media.$inferInsert): Promise<MediaRecord> {
  return context.db.transaction(async (tx) => {
    const [record] = await tx.insert(media).values(row).returning();
    if (record === undefined) throw new Error("insert into media returned no row");
    if (record.state === "processing") {
      await context.jobs.enqueue(tx, "process-image", { key: record.key });
    }
    return record;
  });
}

/** The description without surrounding space. @throws AppError `invalid_request` */
export function checkDescription(description: string): string {
  const text = description.trim();
  if (text.length <= MEDIA_LIMITS.description) return text;
  throw invalid({ description: `at most ${MEDIA_LIMITS.description} characters` });
}

async function requireRoom(context: Context, { member, actor }: Acting): Promise<void> {
  if (member.role === "reader") {
    throw new AppError("authors_only", "Readers cannot upload files.", { status: 403 });
  }
  if ((await countUnattached(context.db, actor.id)) < MEDIA_LIMITS.unattached) return;
  throw new AppError(
    "too_many_uploads",
    `You have ${MEDIA_LIMITS.unattached} files that belong to no post yet. Use or remove some first.`,
    { status: 429 },
  );
}
