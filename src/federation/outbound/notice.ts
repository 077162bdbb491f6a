import { escapeHtml } from "../../platform/html/escape.ts";
import type { JsonLd, NoticeOnWire } from "../../services/wire.ts";
import { OBJECT_CONTEXT } from "../vocab/context.ts";

/** The notice as served at its IRI, with `@context`. */
export function noticeDocument(notice: NoticeOnWire): JsonLd {
  return { "@context": OBJECT_CONTEXT, ...noticeObject(notice) };
}

export function createNoticeActivity(iri: string, notice: NoticeOnWire): JsonLd {
  return {
    "@context": OBJECT_CONTEXT,
    type: "Create",
    id: iri,
    actor: notice.author,
    to: [notice.recipient.iri],
    cc: [],
    published: notice.publishedAt.toISOString(),
    object: noticeObject(notice),
  };
}

/**
 * A `Note` to one person. The Mention makes it a direct message: without one, Mastodon lets a reply
 * default to the replier's followers, and GoToSocial does not show it at all.
 */
function noticeObject(notice: NoticeOnWire): JsonLd {
  const { recipient, author } = notice;
  const content = contentOf(notice);
  return {
    type: "Note",
    id: notice.iri,
    url: notice.page,
    attributedTo: author,
    to: [recipient.iri],
    cc: [],
    published: notice.publishedAt.toISOString(),
    sensitive: false,
    content,
    contentMap: { en: content },
    tag: [{ type: "Mention", href: recipient.iri, name: `@${recipient.handle}@${recipient.host}` }],
    interactionPolicy: {
      canReply: { automaticApproval: [author, recipient.iri] },
      canAnnounce: { automaticApproval: [author] },
      canQuote: { automaticApproval: [author] },
    },
  };
}

function contentOf({ authorName, page, recipient, title }: NoticeOnWire): string {
  const mention = link(recipient.url, `@${recipient.handle}`, "u-url mention");
  const what = title === null ? "something" : `“${escapeHtml(title)}”`;
  return (
    `<p>${mention} ${escapeHtml(authorName)} shared ${what} with you.</p>` +
    `<p>Sign in with your fediverse account to open it: ${link(page, page)}</p>`
  );
}

function link(href: string, label: string, classes?: string): string {
  const named = classes === undefined ? "" : ` class="${classes}"`;
  return `<a href="${escapeHtml(href)}"${named}>${escapeHtml(label)}</a>`;
}
