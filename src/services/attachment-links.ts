import { notFound } from "../domain/errors.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { PostAttachment } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { createMediaLink, filePath, type LinkedFile, type LinkHolder } from "./media-links.ts";
import { getPostById } from "./reading.ts";
import { isProxied } from "./remote-media.ts";

/** See `LocalIris.media`. */
const OWN = /\/ap\/media\/([0-9a-f-]{36})$/;

/** An attachment, and where this instance serves it to a reader of the post. */
export interface ShownAttachment extends PostAttachment {
  /** null = this instance does not: it is on a server that is not its author's */
  readonly path: string | null;
}

/** The attachments of a post with their paths here. */
export function shownAttachments(post: Visible<PostRecord>): readonly ShownAttachment[] {
  return post.attachments.map((attachment, index) => {
    const file = linkedFile(post, attachment, index);
    return { ...attachment, path: file === null ? null : filePath(file) };
  });
}

/**
 * A short-lived link to an attachment for a member who may see its post.
 * @throws AppError `not_found`
 */
export async function linkAttachment(
  context: Context,
  holder: LinkHolder,
  place: { readonly postId: string; readonly index: string },
): Promise<{ url: string; expiresAt: Date }> {
  const post = await getPostById(context, holder.viewer, place.postId);
  const index = /^\d{1,2}$/.test(place.index) ? Number(place.index) : -1;
  const attachment = post.attachments[index];
  const file = attachment === undefined ? null : linkedFile(post, attachment, index);
  if (file === null) throw notFound();
  return createMediaLink(context, holder, file);
}

/** Where this instance has or fetches a file of a post; null for what is on neither server. */
export function linkedFile(
  post: Visible<PostRecord>,
  attachment: PostAttachment,
  index: number,
): LinkedFile | null {
  const key = post.local ? OWN.exec(attachment.url)?.[1] : undefined;
  if (key !== undefined) return { kind: "own", key };
  if (!isProxied(post, attachment)) return null;
  return { kind: "remote", postId: post.id.toString(), index: String(index) };
}
