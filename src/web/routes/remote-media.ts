import { Hono } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../../domain/errors.ts";
import { fileHeaders } from "../../platform/media/file-response.ts";
import type { Context } from "../../services/context.ts";
import { viewerOfFile } from "../../services/media-viewer.ts";
import { openRemoteMedia } from "../../services/remote-media.ts";
import type { WebEnv } from "../frame.ts";
import { sessionViewer } from "../session-viewer.ts";

/**
 * Files of other instances' posts, for members: fetched from there under the same check as the post,
 * and passed on as they come. The other side sees this instance, never its readers. Mount it before
 * the headers of pages: a file has stricter ones.
 */
export function remoteMediaRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/media/remote/:postId/:index", async (c, next) => {
    const place = c.req.param();
    const { raw } = c.req;
    const viewer = await viewerOfFile(context, raw, { kind: "remote", ...place }, () =>
      sessionViewer(context, c),
    );
    try {
      const file = await openRemoteMedia(context, viewer, place, {
        method: c.req.method === "HEAD" ? "HEAD" : "GET",
        range: c.req.header("Range") ?? null,
      });
      const byLink = c.req.query("link") !== undefined;
      const headers = fileHeaders({ ...file, public: false, byLink });
      if (file.bytes !== null) headers.set("Content-Length", String(file.bytes));
      if (file.contentRange !== null) headers.set("Content-Range", file.contentRange);
      if (file.acceptsRanges) headers.set("Accept-Ranges", "bytes");
      return new Response(file.body, { status: file.status, headers });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // The page that says "nothing here" comes at the end of the pages.
      if (error.status === 404) return next();
      const keptBy = { "Cache-Control": "private, no-store" };
      return c.text(error.safe, error.status as ContentfulStatusCode, keptBy);
    }
  });
  return app;
}
