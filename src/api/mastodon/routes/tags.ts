import type { Hono } from "hono";
import type { Context } from "../../../services/context.ts";
import { featureTag, stopFeaturing } from "../../../services/featured-tags.ts";
import {
  followTag,
  listFollowedTags,
  unfollowTag,
  viewTag,
  viewTags,
} from "../../../services/followed-tags.ts";
import { findCredential, requireCredential } from "../access.ts";
import { tagJson } from "../entities/tag.ts";
import { linkPages, readPage } from "../paging.ts";

/** `/api/v1/tags` and `/api/v1/followed_tags`: hashtags. */
export function tagRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/followed_tags", async (c) => {
    const acting = await requireCredential(context, c, "read:follows");
    const page = readPage(c, { usual: 100, most: 200 });
    const followed = await listFollowedTags(context, acting, page);
    linkPages(
      c,
      origin,
      followed.map(({ id }) => id),
    );
    const names = followed.map(({ tag }) => tag);
    const views = await viewTags(context, acting, names);
    return c.json(views.map((view) => tagJson(view, origin)));
  });

  app.get("/api/v1/tags/:name", async (c) => {
    const acting = await findCredential(context, c, []);
    return c.json(tagJson(await viewTag(context, acting, c.req.param("name")), origin));
  });

  app.post("/api/v1/tags/:name/follow", async (c) => {
    const acting = await requireCredential(context, c, "write:follows");
    return c.json(tagJson(await followTag(context, acting, c.req.param("name")), origin));
  });

  app.post("/api/v1/tags/:name/unfollow", async (c) => {
    const acting = await requireCredential(context, c, "write:follows");
    return c.json(tagJson(await unfollowTag(context, acting, c.req.param("name")), origin));
  });

  app.post("/api/v1/tags/:name/feature", async (c) => {
    const acting = await requireCredential(context, c, "write:accounts");
    const name = c.req.param("name");
    await featureTag(context, acting, name);
    return c.json(tagJson(await viewTag(context, acting, name), origin));
  });

  app.post("/api/v1/tags/:name/unfeature", async (c) => {
    const acting = await requireCredential(context, c, "write:accounts");
    const name = c.req.param("name");
    await stopFeaturing(context, acting, name);
    return c.json(tagJson(await viewTag(context, acting, name), origin));
  });
}
