import { address } from "../../domain/audience/address.ts";
import { isPublic } from "../../domain/audience/audience.ts";
import type { Visible } from "../../domain/audience/policy.ts";
import type { PostRecord } from "../../services/records.ts";
import type { JsonLd } from "../../services/wire.ts";
import { interactionPolicy } from "../vocab/interaction-policy.ts";

/**
 * `to` and `cc` of a post and of the activities about it. In public, those who are mentioned are in
 * `cc`; anywhere else a mention adds nobody (chapter "The boundary", rule 4).
 */
export function addressOf(post: Visible<PostRecord>) {
  const { to, cc } = address(post.audience, authorOf(post), { quiet: post.quiet });
  if (!isPublic(post.audience)) return { to, cc };
  const mentioned = post.tags.flatMap((tag) =>
    tag.type === "Mention" && tag.href !== null ? [tag.href] : [],
  );
  return { to, cc: [...new Set([...cc, ...mentioned])] };
}

/** `published`, and `updated` once the author has edited. */
export function dates(post: Visible<PostRecord>): JsonLd {
  return {
    published: post.publishedAt.toISOString(),
    ...(post.editedAt === null ? {} : { updated: post.editedAt.toISOString() }),
  };
}

export function policyOf(post: Visible<PostRecord>): JsonLd {
  return interactionPolicy(post.audience, authorOf(post), post.parts?.quotePolicy ?? "public");
}

/** `attachment`, left out when there is none. */
export function attachments(post: Visible<PostRecord>): JsonLd {
  if (post.attachments.length === 0) return {};
  return {
    attachment: post.attachments.map((file) => ({
      type: file.mediaType?.startsWith("image/") === true ? "Image" : "Document",
      url: file.url,
      ...(file.mediaType === null ? {} : { mediaType: file.mediaType }),
      ...(file.name === "" ? {} : { name: file.name }),
      ...(file.description === undefined ? {} : { summary: file.description }),
      ...(file.width === null ? {} : { width: file.width }),
      ...(file.height === null ? {} : { height: file.height }),
      ...(file.blurhash === null ? {} : { blurhash: file.blurhash }),
      ...(file.focus === undefined ? {} : { focalPoint: [file.focus.x, file.focus.y] }),
    })),
  };
}

/** Hashtags and mentions as `tag` entries. */
export function tags(post: Visible<PostRecord>): JsonLd[] {
  return post.tags
    .filter((tag) => tag.type !== "Emoji")
    .map((tag) => ({
      type: tag.type,
      name: tag.name,
      ...(tag.href === null ? {} : { href: tag.href }),
    }));
}

function authorOf(post: Visible<PostRecord>) {
  const { authorActor } = post;
  if (authorActor.followersIri === null)
    throw new Error(`${post.author} has no followers collection`);
  return { iri: post.author, followers: authorActor.followersIri };
}
