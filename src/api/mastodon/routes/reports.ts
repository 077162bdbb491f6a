import type { Hono } from "hono";
import { z } from "zod";
import { getAccount } from "../../../services/accounts.ts";
import type { Context } from "../../../services/context.ts";
import { fileReport } from "../../../services/filed-reports.ts";
import { requireCredential } from "../access.ts";
import { reportJson } from "../entities/notification.ts";
import { flag, id, list, optional, text } from "../fields.ts";
import { readInput } from "../params.ts";

const REPORT = z.object({
  account_id: id,
  status_ids: list(id, 50).optional(),
  comment: text(10_000).optional(),
  category: optional(z.enum(["spam", "legal", "violation", "other"])),
  rule_ids: list(text(40), 50).optional(),
  forward: optional(flag),
});

/** `/api/v1/reports`: tells the administrators about somebody. */
export function reportRoutes(app: Hono, context: Context): void {
  app.post("/api/v1/reports", async (c) => {
    const credential = await requireCredential(context, c, "write:reports");
    const input = await readInput(c, REPORT);
    const target = await getAccount(context, input.account_id);
    const filed = await fileReport(context, credential, {
      target,
      postIds: input.status_ids ?? [],
      comment: input.comment ?? "",
      category: input.category ?? "other",
      ruleIds: input.rule_ids ?? [],
      forward: input.forward ?? false,
    });
    return c.json(reportJson({ ...filed, target }, context.config.origin));
  });
}
