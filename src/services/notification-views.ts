import { eq, inArray } from "drizzle-orm";
import { MAX_ID, type Id } from "../domain/ids.ts";
import { notFound } from "../domain/errors.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, posts, reports } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import {
  ALL_NOTIFICATIONS,
  listNotifications,
  type RevealedNotification,
} from "./notification-list.ts";
import { firstPage } from "./keyset-page.ts";
import { readPostsByIds } from "./post-reading.ts";
import { entryOf, viewStatuses, type StatusView } from "./status-views.ts";
import { revealPosts } from "./visibility.ts";

/** A report as moderators see it in their notifications. */
export interface ReportView {
  readonly report: typeof reports.$inferSelect;
  readonly target: ActorRecord;
  /** those of the posts that the moderator may see */
  readonly postIds: readonly Id[];
}

/** A notification with all that a client shows of it. */
export interface NotificationView extends RevealedNotification {
  readonly status: StatusView | null;
  readonly report: ReportView | null;
}

/** Gathers for many notifications what clients show of them. */
export async function viewNotifications(
  context: Context,
  acting: Acting,
  revealed: readonly RevealedNotification[],
): Promise<NotificationView[]> {
  const shown = new Map(revealed.flatMap(({ post }) => (post === null ? [] : [[post.id, post]])));
  const [views, found] = await Promise.all([
    viewStatuses(context, acting, [...shown.values()].map(entryOf), { place: "notifications" }),
    viewReports(
      context,
      acting,
      revealed.flatMap(({ reportId }) => reportId ?? []),
    ),
  ]);
  const statuses = new Map(views.map((view) => [view.id, view]));
  return revealed.map((notification) => {
    const { post, reportId } = notification;
    return {
      ...notification,
      status: post === null ? null : (statuses.get(post.id) ?? null),
      report: reportId === null ? null : (found.get(reportId) ?? null),
    };
  });
}

/**
 * One notification of whom the client acts as, held back or not.
 * @throws AppError `not_found`
 */
export async function getNotification(
  context: Context,
  acting: Acting,
  id: bigint,
): Promise<RevealedNotification> {
  if (id === MAX_ID) throw notFound();
  const page = { ...firstPage(1), before: id + 1n, after: id - 1n };
  const filter = { ...ALL_NOTIFICATIONS, withFiltered: true };
  const [found] = await listNotifications(context, acting, page, filter);
  if (found === undefined) throw notFound();
  return found;
}

async function viewReports(
  context: Context,
  acting: Acting,
  ids: readonly Id[],
): Promise<Map<Id, ReportView>> {
  if (ids.length === 0) return new Map();
  const rows = await context.db
    .select({ report: reports, target: actors })
    .from(reports)
    .innerJoin(actors, eq(actors.id, reports.targetId))
    .where(inArray(reports.id, [...ids]));
  const iris = rows.flatMap(({ report }) => report.postIris);
  const known = await revealPosts(
    context,
    acting.viewer,
    await readPostsByIds(context, await idsOf(context, iris)),
  );
  const postIds = new Map(known.map((post) => [post.iri, post.id]));
  return new Map(
    rows.map(({ report, target }) => [
      report.id,
      { report, target, postIds: report.postIris.flatMap((iri) => postIds.get(iri) ?? []) },
    ]),
  );
}

async function idsOf({ db }: Context, iris: readonly string[]): Promise<Id[]> {
  if (iris.length === 0) return [];
  const rows = await db
    .select({ id: posts.id })
    .from(posts)
    .where(inArray(posts.iri, [...iris]));
  return rows.map(({ id }) => id);
}
