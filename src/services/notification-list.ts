import { and, eq, inArray, isNull, notInArray, sql, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { hostIn } from "../persistence/repositories/origins.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { texts } from "../persistence/repositories/set-parameters.ts";
import {
  actors,
  notifications,
  posts,
  type NotificationType,
} from "../persistence/schema/index.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { notHiddenFrom } from "./hiding.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { originFacts } from "./origin-rules.ts";
import { readAuthors, readPostsByIds } from "./post-reading.ts";
import { narrowTo, revealPosts } from "./visibility.ts";

export { NOTIFICATION_TYPES, type NotificationType } from "../persistence/schema/index.ts";

/** Which notifications somebody asks for. */
export interface NotificationFilter {
  /** null = all */
  readonly types: readonly NotificationType[] | null;
  readonly except: readonly NotificationType[];
  /** only those that this actor caused */
  readonly fromId: Id | null;
  /** also what the recipient's policy holds back */
  readonly withFiltered: boolean;
}

/** Everything but what is held back. */
export const ALL_NOTIFICATIONS: NotificationFilter = {
  types: null,
  except: [],
  fromId: null,
  withFiltered: false,
};

/** A notification whose recipient may see, at this moment, all that it is about. */
export interface RevealedNotification {
  readonly id: bigint;
  readonly type: NotificationType;
  readonly createdAt: Date;
  readonly groupKey: string;
  readonly from: ActorRecord;
  readonly post: Visible<PostRecord> | null;
  readonly reportId: Id | null;
}

/** Who caused a notification; queries over notifications join it. */
export const senders = alias(actors, "senders");

/**
 * The notifications of whom the client acts as, newest first. What is withdrawn, taken back or hidden
 * by now is not among them. A page is filled up for those that `reveal` leaves out.
 */
export async function listNotifications(
  context: Context,
  acting: Acting,
  page: KeysetPage,
  filter: NotificationFilter = ALL_NOTIFICATIONS,
): Promise<RevealedNotification[]> {
  const where = await notificationsOf(context, acting, filter);
  const found: RevealedNotification[] = [];
  let rest = page;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const rows = await readRows(context, and(where, keysetSql(rest, notifications.id).where), rest);
    found.push(...(await revealRows(context, acting, rows)));
    const last = rows.at(-1);
    if (last === undefined || rows.length < rest.limit || found.length >= page.limit) break;
    rest = beyond(rest, last.notification.id);
  }
  return newestFirst(page, found.slice(0, page.limit));
}

/** Those few whom `reveal` leaves out of a page never make more statements than this. */
const MOST_ROUNDS = 5;

/** The rest of a page, in its direction, beyond one that was read. */
export function beyond(page: KeysetPage, id: bigint): KeysetPage {
  return page.upwards ? { ...page, after: id } : { ...page, before: id };
}

type Row = { readonly notification: typeof notifications.$inferSelect; readonly from: ActorRecord };

/** Rows of `notifications` in the page's order. */
export async function readRows(
  context: Context,
  where: SQL | undefined,
  page: KeysetPage,
): Promise<Row[]> {
  const rows = await context.db
    .select({
      notification: notifications,
      authorId: senders.id,
      authorVersion: sql<string>`concat(${senders}.xmin, ${senders}.ctid)`,
    })
    .from(notifications)
    .innerJoin(senders, eq(senders.id, notifications.fromId))
    .where(where)
    .orderBy(keysetSql(page, notifications.id).orderBy)
    .limit(page.limit);
  const known = await readAuthors(context, rows);
  return rows.flatMap(({ notification, authorId }) => {
    const from = known.get(authorId)?.actor;
    return from === undefined ? [] : [{ notification, from }];
  });
}

/** Those of the rows whose posts the recipient may see now, in the same order. */
export async function revealRows(
  context: Context,
  acting: Acting,
  rows: readonly Row[],
): Promise<RevealedNotification[]> {
  const ids = [...new Set(rows.flatMap(({ notification: { postId } }) => postId ?? []))];
  const known = await readPostsByIds(context, ids);
  const visible = await revealPosts(context, acting.viewer, known);
  const byId = new Map(visible.map((post) => [post.id, post]));
  return rows.flatMap(({ notification, from }) => {
    const { id, type, createdAt, groupKey, postId, reportId } = notification;
    const post = postId === null ? null : (byId.get(postId) ?? null);
    if (postId !== null && post === null) return [];
    return [{ id, type, createdAt, groupKey, from, post, reportId }];
  });
}

/**
 * SQL for notifications joined with their `senders`: they are for whom the client acts as, their cause
 * still stands, nobody hidden is behind them, and the post is one that the policy may let through.
 */
export async function notificationsOf(
  context: Context,
  acting: Acting,
  filter: NotificationFilter,
): Promise<SQL | undefined> {
  const possible = await narrowTo(context, acting.viewer);
  const seen = context.db
    .select({ yes: sql`true` })
    .from(posts)
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .where(and(eq(posts.id, notifications.postId), possible))
    .limit(1);
  return and(
    await notificationsAbout(context, acting, filter),
    sql`(${notifications.postId} is null or (${seen}))`,
  );
}

/** The same without a look at the posts, for those whose posts were revealed. */
export async function notificationsAbout(
  context: Context,
  acting: Acting,
  { types, except, fromId, withFiltered }: NotificationFilter,
): Promise<SQL | undefined> {
  const { refusedHosts } = await originFacts(context);
  const sender = { id: senders.id, host: senders.host };
  const unhidden = notHiddenFrom(context, acting, sender, "notifications");
  return and(
    eq(notifications.recipientId, acting.actor.id),
    types === null ? undefined : inArray(notifications.type, [...types]),
    except.length === 0 ? undefined : notInArray(notifications.type, [...except]),
    isAdmin(acting) ? undefined : sql`${notifications.type} not like 'admin.%'`,
    fromId === null ? undefined : eq(notifications.fromId, fromId),
    withFiltered ? undefined : eq(notifications.filtered, false),
    isNull(senders.suspendedAt),
    isNull(senders.goneAt),
    refusedHosts.length === 0
      ? undefined
      : sql`${hostIn(senders.iri)} not in ${texts(refusedHosts)}`,
    sql`(${notifications.type} like 'admin.%' or ${unhidden})`,
    STANDS,
  );
}

function isAdmin({ member, actor }: Acting): boolean {
  return member.role === "admin" && member.actorId === actor.id;
}

/**
 * Whoever takes back what they did takes the notification back. One row is asked for, here and above,
 * instead of whether any exists: PostgreSQL would read whole tables to know that for all rows at once.
 */
const STANDS = sql`(case ${notifications.type}
  when 'favourite' then (select true from reactions r where r.post_id = ${notifications.postId}
    and r.actor_id = ${notifications.fromId} and r.type = 'favourite' limit 1)
  when 'reblog' then (select true from reactions r where r.post_id = ${notifications.postId}
    and r.actor_id = ${notifications.fromId} and r.type = 'boost' limit 1)
  when 'follow' then (select true from follows f where f.follower_id = ${notifications.fromId}
    and f.followee_id = ${notifications.recipientId} and f.state = 'accepted' limit 1)
  when 'follow_request' then (select true from follows f where f.follower_id = ${notifications.fromId}
    and f.followee_id = ${notifications.recipientId} and f.state = 'pending' limit 1)
  when 'quote' then (select true from quotes q where q.post_id = ${notifications.postId}
    and q.state = 'accepted' limit 1)
  else true end)`;
