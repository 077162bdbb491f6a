import { and, desc, eq, isNull, sql } from "drizzle-orm";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import {
  findPostById,
  selectPosts,
  toPostRecord,
  type PostRecord,
} from "../persistence/repositories/posts.ts";
import { actors, notices, posts } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { noticeOnWire } from "./notices.ts";
import { narrowTo, revealPosts } from "./visibility.ts";
import type { JsonLd, NoticeOnWire } from "./wire.ts";

const KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether `text` has the form of a notice's key; no notice need have it. */
export function isNoticeKey(text: string): boolean {
  return KEY.test(text);
}

/** A notice by its key as its Note, for the person to whom it was sent; null for everybody else. */
export async function findNotice(
  context: Context,
  viewer: Viewer,
  key: string,
): Promise<JsonLd | null> {
  if (!isNoticeKey(key)) return null;
  const found = await findStanding(context, viewer, eq(notices.key, key));
  return found === null ? null : context.wire.notice(found.notice);
}

/** The Create that brought a notice, said again, for the person to whom it was sent; else null. */
export async function findNoticeActivity(
  context: Context,
  viewer: Viewer,
  activity: { readonly iri: string; readonly noticeId: Id },
): Promise<JsonLd | null> {
  const found = await findStanding(context, viewer, eq(notices.id, activity.noticeId));
  return found === null ? null : context.wire.createNotice(activity.iri, found.notice);
}

/**
 * The practice behind a notice, for the person to whom it was sent.
 * @throws AppError `not_found`, the same for what is missing, recalled or somebody else's
 */
export async function openNotice(
  context: Context,
  viewer: Viewer,
  key: string,
): Promise<Visible<PostRecord>> {
  const found = isNoticeKey(key) ? await findStanding(context, viewer, eq(notices.key, key)) : null;
  if (found === null) throw notFound();
  return found.post;
}

/** A notice that was not recalled, of a practice that its recipient, the viewer, may see now. */
async function findStanding(
  context: Context,
  viewer: Viewer,
  which: ReturnType<typeof eq>,
): Promise<{ notice: NoticeOnWire; post: Visible<PostRecord> } | null> {
  if (viewer.kind !== "remote") return null;
  const [row] = await context.db
    .select({ notice: notices, recipient: actors })
    .from(notices)
    .innerJoin(actors, eq(actors.id, notices.recipientId))
    .where(and(which, isNull(notices.withdrawnAt)));
  if (row === undefined || row.recipient.iri !== viewer.actor || isShutOut(row.recipient)) {
    return null;
  }
  const record = await findPostById(context.db, row.notice.postId);
  const [post] = record === null ? [] : await revealPosts(context, viewer, [record]);
  if (post === undefined) return null;
  return { notice: noticeOnWire(context, row.notice, post, row.recipient), post };
}

function isShutOut({ suspendedAt, goneAt }: ActorRecord): boolean {
  return suspendedAt !== null || goneAt !== null;
}

const LISTED = 100;

/** What our organization shares with the viewer and not with everybody, newest first. */
export async function listShared(context: Context, viewer: Viewer): Promise<Visible<PostRecord>[]> {
  const rows = await selectPosts(context.db)
    .where(
      and(
        eq(posts.local, true),
        eq(posts.type, "Article"),
        sql`not ${posts.audience} @> '{public}'`,
        await narrowTo(context, viewer),
      ),
    )
    .orderBy(desc(posts.id))
    .limit(LISTED);
  return revealPosts(context, viewer, rows.map(toPostRecord));
}
