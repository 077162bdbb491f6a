import { AppError, invalid } from "../domain/errors.ts";
import { safeFileName } from "../platform/media/file-name.ts";
import { cleanImage } from "../platform/media/image.ts";
import { sniffFile } from "../platform/media/sniff.ts";
import { readDraft, receiveFile, tooLarge, withDraft } from "../platform/storage/drafts.ts";
import { countUnattached, type MediaRecord } from "../persistence/repositories/media.ts";
import { media } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { handleRemoveFiles, thumbnailKey } from "./media-removal.ts";
import type { Member } from "./members.ts";

const MIB = 1024 * 1024;

export const MEDIA_LIMITS = {
  /** bytes of an image, and of any other file */
  image: 16 * MIB,
  file: 40 * MIB,
  /** characters */
  description: 1500,
  /** files of one post */
  perPost: 16,
  /** uploads of a member that no post has taken */
  unattached: 64,
} as const;

/** A file as a member sends it. */
export interface Upload {
  readonly fileName: string;
  readonly source: AsyncIterable<Uint8Array>;
  readonly description?: string | undefined;
}

/**
 * Takes a file in for a post to come: its type is told by its bytes, an image is made anew without
 * its metadata. Until a post takes it, the member alone may see it; a day later it is removed.
 * @throws AppError `authors_only`, `invalid_request`, `too_many_uploads`, `media_too_large`,
 * `media_type_refused`, `media_unreadable`, `media_too_many_pixels`, `media_busy`
 */
export async function uploadMedia(
  context: Context,
  member: Member,
  upload: Upload,
): Promise<MediaRecord> {
  await requireRoom(context, member);
  const description = checkDescription(upload.description ?? "");
  const { store, drafts } = context.media;
  return withDraft(drafts, async ({ path }) => {
    const given = path("given");
    const bytes = await receiveFile(given, upload.source, MEDIA_LIMITS.file);
    const format = await sniffFile(given, upload.fileName);
    const isImage = format.kind === "image";
    if (isImage && bytes > MEDIA_LIMITS.image) throw tooLarge(MEDIA_LIMITS.image);
    const files = { image: path("image"), thumbnail: path("thumbnail") };
    const { mediaType: found } = format;
    const task = { source: given, mediaType: found, ...files };
    const image = isImage ? await cleanImage(task) : null;
    const mediaType = image?.mediaType ?? found;
    const key = context.newKey();
    try {
      const stored = await store.put(key, readDraft(image === null ? given : files.image));
      if (image !== null) await store.put(thumbnailKey(key), readDraft(files.thumbnail));
      const [record] = await context.db
        .insert(media)
        .values({
          key,
          uploaderId: member.actorId,
          fileName: safeFileName(upload.fileName, mediaType),
          mediaType,
          description,
          ...stored,
          width: image?.width ?? null,
          height: image?.height ?? null,
          blurhash: image?.blurhash ?? null,
          createdAt: context.now(),
        })
        .returning();
      if (record === undefined) throw new Error("insert into media returned no row");
      return record;
    } catch (error) {
      await handleRemoveFiles(context, { keys: [key] });
      throw error;
    }
  });
}

/** The description without surrounding space. @throws AppError `invalid_request` */
export function checkDescription(description: string): string {
  const text = description.trim();
  if (text.length <= MEDIA_LIMITS.description) return text;
  throw invalid({ description: `at most ${MEDIA_LIMITS.description} characters` });
}

async function requireRoom(context: Context, member: Member): Promise<void> {
  if (member.role === "reader") {
    throw new AppError("authors_only", "Readers cannot upload files.", { status: 403 });
  }
  if ((await countUnattached(context.db, member.actorId)) < MEDIA_LIMITS.unattached) return;
  throw new AppError(
    "too_many_uploads",
    `You have ${MEDIA_LIMITS.unattached} files that belong to no post yet. Use or remove some first.`,
    { status: 429 },
  );
}
