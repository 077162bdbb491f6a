import { Hono } from "hono";
import { etag } from "hono/etag";
import { ANONYMOUS } from "../../domain/audience/policy.ts";
import { notFound } from "../../domain/errors.ts";
import type { Id } from "../../domain/ids.ts";
import { normalizeTopic } from "../../domain/practice.ts";
import { escapeHtml } from "../../platform/html/escape.ts";
import type { Context } from "../../services/context.ts";
import { listPractices } from "../../services/practice-lists.ts";
import { displayName } from "../components/actor-card.tsx";
import { atomFeed } from "../feed.ts";
import type { WebContext, WebEnv } from "../frame.ts";
import { text } from "../text.ts";
import { organizationFrame } from "./reading.tsx";

const FEED_SIZE = 30;
const SITEMAP_PAGE = 500;
/** The protocol allows 50,000 addresses in one file. */
const SITEMAP_SIZE = 20_000;

/** Feeds, sitemap and robots.txt. They hold what anybody may see, whoever asks. */
export function machineRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { origin } = context.config;
  for (const path of ["/feed.atom", "/topics/:topic/feed.atom", "/sitemap.xml"]) {
    app.use(path, etag());
  }

  app.get("/feed.atom", async (c) => {
    const { actor } = organizationFrame(c).organization;
    const { practices } = await listPractices(context, ANONYMOUS, {
      organization: actor.iri,
      limit: FEED_SIZE,
    });
    const name = displayName(actor);
    const head = {
      title: text.feed.title(name),
      subtitle: text.feed.subtitle(name),
      href: `${origin}/feed.atom`,
      page: `${origin}/`,
    };
    return answer(c, await atomFeed(head, practices), "application/atom+xml; charset=utf-8", 300);
  });

  app.get("/topics/:topic/feed.atom", async (c) => {
    const { actor } = organizationFrame(c).organization;
    const topic = normalizeTopic(c.req.param("topic"));
    if (topic === "") throw notFound();
    const { practices } = await listPractices(context, ANONYMOUS, {
      organization: actor.iri,
      limit: FEED_SIZE,
      topic,
    });
    const name = displayName(actor);
    const page = `${origin}/topics/${encodeURIComponent(topic)}`;
    const head = {
      title: text.topic.feedTitle(topic, name),
      subtitle: text.topic.description(topic, name),
      href: `${page}/feed.atom`,
      page,
    };
    return answer(c, await atomFeed(head, practices), "application/atom+xml; charset=utf-8", 300);
  });

  app.get("/sitemap.xml", async (c) => {
    const { actor } = organizationFrame(c).organization;
    const entries = [`<url><loc>${origin}/</loc></url>`];
    let before: Id | undefined;
    do {
      const { practices, next } = await listPractices(context, ANONYMOUS, {
        organization: actor.iri,
        limit: SITEMAP_PAGE,
        before,
      });
      for (const post of practices) {
        const updated = (post.editedAt ?? post.publishedAt).toISOString();
        entries.push(`<url><loc>${escapeHtml(post.url)}</loc><lastmod>${updated}</lastmod></url>`);
      }
      before = next ?? undefined;
    } while (before !== undefined && entries.length < SITEMAP_SIZE);
    const xml = `<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${entries.join("\n")}
</urlset>
`;
    return answer(c, xml, "application/xml; charset=utf-8", 3600);
  });

  app.get("/robots.txt", (c) =>
    answer(
      c,
      `User-agent: *
Disallow: /home
Disallow: /follow
Disallow: /sign-in
Disallow: /setup
Disallow: /posts/
Disallow: /api/
Disallow: /oauth/
Sitemap: ${origin}/sitemap.xml
`,
      "text/plain; charset=utf-8",
      3600,
    ),
  );

  return app;
}

function answer(c: WebContext, body: string, type: string, maxAge: number): Response {
  return c.body(body, 200, {
    "Content-Type": type,
    "Cache-Control": `public, max-age=${maxAge}`,
  });
}
