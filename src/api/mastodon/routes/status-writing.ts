import type { Hono } from "hono";
import type { Context } from "../../../services/context.ts";
import { editStatus } from "../../../services/edit-status.ts";
import { scheduleStatus } from "../../../services/scheduled.ts";
import { createStatus, deleteStatus } from "../../../services/statuses.ts";
import { viewStatus } from "../../../services/status-views.ts";
import { z } from "zod";
import { idInPath, requireCredential } from "../access.ts";
import { scheduledStatusJson } from "../entities/scheduled-status.ts";
import { statusJson } from "../entities/status.ts";
import { flag, optional } from "../fields.ts";
import { readInput } from "../params.ts";
import { EDITED_STATUS, NEW_STATUS, readSchedule, toChanges, toDraft } from "../status-input.ts";

const WRITE = "write:statuses";
const DELETION = z.object({ delete_media: optional(flag) });

/** `/api/v1/statuses`: writing, editing and deleting posts and practices. */
export function statusWritingRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.post("/api/v1/statuses", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    const input = await readInput(c, NEW_STATUS);
    const draft = toDraft(input, context.now());
    const key = c.req.header("Idempotency-Key") || null;
    const request = { draft, appId: credential.appId, key };
    if (input.scheduled_at !== undefined) {
      const at = readSchedule(input.scheduled_at);
      const scheduled = await scheduleStatus(context, credential, { ...request, at });
      return c.json(scheduledStatusJson(scheduled));
    }
    const post = await createStatus(context, credential, request);
    return c.json(statusJson(await viewStatus(context, credential, post), origin));
  });

  app.put("/api/v1/statuses/:id", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    const changes = toChanges(await readInput(c, EDITED_STATUS), context.now());
    const post = await editStatus(context, credential, idInPath(c), changes);
    return c.json(statusJson(await viewStatus(context, credential, post), origin));
  });

  app.delete("/api/v1/statuses/:id", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    const { delete_media: deleteMedia = false } = await readInput(c, DELETION);
    const { view, source } = await deleteStatus(context, credential, idInPath(c), {
      keepsMedia: !deleteMedia,
    });
    // For "delete and write again": as it was typed.
    const { text, spoilerText } = source;
    return c.json({ ...statusJson(view, origin), text, spoiler_text: spoilerText });
  });
}
