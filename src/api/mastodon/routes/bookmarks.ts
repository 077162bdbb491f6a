import type { Hono } from "hono";
import type { Context } from "../../../services/context.ts";
import { listBookmarks } from "../../../services/kept-posts.ts";
import { entryOf, viewStatuses } from "../../../services/status-views.ts";
import { requireCredential } from "../access.ts";
import { statusJson } from "../entities/status.ts";
import { linkPages, readPage } from "../paging.ts";

/** What somebody keeps for themselves. */
export function bookmarkRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/bookmarks", async (c) => {
    const credential = await requireCredential(context, c, "read:bookmarks");
    const page = readPage(c, { usual: 20, most: 40 });
    const { posts, ids } = await listBookmarks(context, credential, page);
    const views = await viewStatuses(context, credential, posts.map(entryOf));
    linkPages(c, context.config.origin, ids);
    return c.json(views.map((view) => statusJson(view, context.config.origin)));
  });
}
