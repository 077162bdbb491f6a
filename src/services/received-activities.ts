import { and, eq, ne } from "drizzle-orm";
import type { Transaction } from "../persistence/database.ts";
import { receivedActivities } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** What became of an activity, for the administrator; `fetching` = a job reads what it refers to. */
export type Outcome = "stored" | "fetching" | `ignored:${string}`;

/**
 * What an activity does to the database. It may use nothing but the transaction: whatever had to be
 * read from elsewhere was read before it was opened.
 */
export type Effect = (tx: Transaction) => Promise<Outcome>;

export interface ReceivedActivity {
  readonly iri: string;
  readonly actorIri: string;
  readonly type: string;
}

const UNDONE: Outcome = "ignored:undone";

/**
 * Runs the effect of an activity that was not received before. The activity's IRI and its effect
 * commit together: a second delivery finds the IRI and does nothing, a crash leaves neither, and of
 * two deliveries at once the second waits for the first.
 */
export async function receiveOnce(
  context: Context,
  activity: ReceivedActivity,
  effect: Effect,
): Promise<Outcome | "duplicate"> {
  return context.db.transaction(async (tx) => {
    const rows = await tx
      .insert(receivedActivities)
      .values({ ...activity, outcome: "stored" satisfies Outcome })
      .onConflictDoNothing()
      .returning({ iri: receivedActivities.iri });
    if (rows.length === 0) return "duplicate";
    const outcome = await effect(tx);
    if (outcome !== "stored") {
      await tx
        .update(receivedActivities)
        .set({ outcome })
        .where(eq(receivedActivities.iri, activity.iri));
    }
    return outcome;
  });
}

/**
 * Marks an activity of that actor as undone: if it has not arrived yet it does nothing when it does,
 * and what waits for something to be read from elsewhere is given up.
 */
export async function suppressActivity(tx: Transaction, activity: ReceivedActivity): Promise<void> {
  await tx
    .insert(receivedActivities)
    .values({ ...activity, outcome: UNDONE })
    .onConflictDoUpdate({
      target: receivedActivities.iri,
      set: { outcome: UNDONE },
      setWhere: eq(receivedActivities.actorIri, activity.actorIri),
    });
}

/**
 * Settles an activity whose effect had to wait for a job. Returns false, and changes nothing, when
 * it was undone meanwhile.
 */
export async function settleActivity(
  tx: Transaction,
  iri: string,
  outcome: Outcome,
): Promise<boolean> {
  const rows = await tx
    .update(receivedActivities)
    .set({ outcome })
    .where(and(eq(receivedActivities.iri, iri), ne(receivedActivities.outcome, UNDONE)))
    .returning({ iri: receivedActivities.iri });
  return rows.length > 0;
}
