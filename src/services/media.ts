import { and, eq, inArray, isNull } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Viewer } from "../domain/audience/policy.ts";
import { invalid, notFound } from "../domain/errors.ts";
import { parseId, type Id } from "../domain/ids.ts";
import type { ByteRange } from "../platform/storage/file-store.ts";
import type { Transaction } from "../persistence/database.ts";
import { findMediaByKey, lockMedia, type MediaRecord } from "../persistence/repositories/media.ts";
import { findPostById } from "../persistence/repositories/posts.ts";
import { media, posts, type PostAttachment } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { releaseMedia, thumbnailKey } from "./media-removal.ts";
import { MEDIA_LIMITS } from "./media-upload.ts";
import { getVisiblePost } from "./visibility.ts";

export type { MediaRecord } from "../persistence/repositories/media.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A file that somebody may read now. */
export interface OpenedMedia {
  readonly mediaType: string;
  readonly fileName: string;
  readonly bytes: number;
  /** changes with the content: the hash of the file */
  readonly version: string;
  /** anybody may have it */
  readonly public: boolean;
  read(range?: ByteRange): ReadableStream<Uint8Array>;
}

/**
 * The file of that key, if the viewer may see the post that it belongs to *now*; before a post has
 * taken it, for its uploader alone.
 * @throws AppError `not_found`, the same whether it is hidden, removed or missing
 */
export async function openMedia(
  context: Context,
  viewer: Viewer,
  key: string,
  part: "file" | "thumbnail" = "file",
): Promise<OpenedMedia> {
  const found = UUID.test(key) ? await findMediaByKey(context.db, key) : null;
  if (found === null) throw notFound();
  const { file, uploader } = found;
  const { postId } = file;
  const open = await isOpenTo(context, viewer, { postId, uploader });
  const stored = part === "file" ? key : thumbnailKey(key);
  const { store } = context.media;
  const bytes = await store.size(stored);
  if (bytes === null) throw notFound();
  const thumbnailName = { mediaType: "image/webp", fileName: "thumbnail.webp" };
  return {
    ...(part === "file" ? file : thumbnailName),
    bytes,
    version: `${file.sha256.slice(0, 32)}${part === "file" ? "" : "-t"}`,
    public: open,
    read: (range) => store.read(stored, range),
  };
}

/** Whether it is open to everybody. @throws AppError `not_found` when it is not open to the viewer */
async function isOpenTo(
  context: Context,
  viewer: Viewer,
  { postId, uploader }: { readonly postId: Id | null; readonly uploader: string },
): Promise<boolean> {
  if (postId !== null) {
    const post = await getVisiblePost(context, viewer, (db) => findPostById(db, postId));
    return isPublic(post.audience);
  }
  if (viewer.kind === "local" && viewer.actor === uploader) return false;
  throw notFound();
}

/**
 * Gives a post exactly those files, in that order: new ones must be uploads, that no post has, of the
 * member or of whom they act as, others the post's already. What it no longer has is removed.
 * @throws AppError `invalid_request` that names `media_ids`
 */
export async function attachMedia(
  context: Context,
  tx: Transaction,
  post: { readonly id: Id },
  ids: readonly string[],
  { member, actor }: Pick<Acting, "member" | "actor">,
): Promise<void> {
  const wanted = readIds(ids);
  const uploaders = new Set([member.actorId, actor.id]);
  const found = new Map((await lockMedia(tx, wanted)).map((file) => [file.id, file]));
  const files = wanted.map((id) => {
    const file = found.get(id);
    const mine = file?.postId === null && uploaders.has(file.uploaderId);
    if (file !== undefined && (mine || file.postId === post.id)) return requireReady(file);
    throw invalid({ media_ids: `you have no upload ${id} that could be attached` });
  });
  for (const [position, file] of files.entries()) {
    await tx.update(media).set({ postId: post.id, position }).where(eq(media.id, file.id));
  }
  await releaseMedia(context, tx, post.id, wanted);
  const attachments = files.map((file) => toAttachment(context, file));
  await tx.update(posts).set({ attachments }).where(eq(posts.id, post.id));
}

/** @throws AppError `invalid_request` that names `media_ids` */
function requireReady(file: MediaRecord): MediaRecord {
  if (file.state === "ready") return file;
  const problem =
    file.state === "failed"
      ? `the upload ${file.id} could not be read`
      : `the upload ${file.id} is still being worked on: try again in a moment`;
  throw invalid({ media_ids: problem });
}

function readIds(ids: readonly string[]): Id[] {
  if (ids.length > MEDIA_LIMITS.perPost) {
    throw invalid({ media_ids: `at most ${MEDIA_LIMITS.perPost} files` });
  }
  const wanted = ids.map((text) => {
    const id = parseId(text);
    if (id === null) throw invalid({ media_ids: "ids of uploads" });
    return id;
  });
  return [...new Set(wanted)];
}

/** Those of several files that are there and belong to no post yet, in the same order. */
export async function listUploads(
  context: Context,
  ids: readonly string[],
): Promise<MediaRecord[]> {
  const wanted = ids.flatMap((text) => parseId(text) ?? []);
  if (wanted.length === 0) return [];
  const rows = await context.db
    .select()
    .from(media)
    .where(and(inArray(media.id, wanted), isNull(media.postId), isNull(media.removedAt)));
  const byId = new Map(rows.map((row) => [row.id, row]));
  return wanted.flatMap((id) => byId.get(id) ?? []);
}

/** Whether a file is an upload of the member or of whom they act as. */
export function isUploadOf({ uploaderId }: MediaRecord, { member, actor }: Acting): boolean {
  return uploaderId === member.actorId || uploaderId === actor.id;
}

/** An image is called by what is to be seen on it (its alternative text), any other file by its name. */
function toAttachment(context: Context, file: MediaRecord): PostAttachment {
  const { description, fileName } = file;
  const isImage = file.mediaType.startsWith("image/");
  const { focusX: x, focusY: y } = file;
  return {
    id: file.id.toString(),
    fileName,
    url: context.iris.media(file.key),
    mediaType: file.mediaType,
    name: isImage && description !== "" ? description : fileName,
    ...(isImage || description === "" ? {} : { description }),
    width: file.width,
    height: file.height,
    blurhash: file.blurhash,
    bytes: file.bytes,
    ...(x === null || y === null ? {} : { focus: { x, y } }),
  };
}
