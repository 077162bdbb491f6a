import { and, eq, isNull } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { AppError, invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { reports } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import { notifyAdmins } from "./admin-notifications.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";
import { isRefused } from "./origin-rules.ts";
import { readPostsByIds } from "./post-reading.ts";
import { revealPosts } from "./visibility.ts";

/** A report as it is kept. */
export type ReportRecord = typeof reports.$inferSelect;

/** What a member says about somebody, ours or elsewhere. */
export interface ReportDraft {
  readonly target: ActorRecord;
  /** of the target, that the member may see */
  readonly postIds: readonly Id[];
  readonly comment: string;
  readonly category: ReportRecord["category"];
  /** rules of ours that were broken */
  readonly ruleIds: readonly string[];
  /** tell the target's own server, where it is on another */
  readonly forward: boolean;
}

/** A report with the posts that it names. */
export interface FiledReport {
  readonly report: ReportRecord;
  readonly postIds: readonly Id[];
}

const LONGEST_COMMENT = 1_000;
/** So that nobody can bury the administrators in reports. */
const MOST_OPEN = 50;

/**
 * Keeps a report for the administrators. Where it is forwarded, the other server gets a Flag by our
 * instance: it names the account and the posts, quotes nothing, and does not say who reported.
 * @throws AppError `invalid_request`, `not_found` for a post that is hidden, missing or another's;
 * `too_many_reports`
 */
export async function fileReport(
  context: Context,
  acting: Acting,
  draft: ReportDraft,
): Promise<FiledReport> {
  const comment = draft.comment.toWellFormed().replaceAll("\0", "").trim();
  if (comment.length > LONGEST_COMMENT) {
    throw invalid({ comment: `at most ${LONGEST_COMMENT.toLocaleString("en")} characters` });
  }
  await requireRoom(context, acting);
  const posts = await postsOf(context, acting, draft);
  const { target } = draft;
  const forwarded =
    draft.forward && target.kind === "remote" && !(await isRefused(context, target.iri));
  const report = await context.db.transaction(async (tx) => {
    const iri = context.iris.activity(context.newKey());
    const [row] = await tx
      .insert(reports)
      .values({
        iri,
        reporterId: acting.actor.id,
        targetId: target.id,
        postIris: posts.map((post) => post.iri),
        comment,
        category: draft.ruleIds.length > 0 ? "violation" : draft.category,
        ruleIds: [...draft.ruleIds],
        forwarded,
        createdAt: context.now(),
      })
      .returning();
    if (row === undefined) throw new Error("insert into reports returned no row");
    await notifyAdmins(context, tx, {
      type: "admin.report",
      fromId: acting.actor.id,
      reportId: row.id,
    });
    if (!forwarded) return row;
    const { instanceActor } = await requireOrganization(context);
    // Whom the owner of a discussion passed a reply on to, its author's server does not know.
    const told = posts.filter((post) => post.relayedBy === null || isPublic(post.audience));
    const about = { about: target.iri, posts: told.map(({ iri: each }) => each), comment };
    await recordActivity(context, tx, {
      iri,
      actorId: instanceActor.id,
      type: "Flag",
      body: context.wire.moderation.flag({ iri, by: instanceActor.iri, ...about }),
      // Nobody may read it by its id; it goes to the server of whom it is about.
      audience: [],
      to: [target.id],
    });
    return row;
  });
  return { report, postIds: posts.map(({ id }) => id) };
}

async function postsOf(
  context: Context,
  { viewer }: Acting,
  { target, postIds }: ReportDraft,
): Promise<Visible<PostRecord>[]> {
  const wanted = [...new Set(postIds)];
  const found = await readPostsByIds(context, wanted);
  const posts = (await revealPosts(context, viewer, found)).filter(
    ({ authorId }) => authorId === target.id,
  );
  if (posts.length < wanted.length) throw notFound();
  return posts;
}

async function requireRoom(context: Context, { actor }: Acting): Promise<void> {
  const open = and(eq(reports.reporterId, actor.id), isNull(reports.resolvedAt));
  if ((await context.db.$count(reports, open)) < MOST_OPEN) return;
  throw new AppError("too_many_reports", "The administrators still have your earlier reports.", {
    status: 429,
  });
}
