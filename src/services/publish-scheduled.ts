import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import { findActorById } from "../persistence/repositories/actors.ts";
import { scheduledPosts } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { AlreadyDone, type Once } from "./idempotency.ts";
import { findMemberById, requireEditor } from "./members.ts";
import { findDue } from "./scheduled.ts";
import { publish } from "./statuses.ts";
import { fromStored, toDraft } from "./stored-drafts.ts";

const AT_ONCE = 50;

type Due = Awaited<ReturnType<typeof findDue>>[number];

/**
 * Job: publishes what is due. A post and the end of its plan commit together, so each is published
 * once, however many workers try, and also when one dies. What cannot be published any more is kept
 * with the reason, for its author. What fails on our side is tried again, and keeps nobody else waiting.
 */
export async function publishScheduled(context: Context): Promise<void> {
  const failures: unknown[] = [];
  let due: Due[];
  do {
    due = await findDue(context, AT_ONCE);
    for (const row of due) {
      await publishOne(context, row).catch((error: unknown) => failures.push(error));
    }
  } while (due.length === AT_ONCE && failures.length === 0);
  if (failures.length > 0) throw failures[0];
}

async function publishOne(context: Context, row: Due): Promise<void> {
  const present = and(
    eq(scheduledPosts.id, row.id),
    eq(scheduledPosts.scheduledAt, row.scheduledAt),
    isNull(scheduledPosts.failure),
  );
  const once: Once = async (tx) => {
    const taken = await tx
      .delete(scheduledPosts)
      .where(present)
      .returning({ id: scheduledPosts.id });
    if (taken.length === 0) throw new AlreadyDone();
  };
  try {
    const acting = await actingOf(context, row);
    const draft = toDraft(fromStored(row.draft), context.now());
    await publish(context, acting, draft, { appId: row.appId, once });
  } catch (error) {
    if (error instanceof AlreadyDone) return;
    if (!(error instanceof AppError) || error.status >= 500) throw error;
    await context.db.update(scheduledPosts).set({ failure: error.safe }).where(present);
  }
}

/** Who publishes it, as they are now. @throws AppError `member_suspended`, `editors_only` */
async function actingOf(context: Context, { memberId, actorId }: Due): Promise<Acting> {
  const member = await findMemberById(context.db, memberId);
  const actor =
    member?.actorId === actorId ? member.actor : await findActorById(context.db, actorId);
  if (member === null || actor === null || member.suspendedAt !== null) {
    throw new AppError("member_suspended", "Its author is suspended.", { status: 403 });
  }
  if (actorId !== member.actorId) requireEditor(member);
  return { member, actor, viewer: { kind: "local", actor: actor.iri, role: member.role } };
}
