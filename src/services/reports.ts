import { and, count, eq, isNull } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorsByIris, type ActorRecord } from "../persistence/repositories/actors.ts";
import { findLocalPostAuthors } from "../persistence/repositories/reports.ts";
import { reports } from "../persistence/schema/index.ts";
import { notifyAdmins } from "./admin-notifications.ts";
import type { Context } from "./context.ts";
import type { Outcome } from "./received-activities.ts";

/** A Flag from elsewhere: IRIs of actors and posts in any order, and what the reporter says. */
export interface ReceivedReport {
  readonly iri: string;
  readonly about: readonly string[];
  readonly comment: string;
}

const MOST_SUBJECTS = 50;
const LONGEST_COMMENT = 5_000;
/** So that nobody can bury the moderators, or the table, in reports. */
const MOST_OPEN_PER_REPORTER = 20;

/**
 * Stores a report about our own actors and posts: one entry for the first actor that it names, or
 * whose post it names. The rest of what it names is not ours to judge.
 */
export async function receiveReport(
  context: Context,
  tx: Transaction,
  reporter: ActorRecord,
  { iri, about, comment }: ReceivedReport,
): Promise<Outcome> {
  const own = `${context.iris.origin}/`;
  const subjects = [...new Set(about)].filter((subject) => subject.startsWith(own));
  const bounded = subjects.slice(0, MOST_SUBJECTS);
  const [actors, authors] = [
    await findActorsByIris(tx, bounded),
    await findLocalPostAuthors(tx, bounded),
  ];
  const named = [...actors.values()].find((actor) => actor.kind !== "remote")?.id;
  const target = named ?? [...authors.values()][0];
  if (target === undefined) return "ignored:unknown-object";
  if ((await countOpen(tx, reporter.id)) >= MOST_OPEN_PER_REPORTER) return "ignored:too-many";
  const [added] = await tx
    .insert(reports)
    .values({
      iri,
      reporterId: reporter.id,
      targetId: target,
      postIris: [...authors].filter(([, author]) => author === target).map(([post]) => post),
      comment: comment.slice(0, LONGEST_COMMENT),
    })
    .onConflictDoNothing()
    .returning({ id: reports.id });
  if (added === undefined) return "ignored:repeated";
  await notifyAdmins(context, tx, {
    type: "admin.report",
    fromId: reporter.id,
    reportId: added.id,
  });
  return "stored";
}

async function countOpen(tx: Transaction, reporterId: Id): Promise<number> {
  const [row] = await tx
    .select({ open: count() })
    .from(reports)
    .where(and(eq(reports.reporterId, reporterId), isNull(reports.resolvedAt)));
  return row?.open ?? 0;
}
