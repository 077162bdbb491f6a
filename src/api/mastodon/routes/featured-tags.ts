import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import {
  featureTag,
  listFeaturedTags,
  removeFeaturedTag,
  suggestTags,
} from "../../../services/featured-tags.ts";
import { viewTags } from "../../../services/followed-tags.ts";
import { idInPath, requireCredential } from "../access.ts";
import { featuredTagJson } from "../entities/featured-tag.ts";
import { tagJson } from "../entities/tag.ts";
import { text } from "../fields.ts";
import { readInput } from "../params.ts";

/** `/api/v1/featured_tags`: hashtags on one's profile. */
export function featuredTagRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/featured_tags", async (c) => {
    const { actor } = await requireCredential(context, c, "read:accounts");
    const tags = await listFeaturedTags(context, actor);
    return c.json(tags.map((tag) => featuredTagJson(tag, actor)));
  });

  app.post("/api/v1/featured_tags", async (c) => {
    const credential = await requireCredential(context, c, "write:accounts");
    const { name } = await readInput(c, z.object({ name: text(500) }));
    const tag = await featureTag(context, credential, name);
    return c.json(featuredTagJson(tag, credential.actor));
  });

  app.delete("/api/v1/featured_tags/:id", async (c) => {
    const credential = await requireCredential(context, c, "write:accounts");
    await removeFeaturedTag(context, credential, idInPath(c));
    return c.json({});
  });

  app.get("/api/v1/featured_tags/suggestions", async (c) => {
    const credential = await requireCredential(context, c, "read:accounts");
    const names = await suggestTags(context, credential);
    const views = await viewTags(context, credential, names);
    return c.json(views.map((view) => tagJson(view, context.config.origin)));
  });
}
