import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import {
  addFilteredPost,
  addKeyword,
  createFilter,
  deleteFilter,
  getFilter,
  getFilteredPost,
  getKeyword,
  listFilters,
  removeFilteredPost,
  updateFilter,
} from "../../../services/filters.ts";
import { idInPath, requireCredential } from "../access.ts";
import { filteredPostJson, filterJson, keywordJson } from "../entities/filter.ts";
import { flag, id, list, optional, text, whole } from "../fields.ts";
import { readInput } from "../params.ts";

const LONGEST_EXPIRY = 10 * 365 * 86_400;

export const CONTEXTS = list(z.enum(["home", "notifications", "public", "thread", "account"]), 10);

/** Seconds from now; null or an empty text = for good, left out = as it is. */
export const EXPIRES_IN = z.preprocess(
  (value) => (value === "" ? null : value),
  whole(1, LONGEST_EXPIRY).nullable().optional(),
);

const KEYWORD = z.object({ keyword: optional(text(512)), whole_word: optional(flag) });
const CHANGES = z.object({
  title: optional(text(200)),
  context: optional(CONTEXTS),
  filter_action: optional(z.enum(["warn", "hide", "blur"])),
  expires_in: EXPIRES_IN,
  keywords_attributes: optional(
    list(KEYWORD.extend({ id: optional(id), _destroy: optional(flag) }), 100),
  ),
});
const POST = z.object({ status_id: id });

/** `/api/v2/filters`: what somebody does not want to read. */
export function filterRoutes(app: Hono, context: Context): void {
  const reading = (c: HonoContext) => requireCredential(context, c, "read:filters");
  const writing = (c: HonoContext) => requireCredential(context, c, "write:filters");

  app.get("/api/v2/filters", async (c) =>
    c.json((await listFilters(context, await reading(c))).map(filterJson)),
  );

  app.post("/api/v2/filters", async (c) => {
    const acting = await writing(c);
    return c.json(filterJson(await createFilter(context, acting, await readChanges(c))));
  });

  app.get("/api/v2/filters/:id", async (c) =>
    c.json(filterJson(await getFilter(context, await reading(c), idInPath(c)))),
  );

  app.put("/api/v2/filters/:id", async (c) => {
    const acting = await writing(c);
    const changes = await readChanges(c);
    return c.json(filterJson(await updateFilter(context, acting, idInPath(c), changes)));
  });

  app.delete("/api/v2/filters/:id", async (c) => {
    await deleteFilter(context, await writing(c), idInPath(c));
    return c.json({});
  });

  app.get("/api/v2/filters/:id/keywords", async (c) => {
    const { keywords } = await getFilter(context, await reading(c), idInPath(c));
    return c.json(keywords.map(keywordJson));
  });

  app.post("/api/v2/filters/:id/keywords", async (c) => {
    const acting = await writing(c);
    const { keyword, whole_word: wholeWord } = await readInput(c, KEYWORD);
    const added = await addKeyword(context, acting, idInPath(c), { keyword, wholeWord });
    return c.json(keywordJson(added));
  });

  app.get("/api/v2/filters/keywords/:id", async (c) => {
    const { keyword } = await getKeyword(context, await reading(c), idInPath(c));
    return c.json(keywordJson(keyword));
  });

  app.put("/api/v2/filters/keywords/:id", async (c) => {
    const acting = await writing(c);
    const { keyword, whole_word: wholeWord } = await readInput(c, KEYWORD);
    const found = await getKeyword(context, acting, idInPath(c));
    const change = { id: found.keyword.id, keyword, wholeWord };
    await updateFilter(context, acting, found.filter.id, { keywords: [change] });
    return c.json(keywordJson((await getKeyword(context, acting, found.keyword.id)).keyword));
  });

  app.delete("/api/v2/filters/keywords/:id", async (c) => {
    const acting = await writing(c);
    const { filter, keyword } = await getKeyword(context, acting, idInPath(c));
    await updateFilter(context, acting, filter.id, {
      keywords: [{ id: keyword.id, remove: true }],
    });
    return c.json({});
  });

  app.get("/api/v2/filters/:id/statuses", async (c) => {
    const { posts } = await getFilter(context, await reading(c), idInPath(c));
    return c.json(posts.map(filteredPostJson));
  });

  app.post("/api/v2/filters/:id/statuses", async (c) => {
    const acting = await writing(c);
    const { status_id: postId } = await readInput(c, POST);
    const added = await addFilteredPost(context, acting, idInPath(c), postId);
    return c.json(filteredPostJson(added));
  });

  app.get("/api/v2/filters/statuses/:id", async (c) => {
    const { post } = await getFilteredPost(context, await reading(c), idInPath(c));
    return c.json(filteredPostJson(post));
  });

  app.delete("/api/v2/filters/statuses/:id", async (c) => {
    await removeFilteredPost(context, await writing(c), idInPath(c));
    return c.json({});
  });
}

async function readChanges(c: HonoContext) {
  const input = await readInput(c, CHANGES);
  return {
    title: input.title,
    context: input.context,
    action: input.filter_action,
    expiresInSeconds: input.expires_in,
    keywords: input.keywords_attributes?.map((each) => ({
      id: each.id,
      keyword: each.keyword,
      wholeWord: each.whole_word,
      remove: each._destroy,
    })),
  };
}
