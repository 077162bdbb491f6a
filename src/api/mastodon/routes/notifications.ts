import type { Hono } from "hono";
import type { Context } from "../../../services/context.ts";
import { listNotifications } from "../../../services/notification-list.ts";
import {
  clearNotifications,
  countUnread,
  dismissNotification,
} from "../../../services/notification-reading-state.ts";
import { getNotification, viewNotifications } from "../../../services/notification-views.ts";
import { idInPath, requireCredential } from "../access.ts";
import { notificationJson } from "../entities/notification.ts";
import { optional, whole } from "../fields.ts";
import { filterOf, NOTIFICATION_FILTER } from "../notification-filter.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";

const READ = "read:notifications";
const WRITE = "write:notifications";

/** `/api/v1/notifications`: what happened to whom the client acts as, one by one. */
export function notificationRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v1/notifications", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const filter = filterOf(await readInput(c, NOTIFICATION_FILTER));
    const page = readPage(c, { usual: 40, most: 80 });
    const found = await listNotifications(context, credential, page, filter);
    linkPages(
      c,
      origin,
      found.map(({ id }) => id),
    );
    const views = await viewNotifications(context, credential, found);
    return c.json(views.map((view) => notificationJson(view, origin)));
  });

  app.get("/api/v1/notifications/unread_count", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const { limit, ...asked } = await readInput(c, NOTIFICATION_FILTER.extend(UNREAD));
    const most = Math.min(limit ?? 100, MOST_UNREAD);
    return c.json({ count: await countUnread(context, credential, most, filterOf(asked)) });
  });

  app.post("/api/v1/notifications/clear", async (c) => {
    await clearNotifications(context, await requireCredential(context, c, WRITE));
    return c.json({});
  });

  app.get("/api/v1/notifications/:id{[0-9]+}", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const found = await getNotification(context, credential, idInPath(c));
    const [view] = await viewNotifications(context, credential, [found]);
    if (view === undefined) throw new Error("viewNotifications returned nothing");
    return c.json(notificationJson(view, origin));
  });

  app.post("/api/v1/notifications/:id{[0-9]+}/dismiss", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    await dismissNotification(context, credential, idInPath(c));
    return c.json({});
  });
}

/** How far unread notifications are counted. */
export const MOST_UNREAD = 1_000;
export const UNREAD = { limit: optional(whole(1, 1_000_000)) };
