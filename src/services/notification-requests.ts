import { and, desc, eq, inArray, isNull, sql, type SQL } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { notificationRequests, notifications } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { firstPage, keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import {
  ALL_NOTIFICATIONS,
  notificationsOf,
  readRows,
  revealRows,
  senders,
  type RevealedNotification,
} from "./notification-list.ts";
import { entryOf, viewStatuses, type StatusView } from "./status-views.ts";

/** Somebody whose notifications are held back. */
export interface NotificationRequestView {
  readonly id: Id;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly from: ActorRecord;
  /** how many of theirs wait */
  readonly count: number;
  /** the latest post among them, if it can be seen */
  readonly lastStatus: StatusView | null;
}

/** Requests to whom the client acts as that wait for a decision, newest first. */
export async function listRequests(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<NotificationRequestView[]> {
  const { where, orderBy } = keysetSql(page, notificationRequests.id);
  const rows = await readRequests(context, acting, where, { orderBy, limit: page.limit });
  return newestFirst(page, await view(context, acting, rows));
}

/** One of them. @throws AppError `not_found` */
export async function getRequest(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<NotificationRequestView> {
  const rows = await readRequests(context, acting, eq(notificationRequests.id, id), { limit: 1 });
  const [found] = await view(context, acting, rows);
  if (found === undefined) throw notFound();
  return found;
}

/** How many wait, of how many senders. */
export async function countHeldBack(
  context: Context,
  acting: Acting,
): Promise<{ readonly pendingRequests: number; readonly pendingNotifications: number }> {
  const rows = await readRequests(context, acting, undefined, { limit: MOST_COUNTED });
  return {
    pendingRequests: rows.length,
    pendingNotifications: rows.reduce((sum, { held }) => sum + held.length, 0),
  };
}

/** What is held back is looked at one by one; more of it than this is not counted. */
const MOST_COUNTED = 1_000;

/**
 * Shows what is held back of those senders, and all that comes of them from then on.
 * @throws AppError `not_found` when one of them is no request to whom the client acts as
 */
export async function acceptRequests(
  context: Context,
  acting: Acting,
  ids: readonly Id[],
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const acceptedAt = context.now();
    const from = await settle(tx, acting, ids, { acceptedAt, dismissedAt: null });
    await tx.update(notifications).set({ filtered: false }).where(heldBack(acting, from));
  });
}

/**
 * Throws away what is held back of those senders; what comes of them later asks again.
 * @throws AppError `not_found`
 */
export async function dismissRequests(
  context: Context,
  acting: Acting,
  ids: readonly Id[],
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const from = await settle(tx, acting, ids, { dismissedAt: context.now() });
    await tx.delete(notifications).where(heldBack(acting, from));
  });
}

async function settle(
  tx: Transaction,
  { actor }: Acting,
  ids: readonly Id[],
  decision: { readonly acceptedAt?: Date; readonly dismissedAt: Date | null },
): Promise<Id[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const rows = await tx
    .update(notificationRequests)
    .set(decision)
    .where(
      and(eq(notificationRequests.actorId, actor.id), inArray(notificationRequests.id, wanted)),
    )
    .returning({ fromId: notificationRequests.fromId });
  if (rows.length < wanted.length) throw notFound();
  return rows.map(({ fromId }) => fromId);
}

function heldBack({ actor }: Acting, from: readonly Id[]): SQL | undefined {
  return and(
    eq(notifications.recipientId, actor.id),
    eq(notifications.filtered, true),
    from.length === 0 ? sql`false` : inArray(notifications.fromId, [...from]),
  );
}

interface WaitingRequest {
  readonly request: typeof notificationRequests.$inferSelect;
  readonly from: ActorRecord;
  /** what can be seen of what is held back, newest first; at least one */
  readonly held: readonly RevealedNotification[];
}

async function readRequests(
  context: Context,
  acting: Acting,
  where: SQL | undefined,
  { orderBy, limit }: { readonly orderBy?: SQL; readonly limit: number },
): Promise<WaitingRequest[]> {
  const rows = await context.db
    .select({ request: notificationRequests, from: senders })
    .from(notificationRequests)
    .innerJoin(senders, eq(senders.id, notificationRequests.fromId))
    .where(
      and(
        eq(notificationRequests.actorId, acting.actor.id),
        isNull(notificationRequests.acceptedAt),
        isNull(notificationRequests.dismissedAt),
        where,
      ),
    )
    .orderBy(orderBy ?? desc(notificationRequests.id))
    .limit(limit);
  if (rows.length === 0) return [];
  const held = Map.groupBy(
    await readHeldBack(
      context,
      acting,
      rows.map(({ from }) => from.id),
    ),
    ({ from }) => from.id,
  );
  return rows.flatMap((row) => {
    const theirs = held.get(row.from.id);
    return theirs === undefined ? [] : [{ ...row, held: theirs }];
  });
}

async function readHeldBack(
  context: Context,
  acting: Acting,
  from: readonly Id[],
): Promise<RevealedNotification[]> {
  const filter = { ...ALL_NOTIFICATIONS, withFiltered: true };
  const where = and(await notificationsOf(context, acting, filter), heldBack(acting, from));
  return revealRows(context, acting, await readRows(context, where, firstPage(MOST_COUNTED)));
}

async function view(
  context: Context,
  acting: Acting,
  rows: readonly WaitingRequest[],
): Promise<NotificationRequestView[]> {
  const latest = new Map(
    rows.flatMap(({ request, held }) => {
      const post = held.find((each) => each.post !== null)?.post ?? null;
      return post === null ? [] : [[request.id, post]];
    }),
  );
  const statuses = await viewStatuses(context, acting, [...latest.values()].map(entryOf));
  const byId = new Map(statuses.map((status) => [status.id, status]));
  return rows.map(({ request, from, held }) => {
    const post = latest.get(request.id);
    return {
      id: request.id,
      createdAt: request.createdAt,
      updatedAt: request.updatedAt,
      from,
      count: held.length,
      lastStatus: post === undefined ? null : (byId.get(post.id) ?? null),
    };
  });
}
