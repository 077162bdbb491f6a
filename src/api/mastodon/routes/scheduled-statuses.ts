import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import {
  getScheduled,
  listScheduled,
  reschedule,
  unschedule,
} from "../../../services/scheduled.ts";
import { idInPath, requireCredential } from "../access.ts";
import { scheduledStatusJson } from "../entities/scheduled-status.ts";
import { text } from "../fields.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";
import { readSchedule } from "../status-input.ts";

const READ = "read:statuses";
const WRITE = "write:statuses";
const CHANGES = z.object({ scheduled_at: text(100) });

/** `/api/v1/scheduled_statuses`: posts that are published later. */
export function scheduledStatusRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/scheduled_statuses", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const page = readPage(c, { usual: 20, most: 40 });
    const scheduled = await listScheduled(context, credential, page);
    linkPages(
      c,
      origin,
      scheduled.map(({ id }) => id),
    );
    return c.json(scheduled.map((one) => scheduledStatusJson(one)));
  });

  app.get("/api/v1/scheduled_statuses/:id", async (c) => {
    const credential = await requireCredential(context, c, READ);
    return c.json(scheduledStatusJson(await getScheduled(context, credential, idInPath(c))));
  });

  app.put("/api/v1/scheduled_statuses/:id", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    const at = readSchedule((await readInput(c, CHANGES)).scheduled_at);
    const changed = await reschedule(context, credential, idInPath(c), at);
    return c.json(scheduledStatusJson(changed));
  });

  app.delete("/api/v1/scheduled_statuses/:id", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    await unschedule(context, credential, idInPath(c));
    return c.json({});
  });
}
