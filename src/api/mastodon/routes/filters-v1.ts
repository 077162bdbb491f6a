import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import { invalid } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import {
  createFilter,
  deleteFilter,
  getKeyword,
  listFilters,
  updateFilter,
} from "../../../services/filters.ts";
import { idInPath, requireCredential } from "../access.ts";
import { oldFilterJson } from "../entities/filter.ts";
import { flag, optional, text } from "../fields.ts";
import { readInput } from "../params.ts";
import { CONTEXTS, EXPIRES_IN } from "./filters.ts";

const FILTER = z.object({
  phrase: text(512).pipe(z.string().trim().min(1, "can't be blank")),
  context: CONTEXTS,
  irreversible: optional(flag),
  whole_word: optional(flag),
  expires_in: EXPIRES_IN,
});
const CHANGES = FILTER.partial();

/** `/api/v1/filters`: the same filters for older clients, to whom each keyword is a filter. */
export function oldFilterRoutes(app: Hono, context: Context): void {
  const reading = (c: HonoContext) => requireCredential(context, c, "read:filters");
  const writing = (c: HonoContext) => requireCredential(context, c, "write:filters");

  app.get("/api/v1/filters", async (c) => {
    const filters = await listFilters(context, await reading(c));
    return c.json(
      filters.flatMap((filter) => filter.keywords.map((keyword) => oldFilterJson(filter, keyword))),
    );
  });

  app.post("/api/v1/filters", async (c) => {
    const acting = await writing(c);
    const input = await readInput(c, FILTER);
    const { phrase, whole_word: wholeWord = false } = input;
    const filter = await createFilter(context, acting, {
      title: phrase.slice(0, 200),
      ...ofFilter(input),
      keywords: [{ keyword: phrase, wholeWord }],
    });
    const [keyword] = filter.keywords;
    if (keyword === undefined) throw new Error("a filter was made without its keyword");
    return c.json(oldFilterJson(filter, keyword));
  });

  app.get("/api/v1/filters/:id", async (c) => {
    const { filter, keyword } = await getKeyword(context, await reading(c), idInPath(c));
    return c.json(oldFilterJson(filter, keyword));
  });

  app.put("/api/v1/filters/:id", async (c) => {
    const acting = await writing(c);
    const input = await readInput(c, CHANGES);
    const { filter, keyword } = await getKeyword(context, acting, idInPath(c));
    const changes = ofFilter(input);
    if (filter.keywords.length > 1 && Object.keys(changes).length > 0) {
      throw invalid({
        base: "this filter has several keywords: use the newer filters to change it",
      });
    }
    const change = { id: keyword.id, keyword: input.phrase, wholeWord: input.whole_word };
    await updateFilter(context, acting, filter.id, { ...changes, keywords: [change] });
    const changed = await getKeyword(context, acting, keyword.id);
    return c.json(oldFilterJson(changed.filter, changed.keyword));
  });

  app.delete("/api/v1/filters/:id", async (c) => {
    const acting = await writing(c);
    const { filter, keyword } = await getKeyword(context, acting, idInPath(c));
    if (filter.keywords.length + filter.posts.length === 1) {
      await deleteFilter(context, acting, filter.id);
    } else {
      await updateFilter(context, acting, filter.id, {
        keywords: [{ id: keyword.id, remove: true }],
      });
    }
    return c.json({});
  });
}

/** What a client says that is not about the one keyword. */
function ofFilter(input: z.output<typeof CHANGES>) {
  const { context, irreversible, expires_in: expiresInSeconds } = input;
  return {
    ...(context === undefined ? {} : { context }),
    ...(irreversible === undefined
      ? {}
      : { action: irreversible ? ("hide" as const) : ("warn" as const) }),
    ...(expiresInSeconds === undefined ? {} : { expiresInSeconds }),
  };
}
