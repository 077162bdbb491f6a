import { isPublic } from "../domain/audience/audience.ts";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { AppError, notFound } from "../domain/errors.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import { findActorByIri } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { PostAttachment } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { signingKey } from "./keys.ts";
import type { RemoteFile } from "./media-access.ts";
import { MEDIA_LIMITS } from "./media-upload.ts";
import type { SigningKey } from "./memory.ts";
import { getPostById } from "./reading.ts";

/** A file of another instance's post, as it arrives. */
export interface OpenedRemoteMedia extends RemoteFile {
  readonly fileName: string;
}

/** Whether a file is shown through this instance: only its author's own server is asked for it. */
export function isProxied(post: Visible<PostRecord>, attachment: PostAttachment): boolean {
  return !post.local && isSameOrigin(attachment.url, post.author);
}

/**
 * The file at that place among a post's attachments, fetched from its own origin for a member who
 * may see the post *now*. Nothing is kept of it: when the grant ends, so does the file.
 * @throws AppError `not_found` for what is hidden, recalled, missing, not named by the post or not on
 * its author's server; `remote_unreachable`, `remote_invalid`
 */
export async function openRemoteMedia(
  context: Context,
  viewer: Viewer,
  place: { readonly postId: string; readonly index: string },
  asked: { readonly method: "GET" | "HEAD"; readonly range: string | null },
): Promise<OpenedRemoteMedia> {
  if (viewer.kind !== "local") throw notFound();
  const post = await getPostById(context, viewer, place.postId);
  const attachment = /^\d{1,2}$/.test(place.index)
    ? post.attachments[Number(place.index)]
    : undefined;
  if (attachment === undefined || !isProxied(post, attachment)) throw notFound();
  try {
    const file = await context.media.openRemote({
      ...asked,
      url: attachment.url,
      maxBytes: MEDIA_LIMITS.file,
      signer: await signerFor(context, viewer, post),
    });
    return { ...file, fileName: fileNameOf(attachment) };
  } catch (error) {
    const missing = error instanceof AppError && error.code === "remote_not_found";
    throw missing ? notFound() : error;
  }
}

/**
 * As whom to ask: what is public, or for the whole organization, as the instance, so that the
 * other side does not learn who reads what; what is for one actor or its followers, as that actor.
 */
async function signerFor(
  context: Context,
  viewer: Extract<Viewer, { kind: "local" }>,
  post: Visible<PostRecord>,
): Promise<SigningKey | null> {
  const forAll = post.audience.some((atom) => atom.kind === "partner");
  if (forAll || isPublic(post.audience)) return null;
  const actor = await findActorByIri(context.db, viewer.actor);
  return actor === null ? null : signingKey(context, actor.id);
}

/** An image's name says what is to be seen; then the address says what it is called. */
function fileNameOf({ name, url, mediaType }: PostAttachment): string {
  const last = URL.parse(url)?.pathname.split("/").at(-1) ?? "";
  return name !== "" && mediaType?.startsWith("image/") !== true ? name : last;
}
