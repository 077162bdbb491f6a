import { Hono } from "hono";
import { isPublic } from "../../domain/audience/audience.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import { normalizeTopic, PRACTICE_KINDS } from "../../domain/practice.ts";
import { AppError, notFound } from "../../domain/errors.ts";
import { htmlToText } from "../../platform/html/text.ts";
import type { Context } from "../../services/context.ts";
import { getPublicActor } from "../../services/people.ts";
import { listPractices } from "../../services/practice-lists.ts";
import {
  findWithdrawalById,
  findWithdrawalBySlug,
  getPostById,
  getPracticeBySlug,
} from "../../services/reading.ts";
import type { Withdrawal } from "../../services/withdrawals.ts";
import { displayName } from "../components/actor-card.tsx";
import type { OrganizationFrame, WebContext, WebEnv } from "../frame.ts";
import { OrganizationPage, TopicPage } from "../pages/organization-page.tsx";
import { WithdrawnPage } from "../pages/message-pages.tsx";
import { PersonPage } from "../pages/person-page.tsx";
import { PracticePage, practiceTitle } from "../pages/practice-page.tsx";
import { withQuery } from "../components/pager.tsx";
import { readPostView } from "../post-view.ts";
import { privatePage, publicPage } from "../render.tsx";
import { StructuredData } from "../structured-data.tsx";
import { text } from "../text.ts";

const PAGE_SIZE = 20;

/** What anybody may read: the organization, its practices, topics and people. */
export function readingRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { origin } = context.config;

  app.get("/", async (c) => {
    const frame = organizationFrame(c);
    const before = readBefore(c);
    const kind = PRACTICE_KINDS.find((known) => known === c.req.query("kind"));
    const topic = normalizeTopic(c.req.query("topic") ?? "") || undefined;
    const page = await listPractices(context, frame.viewer, {
      organization: frame.organization.actor.iri,
      limit: PAGE_SIZE,
      before,
      kind,
      topic,
    });
    const { actor } = frame.organization;
    const name = displayName(actor);
    return publicPage(
      c,
      {
        title: name,
        description: htmlToText(actor.summary, 200) || text.organization.description(name),
        canonical: origin + withQuery("/", { kind, topic, before: before?.toString() }),
        feed: { href: `${origin}/feed.atom`, title: text.feed.title(name) },
        extra: <link rel="alternate" type="application/activity+json" href={actor.iri} />,
      },
      <OrganizationPage
        frame={frame}
        page={page}
        kind={kind}
        topic={topic}
        atStart={before === undefined}
      />,
    );
  });

  app.get("/practices/:slug", async (c) => {
    const { frame } = c.var;
    const slug = c.req.param("slug");
    const post = await unlessWithdrawn(getPracticeBySlug(context, frame.viewer, slug), () =>
      findWithdrawalBySlug(context, frame.viewer, slug),
    );
    if ("owner" in post) return withdrawnPage(c, post);
    const view = await readPostView(context, frame, post, { after: readAfter(c) });
    const body = <PracticePage frame={frame} view={view} />;
    const title = practiceTitle(post);
    if (!isPublic(post.audience)) return privatePage(c, { title }, body);
    return publicPage(
      c,
      {
        title,
        description: post.summary,
        canonical: post.url,
        extra: <StructuredData post={post} credits={view.credits} />,
      },
      body,
    );
  });

  app.get("/posts/:id", async (c) => {
    const { frame } = c.var;
    const id = c.req.param("id");
    const post = await unlessWithdrawn(getPostById(context, frame.viewer, id), () =>
      findWithdrawalById(context, frame.viewer, id),
    );
    if ("owner" in post) return withdrawnPage(c, post);
    // What others publish is for our members here; everybody else reads it where it comes from.
    if (frame.member === null && !post.local) throw notFound();
    const slug = post.practice?.slug ?? null;
    if (slug !== null) return c.redirect(`/practices/${slug}`, 302);
    const view = await readPostView(context, frame, post, { after: readAfter(c) });
    return privatePage(
      c,
      { title: practiceTitle(post) },
      <PracticePage frame={frame} view={view} />,
    );
  });

  app.get("/topics/:topic", async (c) => {
    const frame = organizationFrame(c);
    const topic = normalizeTopic(c.req.param("topic"));
    if (topic === "") throw notFound();
    const before = readBefore(c);
    const page = await listPractices(context, frame.viewer, {
      organization: frame.organization.actor.iri,
      limit: PAGE_SIZE,
      before,
      topic,
    });
    const name = displayName(frame.organization.actor);
    const path = `/topics/${encodeURIComponent(topic)}`;
    return publicPage(
      c,
      {
        title: text.topic.title(topic),
        description: text.topic.description(topic, name),
        canonical:
          page.practices.length === 0
            ? undefined
            : origin + withQuery(path, { before: before?.toString() }),
        feed: { href: `${origin}${path}/feed.atom`, title: text.topic.feedTitle(topic, name) },
      },
      <TopicPage frame={frame} topic={topic} page={page} atStart={before === undefined} />,
    );
  });

  app.get("/:handle{@[A-Za-z0-9_]{1,30}}", async (c) => {
    const frame = organizationFrame(c);
    const actor = await getPublicActor(context, c.req.param("handle").slice(1));
    if (actor.kind === "organization") return c.redirect("/", 302);
    const before = readBefore(c);
    const page = await listPractices(context, frame.viewer, {
      credited: actor.iri,
      limit: PAGE_SIZE,
      before,
    });
    return publicPage(
      c,
      {
        title: displayName(actor),
        description: htmlToText(actor.summary, 200) || undefined,
        canonical: actor.discoverable ? actor.url : undefined,
        extra: <link rel="alternate" type="application/activity+json" href={actor.iri} />,
      },
      <PersonPage frame={frame} actor={actor} page={page} atStart={before === undefined} />,
    );
  });

  return app;
}

/** What was found; where nothing was, that it is withdrawn, if the viewer may know. */
async function unlessWithdrawn<T>(
  finding: Promise<T>,
  findWithdrawn: () => Promise<Withdrawal | null>,
): Promise<T | Withdrawal> {
  try {
    return await finding;
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 404) throw error;
    const withdrawn = await findWithdrawn();
    if (withdrawn === null) throw error;
    return withdrawn;
  }
}

function withdrawnPage(c: WebContext, withdrawal: Withdrawal): Promise<Response> {
  const { title } = text.publishing.withdrawn;
  return privatePage(c, { title }, <WithdrawnPage withdrawal={withdrawal} />, 410);
}

/** Where to go on in a list; what cannot be read starts at the beginning. */
export function readBefore(c: WebContext): Id | undefined {
  return parseId(c.req.query("before") ?? "") ?? undefined;
}

/** Where a discussion goes on. */
export function readAfter(c: WebContext): Id | undefined {
  return parseId(c.req.query("after") ?? "") ?? undefined;
}

/** The frame where there is an organization; before set-up there is nothing. @throws AppError `not_found` */
export function organizationFrame(c: WebContext): OrganizationFrame {
  const { frame } = c.var;
  if (frame.organization === null) throw notFound();
  return { ...frame, organization: frame.organization };
}
