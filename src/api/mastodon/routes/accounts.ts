import type { Hono } from "hono";
import type { Context } from "../../../services/context.ts";
import { requireCredential } from "../access.ts";
import { accountJson } from "../entities/account.ts";

/** `/api/v1/accounts`: who somebody is. */
export function accountRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/accounts/verify_credentials", async (c) => {
    const { actor } = await requireCredential(context, c, "read:accounts");
    return c.json(accountJson(actor, context.config.origin));
  });
}
