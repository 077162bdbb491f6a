import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import {
  getGroup,
  listGroups,
  listGroupSenders,
  type NotificationGroup,
} from "../../../services/notification-groups.ts";
import { countUnreadGroups, dismissGroup } from "../../../services/notification-reading-state.ts";
import { viewNotifications } from "../../../services/notification-views.ts";
import type { Credential } from "../../../services/tokens.ts";
import { requireCredential } from "../access.ts";
import { accountJson } from "../entities/account.ts";
import { groupedNotificationsJson, type ShownGroup } from "../entities/notification-group.ts";
import { filterOf, GROUPED, groupedOf, NOTIFICATION_FILTER } from "../notification-filter.ts";
import { linkPages, readPage } from "../paging.ts";
import { readInput } from "../params.ts";
import { MOST_UNREAD, UNREAD } from "./notifications.ts";
import { optional } from "../fields.ts";

const READ = "read:notifications";
const WRITE = "write:notifications";

const LIST = NOTIFICATION_FILTER.extend(GROUPED.shape).extend({
  expand_accounts: optional(z.enum(["full", "partial_avatars"], "full or partial_avatars")),
});
const COUNT = NOTIFICATION_FILTER.extend(GROUPED.shape).extend(UNREAD);

/** `/api/v2/notifications`: the same with those about one thing shown as one. */
export function groupedNotificationRoutes(app: Hono, context: Context): void {
  const { origin } = context.config;

  app.get("/api/v2/notifications", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const asked = await readInput(c, LIST);
    const page = readPage(c, { usual: 40, most: 80 });
    const filter = { ...filterOf(asked), grouped: groupedOf(asked) };
    const { groups, edges } = await listGroups(context, credential, page, filter);
    linkPages(c, origin, edges);
    const partial = asked.expand_accounts === "partial_avatars";
    return c.json(groupedNotificationsJson(await show(credential, groups), origin, { partial }));
  });

  app.get("/api/v2/notifications/unread_count", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const { limit, ...asked } = await readInput(c, COUNT);
    const filter = { ...filterOf(asked), grouped: groupedOf(asked) };
    const most = Math.min(limit ?? 100, MOST_UNREAD);
    return c.json({ count: await countUnreadGroups(context, credential, most, filter) });
  });

  app.get("/api/v2/notifications/:key", async (c) => {
    const credential = await requireCredential(context, c, READ);
    const group = await getGroup(context, credential, keyInPath(c));
    const shown = await show(credential, [group]);
    return c.json(groupedNotificationsJson(shown, origin, { partial: false }));
  });

  app.get("/api/v2/notifications/:key/accounts", async (c) => {
    // The documentation asks for the one, Mastodon for the other.
    const credential = await requireCredential(context, c, [READ, WRITE]);
    const page = readPage(c, { usual: 40, most: 80 });
    const found = await listGroupSenders(context, credential, keyInPath(c), page);
    linkPages(
      c,
      origin,
      found.map(({ id }) => id),
    );
    return c.json(found.map(({ actor }) => accountJson(actor, origin)));
  });

  app.post("/api/v2/notifications/:key/dismiss", async (c) => {
    const credential = await requireCredential(context, c, WRITE);
    await dismissGroup(context, credential, keyInPath(c));
    return c.json({});
  });

  async function show(
    credential: Credential,
    groups: readonly NotificationGroup[],
  ): Promise<ShownGroup[]> {
    const latest = groups.map((group) => group.latest);
    const views = await viewNotifications(context, credential, latest);
    const byId = new Map(views.map((view) => [view.id, view]));
    return groups.flatMap((group) => {
      const view = byId.get(group.latest.id);
      return view === undefined ? [] : [{ group, latest: view }];
    });
  }
}

function keyInPath(c: HonoContext): string {
  return (c.req.param("key") ?? "").slice(0, 100);
}
