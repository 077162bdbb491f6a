import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import type { Acting } from "../../../services/acting.ts";
import type { Context } from "../../../services/context.ts";
import { directTimeline } from "../../../services/direct-timeline.ts";
import { viewStatuses } from "../../../services/status-views.ts";
import {
  homeTimeline,
  listTimeline,
  publicTimeline,
  tagTimeline,
  type TimelinePage,
} from "../../../services/timelines.ts";
import { findCredential, idInPath, requireCredential } from "../access.ts";
import { statusJson } from "../entities/status.ts";
import { flag, list, optional, text } from "../fields.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";

const LIMITS = { usual: 20, most: 40 };

const PUBLIC = z.object({
  local: optional(flag),
  remote: optional(flag),
  only_media: optional(flag),
});
const tags = () => optional(list(text(200), 20));
const TAG = PUBLIC.extend({ any: tags(), all: tags(), none: tags() });

/** `/api/v1/timelines`: posts as they come. */
export function timelineRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/timelines/home", async (c) => {
    const acting = await requireCredential(context, c, "read:statuses");
    const page = await homeTimeline(context, acting, readPage(c, LIMITS));
    return answer(context, c, acting, page);
  });

  app.get("/api/v1/timelines/public", async (c) => {
    const acting = await findCredential(context, c, "read:statuses");
    const asked = publicFilter(await readInput(c, PUBLIC));
    return answer(
      context,
      c,
      acting,
      await publicTimeline(context, acting, asked, readPage(c, LIMITS)),
    );
  });

  app.get("/api/v1/timelines/tag/:hashtag", async (c) => {
    const acting = await findCredential(context, c, "read:statuses");
    const input = await readInput(c, TAG);
    const { any = [], all = [], none = [] } = input;
    const asked = { ...publicFilter(input), tag: c.req.param("hashtag"), any, all, none };
    return answer(
      context,
      c,
      acting,
      await tagTimeline(context, acting, asked, readPage(c, LIMITS)),
    );
  });

  app.get("/api/v1/timelines/list/:id", async (c) => {
    const acting = await requireCredential(context, c, "read:lists");
    const page = await listTimeline(context, acting, idInPath(c), readPage(c, LIMITS));
    return answer(context, c, acting, page);
  });

  app.get("/api/v1/timelines/direct", async (c) => {
    const acting = await requireCredential(context, c, "read:statuses");
    const page = await directTimeline(context, acting, readPage(c, LIMITS));
    return answer(context, c, acting, page);
  });

  // Posts about a link that trends: nothing trends here, so no link has any.
  app.get("/api/v1/timelines/link", async (c) => {
    await findCredential(context, c, "read:statuses");
    return c.json([]);
  });
}

function publicFilter(input: z.output<typeof PUBLIC>) {
  const { local = false, remote = false, only_media: onlyMedia = false } = input;
  return { local, remote, onlyMedia };
}

async function answer(
  context: Context,
  c: HonoContext,
  acting: Acting | null,
  { entries, filtered, surroundings }: TimelinePage,
): Promise<Response> {
  const views = await viewStatuses(context, acting, entries, { filtered, surroundings });
  const { origin } = context.config;
  linkPages(
    c,
    origin,
    entries.map(({ id }) => id),
  );
  return c.json(views.map((view) => statusJson(view, origin)));
}
