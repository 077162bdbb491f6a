import { formatAudience } from "../../../domain/audience/audience.ts";
import type { Visible } from "../../../domain/audience/policy.ts";
import { visibilityOf } from "../../../domain/audience/visibility.ts";
import { escapeHtml } from "../../../platform/html/escape.ts";
import type { PostRecord } from "../../../services/records.ts";
import type { QuoteView, StatusView } from "../../../services/status-views.ts";
import { accountJson, acctOf } from "./account.ts";
import { pollJson } from "./poll.ts";
import { filterResultJson } from "./filter.ts";
import { mediaAttachmentJson } from "./media-attachment.ts";

/** A post, or a boost of one, as clients know it (`Status`). `origin` is our own. */
export function statusJson(view: StatusView, origin: string) {
  const status = plainStatusJson(view, origin, 0);
  if (view.boost === null) return { ...status, reblog: null };
  const { actor, createdAt, iri } = view.boost;
  return {
    ...status,
    id: view.id.toString(),
    created_at: createdAt.toISOString(),
    uri: iri,
    url: status.url,
    account: accountJson(actor, origin),
    edited_at: null,
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    application: null,
    // A boost shows nothing of its own: all that is shown is in `reblog`.
    media_attachments: [],
    mentions: [],
    tags: [],
    reblog: { ...status, reblog: null },
  };
}

export type StatusJson = ReturnType<typeof statusJson>;

/** What a post quotes (`Quote`), or within a quoted one only which (`ShallowQuote`). */
function quoteJson(
  quote: QuoteView | null,
  origin: string,
  depth: number,
): Record<string, unknown> | null {
  if (quote === null) return null;
  const { state, quoted, quotedId } = quote;
  if (depth > 0) return { state, quoted_status_id: quotedId?.toString() ?? null };
  const status = quoted === null ? null : plainStatusJson(quoted, origin, depth + 1);
  return { state, quoted_status: status === null ? null : { ...status, reblog: null } };
}

function plainStatusJson(view: StatusView, origin: string, depth: number) {
  const { post } = view;
  return {
    id: post.id.toString(),
    created_at: post.publishedAt.toISOString(),
    in_reply_to_id: view.inReplyToId?.toString() ?? null,
    in_reply_to_account_id: view.inReplyToActorId?.toString() ?? null,
    sensitive: post.sensitive,
    // A practice's summary is no warning: it would hide the practice.
    spoiler_text: post.practice === null ? post.summary : "",
    visibility: visibilityOf(post.audience, post.quiet),
    language: post.language,
    uri: post.iri,
    url: post.url,
    replies_count: post.repliesCount,
    reblogs_count: post.boostsCount,
    favourites_count: post.favouritesCount,
    quotes_count: post.quotesCount,
    edited_at: post.editedAt?.toISOString() ?? null,
    content: contentOf(post),
    application: view.application,
    account: accountJson(post.authorActor, origin),
    media_attachments: view.files.map(mediaAttachmentJson),
    mentions: mentionsJson(view),
    tags: tagsJson(post, origin),
    emojis: [],
    tagged_collections: [],
    quote: quoteJson(view.quote, origin, depth),
    quote_approval: quoteApproval(view),
    card: null,
    poll: view.poll === null ? null : pollJson(view.poll),
    ...involvementJson(view),
    practice: practiceJson(post),
    audience: formatAudience(post.audience).map((atom) => view.audienceNames.get(atom) ?? atom),
  };
}

/** Only those who are signed in have these. */
function involvementJson({ involvement, filtered }: StatusView) {
  if (involvement === null) return {};
  const { favourited, boosted, muted, bookmarked, pinned } = involvement;
  return {
    favourited,
    reblogged: boosted,
    muted,
    bookmarked,
    pinned,
    filtered: filtered.map(filterResultJson),
  };
}

/** No client shows a title field, so the title stands in the text. */
export function contentOf(post: Visible<PostRecord>): string {
  if (post.title === "") return post.contentHtml;
  return `<p><strong>${escapeHtml(post.title)}</strong></p>${post.contentHtml}`;
}

function mentionsJson({ post, mentioned }: StatusView) {
  return post.tags.flatMap((tag) => {
    const actor = tag.type === "Mention" && tag.href !== null ? mentioned.get(tag.href) : undefined;
    if (actor === undefined) return [];
    return [
      { id: actor.id.toString(), username: actor.handle, url: actor.url, acct: acctOf(actor) },
    ];
  });
}

function tagsJson(post: Visible<PostRecord>, origin: string) {
  return post.tags.flatMap(({ type, name }) => {
    if (type !== "Hashtag") return [];
    const tag = name.replace(/^#/, "");
    return [{ name: tag, url: `${origin}/tags/${encodeURIComponent(tag)}` }];
  });
}

/** Other servers do not say here whom they let quote. */
function quoteApproval({ post, quotePolicy, quotable }: StatusView) {
  const automatic = quotePolicy === "nobody" || !post.local ? [] : [quotePolicy];
  return { automatic, manual: [], current_user: quotable };
}

/** What a practice has beyond a post; no client that was tried minds fields that it does not know. */
function practiceJson(post: Visible<PostRecord>) {
  const { practice } = post;
  if (practice === null) return null;
  return {
    title: post.title,
    summary: post.summary,
    kind: practice.kind,
    revision: post.revision,
    label: post.label,
    topics: practice.topics,
    benefits: practice.benefits,
    license: practice.license,
    credits: practice.credits,
    review_by: practice.reviewBy,
    adapted_from: null,
  };
}
