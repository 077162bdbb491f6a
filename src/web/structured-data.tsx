import { raw } from "hono/html";
import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { licenseUrl } from "../domain/practice.ts";
import type { ActorRecord, PostRecord } from "../services/records.ts";
import { displayName } from "./components/actor-card.tsx";
import { languageTag } from "./text.ts";

interface StructuredDataProps {
  readonly post: Visible<PostRecord>;
  readonly credits: readonly ActorRecord[];
}

/**
 * What machines read of a public practice: the ActivityPub object, OpenGraph, and schema.org. Of
 * anything else they are told nothing.
 */
export function StructuredData({ post, credits }: StructuredDataProps) {
  if (!isPublic(post.audience)) return null;
  const publisher = displayName(post.authorActor);
  const updated = (post.editedAt ?? post.publishedAt).toISOString();
  const article = {
    "@context": "https://schema.org",
    "@type": "Article",
    headline: post.title,
    description: post.summary || undefined,
    url: post.url,
    mainEntityOfPage: post.url,
    datePublished: post.publishedAt.toISOString(),
    dateModified: updated,
    version: post.revision,
    inLanguage: languageTag(post.language),
    keywords: post.practice?.topics.join(", ") || undefined,
    license:
      post.practice?.license === undefined || post.practice.license === null
        ? undefined
        : licenseUrl(post.practice.license),
    author: [
      { "@type": "Organization", name: publisher, url: post.authorActor.url },
      ...credits.map((actor) => ({ "@type": "Person", name: displayName(actor), url: actor.url })),
    ],
    publisher: { "@type": "Organization", name: publisher, url: post.authorActor.url },
  };
  return (
    <>
      <link rel="alternate" type="application/activity+json" href={post.iri} />
      <meta property="og:type" content="article" />
      <meta property="og:title" content={post.title} />
      <meta property="og:description" content={post.summary} />
      <meta property="og:url" content={post.url} />
      <meta property="og:site_name" content={publisher} />
      <meta property="article:published_time" content={post.publishedAt.toISOString()} />
      <meta property="article:modified_time" content={updated} />
      <meta name="twitter:card" content="summary" />
      <script type="application/ld+json">{raw(jsonForScript(article))}</script>
    </>
  );
}

/** JSON that can stand in a script element: no character in it can begin a tag or a comment. */
function jsonForScript(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("&", "\\u0026");
}
