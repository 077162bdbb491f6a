import type { Hono } from "hono";
import { notFound } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { requireCredential } from "../access.ts";

/** Emoji of an instance's own and announcements: there are none here. */
export function announcementRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/custom_emojis", (c) => c.json([]));

  app.get("/api/v1/announcements", async (c) => {
    await requireCredential(context, c, []);
    return c.json([]);
  });
  app.post("/api/v1/announcements/:id/dismiss", async (c) => {
    await requireCredential(context, c, "write:accounts");
    throw notFound();
  });
  app.on(["PUT", "DELETE"], "/api/v1/announcements/:id/reactions/:name", async (c) => {
    await requireCredential(context, c, "write:favourites");
    throw notFound();
  });
}
