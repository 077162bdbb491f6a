import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import { getAccount, listDirectory } from "../../../services/accounts.ts";
import type { Context } from "../../../services/context.ts";
import { dismissSuggestion, listSuggestions } from "../../../services/suggestions.ts";
import { findCredential, idInPath, requireCredential } from "../access.ts";
import { accountJson } from "../entities/account.ts";
import { optional, whole } from "../fields.ts";
import { readInput } from "../params.ts";

const MOST = 80;
const LIMIT = z.object({ limit: optional(whole(1, 1_000_000)) });
const DIRECTORY = z.object({
  order: optional(z.enum(["active", "new"])),
  offset: optional(whole(0, 100_000)),
  limit: optional(whole(1, 1_000_000)),
});

/** Whom one may want to follow, and our accounts that want to be found. */
export function suggestionRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  async function suggested(c: HonoContext) {
    const credential = await requireCredential(context, c, ["read:accounts", "read"]);
    const { limit } = await readInput(c, LIMIT);
    return listSuggestions(context, credential, Math.min(limit ?? 40, MOST));
  }

  app.get("/api/v1/suggestions", async (c) => {
    const accounts = await suggested(c);
    return c.json(accounts.map((account) => accountJson(account, origin)));
  });

  app.get("/api/v2/suggestions", async (c) => {
    const accounts = await suggested(c);
    return c.json(
      accounts.map((account) => ({
        // The organization chose its partners; clients before 4.3 read `source` only.
        source: "staff",
        sources: ["featured"],
        account: accountJson(account, origin),
      })),
    );
  });

  app.delete("/api/v1/suggestions/:id", async (c) => {
    const credential = await requireCredential(context, c, ["write:accounts", "read"]);
    await dismissSuggestion(context, credential, await getAccount(context, idInPath(c)));
    return c.json({});
  });

  app.get("/api/v1/directory", async (c) => {
    await findCredential(context, c, []);
    const { order, offset, limit } = await readInput(c, DIRECTORY);
    const accounts = await listDirectory(context, {
      order: order ?? "active",
      offset: offset ?? 0,
      limit: Math.min(limit ?? 40, MOST),
    });
    return c.json(accounts.map((account) => accountJson(account, origin)));
  });
}
