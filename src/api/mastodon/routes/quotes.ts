import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import { listQuotes, revokeQuote, setQuotePolicy } from "../../../services/quote-control.ts";
import { entryOf, viewStatus, viewStatuses } from "../../../services/status-views.ts";
import { findCredential, idInPath, requireCredential, viewerWith } from "../access.ts";
import { statusJson } from "../entities/status.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";

const Policy = z.object({
  quote_approval_policy: z.enum(["public", "followers", "nobody"], "public, followers or nobody"),
});

/** Who quotes a post, and who may. */
export function quoteRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/statuses/:id/quotes", async (c) => {
    const credential = await findCredential(context, c, "read:statuses");
    const page = readPage(c, { usual: 20, most: 40 });
    const found = await listQuotes(context, viewerWith(credential), idInPath(c), page);
    const views = await viewStatuses(context, credential, found.posts.map(entryOf));
    linkPages(c, origin, found.ids);
    return c.json(views.map((view) => statusJson(view, origin)));
  });

  app.post("/api/v1/statuses/:id/quotes/:quoting_id/revoke", async (c) => {
    const credential = await requireCredential(context, c, "write:statuses");
    const quotingId = idInPath(c, "quoting_id");
    const post = await revokeQuote(context, credential, idInPath(c), quotingId);
    return c.json(statusJson(await viewStatus(context, credential, post), origin));
  });

  app.put("/api/v1/statuses/:id/interaction_policy", async (c) => {
    const credential = await requireCredential(context, c, "write:statuses");
    const { quote_approval_policy: policy } = await readInput(c, Policy);
    const post = await setQuotePolicy(context, credential, idInPath(c), policy);
    return c.json(statusJson(await viewStatus(context, credential, post), origin));
  });
}
