import type { Hono } from "hono";
import { z } from "zod";
import { AppError } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { search } from "../../../services/search.ts";
import { entryOf, viewStatuses } from "../../../services/status-views.ts";
import { findCredential } from "../access.ts";
import { accountJson } from "../entities/account.ts";
import { statusJson } from "../entities/status.ts";
import { tagJson } from "../entities/tag.ts";
import { flag, id, optional, text, whole } from "../fields.ts";
import { readInput } from "../params.ts";

const MOST = 40;

const SEARCH = z.object({
  q: text(2_000),
  type: optional(z.enum(["accounts", "statuses", "hashtags"])),
  resolve: optional(flag),
  following: optional(flag),
  account_id: optional(id),
  max_id: optional(id),
  min_id: optional(id),
  since_id: optional(id),
  limit: optional(whole(1, 1_000_000)),
  offset: optional(whole(0, 10_000)),
});

/** `/api/v2/search`: accounts, posts and hashtags. */
export function searchRoutes(app: Hono, context: Context): void {
  app.get("/api/v2/search", async (c) => {
    const acting = await findCredential(context, c, "read:search");
    const input = await readInput(c, SEARCH);
    const { resolve = false, offset = 0, limit = 20 } = input;
    if (acting === null && (resolve || offset > 0)) {
      throw new AppError(
        "token_missing",
        "Search queries pagination or resolving is not supported without authentication.",
        { status: 401 },
      );
    }
    const found = await search(context, acting, {
      query: input.q,
      kind: input.type ?? null,
      resolve,
      following: input.following ?? false,
      authorId: input.account_id ?? null,
      before: input.max_id ?? null,
      after: input.min_id ?? input.since_id ?? null,
      // Without a kind there is only one page of everything, as on Mastodon.
      offset: input.type === undefined ? 0 : offset,
      limit: Math.min(limit, MOST),
    });
    const { origin } = context.config;
    const views = await viewStatuses(context, acting, found.posts.map(entryOf));
    return c.json({
      accounts: found.accounts.map((actor) => accountJson(actor, origin)),
      statuses: views.map((view) => statusJson(view, origin)),
      hashtags: found.tags.map((tag) => tagJson(tag, origin)),
      collections: [],
    });
  });
}
