import { and, asc, count, eq, isNull, lte } from "drizzle-orm";
import { invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { scheduledPosts } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { AlreadyDone, findDone, takeKey } from "./idempotency.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { listUploads } from "./media.ts";
import { showUpload, type ShownFile } from "./shown-files.ts";
import { fromStored, toStored, type StoredDraft } from "./stored-drafts.ts";
import { checkStatus, type StatusRequest } from "./statuses.ts";

/** How far ahead a post can be planned at the earliest. */
const SOONEST_MS = 5 * 60_000;
const MOST_SCHEDULED = 300;

type ScheduledRow = typeof scheduledPosts.$inferSelect;

/** A post that will be published later. */
export interface ScheduledStatus {
  readonly id: Id;
  readonly scheduledAt: Date;
  readonly draft: StoredDraft;
  readonly appId: Id | null;
  /** those uploads that are still there */
  readonly media: readonly ShownFile[];
  /** why it was not published when its time had come */
  readonly failure: string | null;
}

/**
 * Plans a post for later. What can be refused now is; its audience is judged when it is published.
 * @throws AppError `invalid_request`, `not_found`
 */
export async function scheduleStatus(
  context: Context,
  acting: Acting,
  { draft, appId, key, at }: StatusRequest & { readonly at: Date },
): Promise<ScheduledStatus> {
  checkMoment(context, at);
  await checkStatus(context, acting, draft);
  await requireRoom(context, acting);
  const stored = toStored(draft, context.now());
  try {
    const row = await context.db.transaction(async (tx) => {
      const [inserted] = await tx
        .insert(scheduledPosts)
        .values({
          memberId: acting.member.id,
          actorId: acting.actor.id,
          appId,
          draft: { ...stored },
          scheduledAt: at,
        })
        .returning();
      if (inserted === undefined) throw new Error("insert into scheduled_posts returned no row");
      if (key !== null) {
        await takeKey(context, tx, acting, key, { scheduledId: inserted.id });
      }
      await publishAt(context, tx, at);
      return inserted;
    });
    return await view(context, acting, row);
  } catch (error) {
    if (!(error instanceof AlreadyDone) || key === null) throw error;
  }
  const done = await findDone(context, acting, key);
  if (done === null || done.scheduledId === null) throw notFound();
  return getScheduled(context, acting, done.scheduledId);
}

/** @throws AppError `invalid_request` */
function checkMoment(context: Context, at: Date): void {
  if (at.getTime() >= context.now().getTime() + SOONEST_MS) return;
  throw invalid({ scheduled_at: "must be at least five minutes in the future" });
}

async function requireRoom(context: Context, { actor }: Acting): Promise<void> {
  const [row] = await context.db
    .select({ total: count() })
    .from(scheduledPosts)
    .where(eq(scheduledPosts.actorId, actor.id));
  if ((row?.total ?? 0) < MOST_SCHEDULED) return;
  throw invalid({ scheduled_at: `at most ${MOST_SCHEDULED} posts can wait` });
}

/** The job also runs every minute: this is for the exact moment. */
async function publishAt(context: Context, tx: Transaction, at: Date): Promise<void> {
  const startAfterSeconds = Math.ceil((at.getTime() - context.now().getTime()) / 1000);
  await context.jobs.enqueue(tx, "publish-scheduled", {}, { startAfterSeconds });
}

async function view(context: Context, acting: Acting, row: ScheduledRow): Promise<ScheduledStatus> {
  const draft = fromStored(row.draft);
  const { id, scheduledAt, appId, failure } = row;
  const uploads = await listUploads(context, draft.mediaIds);
  const media = await Promise.all(uploads.map((file) => showUpload(context, acting, file)));
  return { id, scheduledAt, appId, failure, draft, media };
}

/** What the one who acts has planned, in the order in which it was planned, newest first. */
export async function listScheduled(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<ScheduledStatus[]> {
  const { where, orderBy } = keysetSql(page, scheduledPosts.id);
  const rows = await context.db
    .select()
    .from(scheduledPosts)
    .where(and(eq(scheduledPosts.actorId, acting.actor.id), where))
    .orderBy(orderBy)
    .limit(page.limit);
  return Promise.all(newestFirst(page, rows).map((row) => view(context, acting, row)));
}

/** @throws AppError `not_found` */
export async function getScheduled(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<ScheduledStatus> {
  const [row] = await context.db.select().from(scheduledPosts).where(own(acting, id));
  if (row === undefined) throw notFound();
  return view(context, acting, row);
}

/**
 * Another moment; one that failed is tried again then.
 * @throws AppError `not_found`, `invalid_request`
 */
export async function reschedule(
  context: Context,
  acting: Acting,
  id: Id,
  at: Date,
): Promise<ScheduledStatus> {
  await getScheduled(context, acting, id);
  checkMoment(context, at);
  const row = await context.db.transaction(async (tx) => {
    const [changed] = await tx
      .update(scheduledPosts)
      .set({ scheduledAt: at, failure: null })
      .where(own(acting, id))
      .returning();
    if (changed === undefined) throw notFound();
    await publishAt(context, tx, at);
    return changed;
  });
  return view(context, acting, row);
}

/** @throws AppError `not_found` */
export async function unschedule(context: Context, acting: Acting, id: Id): Promise<void> {
  const removed = await context.db
    .delete(scheduledPosts)
    .where(own(acting, id))
    .returning({ id: scheduledPosts.id });
  if (removed.length === 0) throw notFound();
}

function own({ actor }: Acting, id: Id) {
  return and(eq(scheduledPosts.id, id), eq(scheduledPosts.actorId, actor.id));
}

/** Those whose time has come and that have not failed, the longest due first. */
export function findDue(context: Context, limit: number): Promise<ScheduledRow[]> {
  return context.db
    .select()
    .from(scheduledPosts)
    .where(and(lte(scheduledPosts.scheduledAt, context.now()), isNull(scheduledPosts.failure)))
    .orderBy(asc(scheduledPosts.scheduledAt), asc(scheduledPosts.id))
    .limit(limit);
}
