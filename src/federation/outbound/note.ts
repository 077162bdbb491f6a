import type { Visible } from "../../domain/audience/policy.ts";
import { escapeHtml } from "../../platform/html/escape.ts";
import type { PostRecord } from "../../services/records.ts";
import type { JsonLd } from "../../services/wire.ts";
import { quoteLine, quoteOf } from "./quote.ts";
import { addressOf, attachments, dates, policyOf, tags } from "./post-parts.ts";

/** A post as a `Note` without `@context`. `summary` is its content warning. */
export function note(post: Visible<PostRecord>): JsonLd {
  const content = quoteLine(post) + post.contentHtml;
  return {
    type: "Note",
    id: post.iri,
    url: post.url,
    attributedTo: post.author,
    ...(post.inReplyToIri === null ? {} : { inReplyTo: post.inReplyToIri }),
    ...(post.contextIri === null ? {} : { context: post.contextIri }),
    ...(post.summary === "" ? {} : { summary: escapeHtml(post.summary) }),
    sensitive: post.sensitive,
    content,
    ...(post.language === null ? {} : { contentMap: { [post.language]: content } }),
    ...addressOf(post),
    ...dates(post),
    tag: tags(post),
    ...attachments(post),
    revision: post.revision,
    ...(post.label === null ? {} : { label: post.label }),
    ...quoteOf(post),
    interactionPolicy: policyOf(post),
  };
}
