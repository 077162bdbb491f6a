import type { Hono } from "hono";
import { findPost } from "../../../services/status-reading.ts";
import type { Context } from "../../../services/context.ts";
import { viewStatus } from "../../../services/status-views.ts";
import { findCredential, idInPath, viewerWith } from "../access.ts";
import { statusJson } from "../entities/status.ts";

/** `/api/v1/statuses`: reading posts and practices. */
export function statusRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/statuses/:id", async (c) => {
    const credential = await findCredential(context, c, "read:statuses");
    const post = await findPost(context, viewerWith(credential), idInPath(c));
    return c.json(statusJson(await viewStatus(context, credential, post), context.config.origin));
  });
}
