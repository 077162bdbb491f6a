import { formatAudience } from "../../domain/audience/audience.ts";
import type { Visible } from "../../domain/audience/policy.ts";
import { shownAttachments, type ShownAttachment } from "../../services/attachment-links.ts";
import type { AudiencePreview } from "../../services/audience-preview.ts";
import type { Revision } from "../../services/practice-lists.ts";
import type { ActorRecord, PostRecord } from "../../services/records.ts";

/** An actor as our API shows it. */
export function actorJson(actor: ActorRecord) {
  return {
    id: actor.id.toString(),
    uri: actor.iri,
    handle: `@${actor.handle}@${actor.host}`,
    name: actor.name,
    type: actor.type,
    url: actor.url,
  };
}

/**
 * A practice as our API shows it. `content` is Markdown for our own practices; another
 * organization sends HTML, which stands in both fields (HTML is valid Markdown). `names` says how
 * people write the atoms of the audience.
 */
export function practiceJson(
  post: Visible<PostRecord>,
  names: ReadonlyMap<string, string> = new Map(),
) {
  const { practice } = post;
  return {
    id: post.id.toString(),
    uri: post.iri,
    url: post.url,
    title: post.title,
    summary: post.summary,
    content: practice?.markdown ?? post.contentHtml,
    content_html: post.contentHtml,
    kind: practice?.kind ?? "practice",
    topics: practice?.topics ?? [],
    benefits: practice?.benefits ?? [],
    license: practice?.license ?? null,
    language: post.language,
    credits: practice?.credits ?? [],
    audience: formatAudience(post.audience).map((atom) => names.get(atom) ?? atom),
    label: post.label,
    revision: post.revision,
    review_by: practice?.reviewBy ?? null,
    adapted_from: null,
    attachments: shownAttachments(post).map(attachmentJson),
    organization: actorJson(post.authorActor),
    published_at: post.publishedAt.toISOString(),
    updated_at: (post.editedAt ?? post.publishedAt).toISOString(),
  };
}

/** A file of a post. `path` is where this instance serves it to whoever may read the post. */
function attachmentJson(file: ShownAttachment) {
  return {
    url: file.url,
    path: file.path,
    media_type: file.mediaType,
    name: file.name,
    description: file.description ?? "",
    bytes: file.bytes ?? null,
    width: file.width,
    height: file.height,
    blurhash: file.blurhash,
  };
}

export function revisionJson(revision: Revision) {
  return {
    number: revision.number,
    title: revision.title,
    summary: revision.summary,
    content: revision.markdown,
    change_note: revision.changeNote,
    editor: revision.editor,
    created_at: revision.createdAt.toISOString(),
  };
}

export function previewJson(preview: AudiencePreview) {
  return {
    public: preview.public,
    followers: preview.followers,
    organizations: preview.organizations.map(actorJson),
    people: preview.people.map(actorJson),
    members: preview.members,
    label: preview.label,
    refused: preview.refused,
    warnings: preview.warnings,
  };
}

/** A follow, seen from our side: `actor` is the other one. */
export function followJson(entry: {
  id: bigint;
  state: string;
  createdAt: Date;
  actor: ActorRecord;
}) {
  return {
    id: entry.id.toString(),
    state: entry.state,
    created_at: entry.createdAt.toISOString(),
    actor: actorJson(entry.actor),
  };
}
