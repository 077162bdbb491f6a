import type { Visible } from "../../domain/audience/policy.ts";
import { licenseUrl } from "../../domain/practice.ts";
import { escapeHtml } from "../../platform/html/escape.ts";
import type { PostRecord } from "../../services/records.ts";
import type { JsonLd } from "../../services/wire.ts";
import { withTitle } from "../vocab/title.ts";
import { addressOf, attachments, dates, policyOf, tags } from "./post-parts.ts";

/**
 * A practice as an `Article` (FEP-b2b8) without `@context`. `summary` has no markup: GoToSocial
 * makes it the content warning. `preview` is for servers that show notes only.
 */
export function article(post: Visible<PostRecord>): JsonLd {
  const { practice } = post;
  const content = withTitle(post.title, post.contentHtml);
  return {
    type: "Article",
    id: post.iri,
    url: post.url,
    attributedTo: post.author,
    name: post.title,
    summary: escapeHtml(post.summary),
    content,
    ...(post.language === null ? {} : { contentMap: { [post.language]: content } }),
    preview: { type: "Note", content: preview(post) },
    ...(post.inReplyToIri === null ? {} : { inReplyTo: post.inReplyToIri }),
    ...(post.contextIri === null ? {} : { context: post.contextIri }),
    ...(post.local ? { replies: `${post.iri}/replies` } : {}),
    ...addressOf(post),
    ...dates(post),
    tag: [...tags(post), ...license(practice?.license ?? null)],
    ...attachments(post),
    revision: post.revision,
    ...(practice === null ? {} : { kind: practice.kind }),
    ...(post.label === null ? {} : { label: post.label }),
    ...(post.terms === undefined ? {} : { terms: post.terms }),
    ...(practice === null || practice.benefits.length === 0 ? {} : { benefits: practice.benefits }),
    ...(practice === null || practice.credits.length === 0 ? {} : { credits: practice.credits }),
    interactionPolicy: policyOf(post),
  };
}

function license(name: string | null): JsonLd[] {
  return name === null ? [] : [{ type: "Link", rel: "license", href: licenseUrl(name) }];
}

function preview(post: Visible<PostRecord>): string {
  const url = escapeHtml(post.url);
  const summary = post.summary === "" ? "" : `<p>${escapeHtml(post.summary)}</p>`;
  return `<p><strong>${escapeHtml(post.title)}</strong></p>${summary}<p><a href="${url}">${url}</a></p>`;
}
