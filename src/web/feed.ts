import type { Visible } from "../domain/audience/policy.ts";
import { licenseUrl } from "../domain/practice.ts";
import { escapeHtml } from "../platform/html/escape.ts";
import type { PostRecord } from "../services/records.ts";
import { displayName } from "./components/actor-card.tsx";
import { text } from "./text.ts";

interface FeedHead {
  readonly title: string;
  readonly subtitle: string;
  /** absolute addresses: of the feed, and of the page that it belongs to */
  readonly href: string;
  readonly page: string;
}

// Characters that no XML 1.0 document may hold, not even escaped.
const NOT_XML = /(?![\t\n\r])\p{Cc}|[\uFFFE\uFFFF]/gu;

/** Practices as an Atom feed (RFC 4287), whole. */
export async function atomFeed(
  head: FeedHead,
  practices: readonly Visible<PostRecord>[],
): Promise<string> {
  // Loaded when somebody asks for it: with its XML reader it takes long at every start.
  const { Feed } = await import("feed");
  const newest = practices.map(updatedAt).toSorted((left, right) => right - left)[0];
  const feed = new Feed({
    id: head.href,
    title: clean(head.title),
    description: clean(head.subtitle),
    feed: head.href,
    link: head.page,
    updated: new Date(newest ?? 0),
    generator: text.software,
  });
  for (const post of practices) {
    const license = post.practice?.license ?? null;
    feed.addItem({
      id: post.iri,
      link: post.url,
      // Atom's text constructs are marked as HTML by the library: plain text has to be escaped.
      title: clean(escapeHtml(post.title)),
      description: clean(escapeHtml(post.summary)),
      content: clean(post.contentHtml),
      date: new Date(updatedAt(post)),
      published: post.publishedAt,
      author: [{ name: clean(displayName(post.authorActor)), link: post.authorActor.url }],
      category: (post.practice?.topics ?? []).map((topic) => ({ name: topic, term: topic })),
      ...(license === null ? {} : { copyright: clean(licenseUrl(license)) }),
    });
  }
  return feed.atom1();
}

function updatedAt(post: Visible<PostRecord>): number {
  return (post.editedAt ?? post.publishedAt).getTime();
}

function clean(value: string): string {
  return value.toWellFormed().replace(NOT_XML, "");
}
