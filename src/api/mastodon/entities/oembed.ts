import type { Visible } from "../../../domain/audience/policy.ts";
import { escapeHtml } from "../../../platform/html/escape.ts";
import { htmlToText } from "../../../platform/html/text.ts";
import type { ActorRecord, PostRecord } from "../../../services/records.ts";

const USUAL_WIDTH = 400;
const TITLE = 120;
const EXCERPT = 300;
const CACHE_SECONDS = 86_400;

/** A public post as a card for other people's pages (oembed.com 1.0). It brings no script. */
export function oembedJson(
  post: Visible<PostRecord>,
  { organization, maxWidth }: { organization: ActorRecord; maxWidth: number | null },
) {
  const { authorActor: author } = post;
  const name = author.name || author.handle;
  const title = post.title || htmlToText(post.contentHtml, TITLE);
  const excerpt = post.summary || htmlToText(post.contentHtml, EXCERPT);
  const html =
    `<blockquote cite="${escapeHtml(post.url)}"><p>${escapeHtml(excerpt)}</p>` +
    `<footer>${escapeHtml(name)}: <a href="${escapeHtml(post.url)}" rel="noopener">${escapeHtml(title)}</a></footer></blockquote>`;
  return {
    type: "rich",
    version: "1.0",
    title,
    author_name: name,
    author_url: author.url,
    provider_name: organization.name || organization.handle,
    provider_url: new URL("/", organization.iri).href,
    cache_age: CACHE_SECONDS,
    html,
    width: Math.min(maxWidth ?? USUAL_WIDTH, USUAL_WIDTH),
    height: null,
  };
}
