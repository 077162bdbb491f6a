import type { Hono } from "hono";
import { z } from "zod";
import { notFound } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { requireOrganization } from "../../../services/organization.ts";
import { getPublicPostByUrl } from "../../../services/public-posts.ts";
import { oembedJson } from "../entities/oembed.ts";
import { optional, text, whole } from "../fields.ts";
import { parseInput } from "../params.ts";

const OEMBED = z.object({
  url: text(2_048),
  maxwidth: optional(whole(1, 10_000)),
  format: optional(text(10)),
});

/** `/api/oembed` (oembed.com): a card of a post of ours that everybody may see. */
export function oembedRoutes(app: Hono, context: Context): void {
  app.get("/api/oembed", async (c) => {
    const { url, maxwidth, format = "json" } = parseInput(OEMBED, c.req.query());
    if (format !== "json") throw notFound();
    const [post, { actor }] = await Promise.all([
      getPublicPostByUrl(context, url),
      requireOrganization(context),
    ]);
    c.header("Cache-Control", "public, max-age=300");
    return c.json(oembedJson(post, { organization: actor, maxWidth: maxwidth ?? null }));
  });
}
