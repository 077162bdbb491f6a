import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import {
  acceptRequests,
  dismissRequests,
  getRequest,
  listRequests,
} from "../../../services/notification-requests.ts";
import { idInPath, requireCredential } from "../access.ts";
import { notificationRequestJson } from "../entities/notification-policy.ts";
import { id, list } from "../fields.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";

const READ = "read:notifications";
const WRITE = "write:notifications";

const MANY = z.object({ id: list(id, 100).optional() });

/** `/api/v1/notifications/requests`: those whose notifications are held back. */
export function notificationRequestRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/notifications/requests", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const found = await listRequests(context, credential, readPage(c, { usual: 40, most: 80 }));
    linkPages(
      c,
      origin,
      found.map((request) => request.id),
    );
    return c.json(found.map((request) => notificationRequestJson(request, origin)));
  });

  // What is accepted is let through at once: nothing is ever still being merged.
  app.get("/api/v1/notifications/requests/merged", async (c) => {
    await requireCredential(context, c, READ);
    return c.json({ merged: true });
  });

  app.post("/api/v1/notifications/requests/accept", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    await acceptRequests(context, credential, (await readInput(c, MANY)).id ?? []);
    return c.json({});
  });

  app.post("/api/v1/notifications/requests/dismiss", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    await dismissRequests(context, credential, (await readInput(c, MANY)).id ?? []);
    return c.json({});
  });

  app.get("/api/v1/notifications/requests/:id", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const request = await getRequest(context, credential, idInPath(c));
    return c.json(notificationRequestJson(request, origin));
  });

  app.post("/api/v1/notifications/requests/:id/accept", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    await acceptRequests(context, credential, [idInPath(c)]);
    return c.json({});
  });

  app.post("/api/v1/notifications/requests/:id/dismiss", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    await dismissRequests(context, credential, [idInPath(c)]);
    return c.json({});
  });
}
