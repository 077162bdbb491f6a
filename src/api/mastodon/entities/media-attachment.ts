import type { Visible } from "../../../domain/audience/policy.ts";
import { shownAttachments, type ShownAttachment } from "../../../services/attachment-links.ts";
import type { PostRecord } from "../../../services/records.ts";

/** The files of a post as clients know them (`MediaAttachment`). `origin` is our own. */
export function attachmentsJson(post: Visible<PostRecord>, origin: string) {
  return shownAttachments(post).map((file, index) => {
    const url = file.path === null ? file.url : origin + file.path;
    return {
      id: (post.id + BigInt(index)).toString(),
      type: kindOf(file.mediaType),
      url,
      preview_url: url,
      remote_url: post.local ? null : file.url,
      preview_remote_url: null,
      text_url: null,
      meta: metaOf(file),
      description: file.name === "" ? null : file.name,
      blurhash: file.blurhash,
    };
  });
}

function kindOf(mediaType: string | null) {
  if (mediaType === "image/gif") return "gifv";
  const kind = ["image", "video", "audio"].find((name) => mediaType?.startsWith(`${name}/`));
  return kind ?? "unknown";
}

function metaOf({ width, height }: ShownAttachment) {
  if (width === null || height === null || height === 0) return {};
  const original = { width, height, size: `${width}x${height}`, aspect: width / height };
  return { original, small: original };
}
