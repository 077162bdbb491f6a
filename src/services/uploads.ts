import { and, eq, inArray, isNull } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import { parseId } from "../domain/ids.ts";
import { cleanImage } from "../platform/media/image.ts";
import { sniffFile } from "../platform/media/sniff.ts";
import { readDraft, receiveFile, withDraft } from "../platform/storage/drafts.ts";
import type { MediaRecord } from "../persistence/repositories/media.ts";
import { media } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { removeLater, thumbnailKey } from "./media-removal.ts";
import { checkDescription, MEDIA_LIMITS, type Focus } from "./media-upload.ts";

/** An upload that no post has taken yet. @throws AppError `not_found` for everybody else's */
export async function getUpload(
  context: Context,
  acting: Acting,
  id: string,
): Promise<MediaRecord> {
  const [record] = await context.db.select().from(media).where(ownUpload(acting, id));
  if (record === undefined) throw notFound();
  return record;
}

/**
 * Says of an upload that no post has taken yet what is to be seen on it, and where.
 * @throws AppError `not_found`, `invalid_request`
 */
export async function describeUpload(
  context: Context,
  acting: Acting,
  id: string,
  said: { readonly description?: string | undefined; readonly focus?: Focus | undefined },
): Promise<MediaRecord> {
  const changes = {
    ...(said.description === undefined ? {} : { description: checkDescription(said.description) }),
    ...(said.focus === undefined ? {} : { focusX: said.focus.x, focusY: said.focus.y }),
  };
  if (Object.keys(changes).length === 0) return getUpload(context, acting, id);
  const [record] = await context.db
    .update(media)
    .set(changes)
    .where(ownUpload(acting, id))
    .returning();
  if (record === undefined) throw notFound();
  return record;
}

/**
 * Gives an upload that is a film or a sound a picture of its own; images have theirs.
 * @throws AppError `not_found`, `media_too_large`, `media_type_refused`, `media_unreadable`
 */
export async function giveThumbnail(
  context: Context,
  acting: Acting,
  id: string,
  picture: { readonly fileName: string; readonly source: AsyncIterable<Uint8Array> },
): Promise<MediaRecord> {
  const record = await getUpload(context, acting, id);
  if (!/^(?:video|audio)\//.test(record.mediaType)) return record;
  const { drafts, store } = context.media;
  return withDraft(drafts, async ({ path }) => {
    const source = path("given");
    await receiveFile(source, picture.source, MEDIA_LIMITS.image);
    const { mediaType } = await sniffFile(source, picture.fileName);
    const files = { image: path("image"), thumbnail: path("thumbnail") };
    const { blurhash } = await cleanImage({ source, mediaType, ...files });
    await store.put(thumbnailKey(record.key), readDraft(files.thumbnail));
    const [changed] = await context.db
      .update(media)
      .set({ blurhash })
      .where(ownUpload(acting, id))
      .returning();
    if (changed === undefined) throw notFound();
    return changed;
  });
}

/** Removes an upload that no post has taken. @throws AppError `not_found` */
export async function discardUpload(context: Context, acting: Acting, id: string): Promise<void> {
  await context.db.transaction(async (tx) => {
    const [record] = await tx
      .update(media)
      .set({ removedAt: context.now() })
      .where(ownUpload(acting, id))
      .returning({ key: media.key });
    if (record === undefined) throw notFound();
    await removeLater(context, tx, [record.key]);
  });
}

/** @throws AppError `not_found` for what is no id */
function ownUpload({ member, actor }: Acting, decimal: string) {
  const id = parseId(decimal);
  if (id === null) throw notFound();
  return and(
    eq(media.id, id),
    inArray(media.uploaderId, [member.actorId, actor.id]),
    isNull(media.postId),
    isNull(media.removedAt),
  );
}
