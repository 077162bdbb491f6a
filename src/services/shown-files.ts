import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { MediaRecord } from "../persistence/repositories/media.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { PostAttachment } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { linkedFile } from "./attachment-links.ts";
import type { Context } from "./context.ts";
import { filePath, lastingLink } from "./media-links.ts";
import type { Focus } from "./media-upload.ts";

/** A file as a client shows it, with addresses that it can load without a token. */
export interface ShownFile {
  readonly id: string;
  readonly mediaType: string | null;
  /** null while it is worked on */
  readonly url: string | null;
  readonly previewUrl: string | null;
  /** where its own origin has it; null for ours */
  readonly remoteUrl: string | null;
  readonly description: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly blurhash: string | null;
  readonly focus: Focus | null;
}

/**
 * The files of posts, for whoever they have been revealed to. What is public and ours has plain
 * addresses; everything else gets links for this very viewer, which open what the viewer may see when
 * they are followed. No statement.
 */
export async function showFiles(
  context: Context,
  acting: Acting | null,
  posts: readonly Visible<PostRecord>[],
): Promise<ReadonlyMap<Id, readonly ShownFile[]>> {
  const withFiles = posts.filter(({ attachments }) => attachments.length > 0);
  const shown = await Promise.all(
    withFiles.map(async (post): Promise<[Id, ShownFile[]]> => [
      post.id,
      await Promise.all(
        post.attachments.map((file, index) => show(context, acting, post, { file, index })),
      ),
    ]),
  );
  return new Map(shown);
}

async function show(
  context: Context,
  acting: Acting | null,
  post: Visible<PostRecord>,
  { file, index }: { readonly file: PostAttachment; readonly index: number },
): Promise<ShownFile> {
  const linked = linkedFile(post, file, index);
  const isOpen = post.local && isPublic(post.audience);
  const url =
    linked === null
      ? file.url
      : isOpen || acting === null
        ? context.config.origin + filePath(linked)
        : await lastingLink(context, acting, linked);
  const hasThumbnail = linked?.kind === "own" && file.blurhash !== null;
  return {
    // Files of others have no ids here: a number that no post can have in the same second.
    id: file.id ?? (post.id + BigInt(index)).toString(),
    mediaType: file.mediaType,
    url,
    previewUrl: hasThumbnail ? thumbnailOf(url) : isImage(file) ? url : null,
    remoteUrl: post.local ? null : file.url,
    description: descriptionOf(file),
    width: file.width,
    height: file.height,
    blurhash: file.blurhash,
    focus: file.focus ?? null,
  };
}

/** An upload that no post has taken yet, for its uploader. */
export async function showUpload(
  context: Context,
  acting: Acting,
  record: MediaRecord,
): Promise<ShownFile> {
  const { state, description, focusX: x, focusY: y, blurhash } = record;
  const url =
    state === "ready" ? await lastingLink(context, acting, { kind: "own", key: record.key }) : null;
  return {
    id: record.id.toString(),
    mediaType: record.mediaType,
    url,
    previewUrl: url === null || blurhash === null ? null : thumbnailOf(url),
    remoteUrl: null,
    description: description === "" ? null : description,
    width: record.width,
    height: record.height,
    blurhash,
    focus: x === null || y === null ? null : { x, y },
  };
}

/** The name of an image says what is to be seen on it, unless it is only what the file is called. */
function descriptionOf(file: PostAttachment): string | null {
  if (file.description !== undefined) return file.description;
  return file.name === "" || file.name === file.fileName ? null : file.name;
}

function isImage({ mediaType }: PostAttachment): boolean {
  return mediaType?.startsWith("image/") === true;
}

function thumbnailOf(url: string): string {
  return `${url}${url.includes("?") ? "&" : "?"}thumbnail`;
}
