import { Hono } from "hono";
import { notFound } from "../../domain/errors.ts";
import { isTag, normalizeTag } from "../../domain/tag.ts";
import { actingAs } from "../../services/acting.ts";
import type { Context } from "../../services/context.ts";
import { tagTimeline } from "../../services/timelines.ts";
import type { WebEnv } from "../frame.ts";
import { TagPage } from "../pages/tag-page.tsx";
import { publicPage } from "../render.tsx";
import { readShownParts } from "../shown-parts.ts";
import { text } from "../text.ts";
import { organizationFrame, readBefore } from "./reading.tsx";

const PAGE_SIZE = 20;
const WHEREVER = { any: [], all: [], none: [], local: false, remote: false, onlyMedia: false };

/** The pages that hashtags in posts lead to. */
export function tagRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.get("/tags/:tag", async (c) => {
    const { member } = organizationFrame(c);
    const tag = normalizeTag(c.req.param("tag"));
    if (!isTag(tag)) throw notFound();
    const before = readBefore(c) ?? null;
    const page = { before, after: null, upwards: false, limit: PAGE_SIZE + 1 };
    const acting = member === null ? null : actingAs(member);
    const { entries } = await tagTimeline(context, acting, { ...WHEREVER, tag }, page);
    const shown = entries.slice(0, PAGE_SIZE);
    const posts = shown.map(({ post }) => post);
    const parts = await readShownParts(context, member, posts);
    const next = entries.length > PAGE_SIZE ? (shown.at(-1)?.id ?? null) : null;
    return publicPage(
      c,
      { title: text.tag.title(tag) },
      <TagPage tag={tag} posts={posts} parts={parts} next={next} atStart={before === null} />,
    );
  });

  return app;
}
