import { AppError, invalid } from "../domain/errors.ts";
import { cleanImage } from "../platform/media/image.ts";
import { sniffFile } from "../platform/media/sniff.ts";
import { readDraft, receiveFile, withDraft } from "../platform/storage/drafts.ts";
import type { Context } from "./context.ts";

/** The two pictures of a profile. */
export type PictureKind = "avatar" | "header";

const MIB = 1024 * 1024;
/** Bytes of a picture as it is sent. */
export const MOST_PICTURE_BYTES = 8 * MIB;
/** Pixels of a picture as it is kept; smaller ones are not made larger. */
const SIZES = {
  avatar: { width: 400, height: 400 },
  header: { width: 1500, height: 500 },
} as const;
const FOLDERS = { avatar: "avatars", header: "headers" } as const;
const NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.webp$/;

/**
 * Takes a picture in: cropped to its shape, made anew without metadata, stored under a key that
 * nobody can guess. Returns its address. It belongs to nobody until a profile names it.
 * @throws AppError `invalid_request` that names the picture when it is none; `media_busy`
 */
export async function receivePicture(
  context: Context,
  kind: PictureKind,
  file: { readonly source: AsyncIterable<Uint8Array>; readonly fileName: string },
): Promise<string> {
  const { store, drafts } = context.media;
  return withDraft(drafts, async ({ path }) => {
    try {
      await receiveFile(path("given"), file.source, MOST_PICTURE_BYTES);
      const format = await sniffFile(path("given"), file.fileName);
      if (format.kind !== "image") throw notAnImage(kind);
      await cleanImage({
        source: path("given"),
        mediaType: format.mediaType,
        image: path("image"),
        thumbnail: path("thumbnail"),
        cover: SIZES[kind],
      });
    } catch (error) {
      throw inWordsOfProfile(kind, error);
    }
    const key = context.newKey();
    await store.put(`${key}.${kind}`, readDraft(path("image")));
    return `${context.config.origin}/media/${FOLDERS[kind]}/${key}.webp`;
  });
}

/** Removes a picture of ours that no profile shows any more; other addresses are left alone. */
export async function removePicture(context: Context, url: string | null): Promise<void> {
  const { origin } = context.config;
  for (const kind of ["avatar", "header"] as const) {
    const prefix = `${origin}/media/${FOLDERS[kind]}/`;
    const key = url?.startsWith(prefix) === true ? NAME.exec(url.slice(prefix.length))?.[1] : null;
    if (key !== null && key !== undefined) await context.media.store.remove(`${key}.${kind}`);
  }
}

/** A picture by the last part of its address; null when there is none. Anybody may have it. */
export async function openPicture(
  context: Context,
  kind: PictureKind,
  name: string,
): Promise<{ readonly bytes: number; read(): ReadableStream<Uint8Array> } | null> {
  const key = NAME.exec(name)?.[1];
  if (key === undefined) return null;
  const { store } = context.media;
  const bytes = await store.size(`${key}.${kind}`);
  return bytes === null ? null : { bytes, read: () => store.read(`${key}.${kind}`) };
}

function inWordsOfProfile(kind: PictureKind, error: unknown): unknown {
  if (!(error instanceof AppError) || error.status >= 500) return error;
  if (error.code === "media_type_refused") return notAnImage(kind);
  return error.code === "invalid_request" ? error : invalid({ [kind]: error.safe });
}

function notAnImage(kind: PictureKind): AppError {
  return invalid({ [kind]: "an image: PNG, JPEG, WebP, GIF or AVIF" });
}
