import type { ShownFile } from "../../../services/shown-files.ts";

/** Within how many pixels thumbnails are. */
const THUMBNAIL = 640;
const KINDS = ["image", "video", "audio"] as const;

/** A file as clients know it (`MediaAttachment`). */
export function mediaAttachmentJson(file: ShownFile) {
  return {
    id: file.id,
    type: kindOf(file.mediaType),
    url: file.url,
    preview_url: file.previewUrl,
    remote_url: file.remoteUrl,
    preview_remote_url: null,
    text_url: null,
    meta: metaOf(file),
    description: file.description,
    blurhash: file.blurhash,
  };
}

/** A moving GIF is an image all the same: what clients take for a `gifv` they play as a film. */
function kindOf(mediaType: string | null) {
  return KINDS.find((kind) => mediaType?.startsWith(`${kind}/`)) ?? "unknown";
}

function metaOf({ width, height, focus }: ShownFile) {
  const sizes =
    width === null || height === null || width === 0 || height === 0
      ? {}
      : { original: sizeOf(width, height), small: smallOf(width, height) };
  return { ...sizes, ...(focus === null ? {} : { focus }) };
}

function smallOf(width: number, height: number) {
  const scale = Math.min(1, THUMBNAIL / Math.max(width, height));
  return sizeOf(Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
}

function sizeOf(width: number, height: number) {
  return { width, height, size: `${width}x${height}`, aspect: width / height };
}
