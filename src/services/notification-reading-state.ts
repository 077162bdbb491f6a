import { and, eq } from "drizzle-orm";
import { markers, notifications } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { firstPage, type KeysetPage } from "./keyset-page.ts";
import { countGroups, isOfGroup, type Groupable } from "./notification-groups.ts";
import { listNotifications, type NotificationFilter } from "./notification-list.ts";

/** How many notifications are newer than the marker of whom the client acts as, at most `limit`. */
export async function countUnread(
  context: Context,
  acting: Acting,
  limit: number,
  filter: NotificationFilter,
): Promise<number> {
  const unread = await unreadPage(context, acting, limit);
  return (await listNotifications(context, acting, unread, filter)).length;
}

/** The same in groups. */
export async function countUnreadGroups(
  context: Context,
  acting: Acting,
  limit: number,
  filter: NotificationFilter & { readonly grouped: readonly Groupable[] },
): Promise<number> {
  return countGroups(context, acting, await unreadPage(context, acting, limit), filter);
}

async function unreadPage(context: Context, acting: Acting, limit: number): Promise<KeysetPage> {
  const [marker] = await context.db
    .select({ lastReadId: markers.lastReadId })
    .from(markers)
    .where(and(eq(markers.actorId, acting.actor.id), eq(markers.timeline, "notifications")));
  return { ...firstPage(limit), after: marker?.lastReadId ?? null };
}

/** Removes all notifications of whom the client acts as. */
export async function clearNotifications({ db }: Context, { actor }: Acting): Promise<void> {
  await db.delete(notifications).where(eq(notifications.recipientId, actor.id));
}

/** Removes one of them; what is not there, or somebody else's, is no error. */
export async function dismissNotification(
  { db }: Context,
  { actor }: Acting,
  id: bigint,
): Promise<void> {
  await db
    .delete(notifications)
    .where(and(eq(notifications.recipientId, actor.id), eq(notifications.id, id)));
}

/** Removes those of a group. */
export async function dismissGroup(
  { db }: Context,
  { actor }: Acting,
  groupKey: string,
): Promise<void> {
  await db
    .delete(notifications)
    .where(and(eq(notifications.recipientId, actor.id), isOfGroup(groupKey)));
}
