import type { Transaction } from "../persistence/database.ts";
import { insertNotifications, type Occurrence } from "../persistence/repositories/notifications.ts";
import type { Context } from "./context.ts";

export type { Occurrence } from "../persistence/repositories/notifications.ts";

/**
 * Tells one of our actors of something, in the caller's transaction. Nothing happens for an actor of
 * others, for what somebody does to themselves, for what was told before, and for what the recipient
 * does not want to hear. The caller knows that the recipient may see the post: their own post, or one
 * that `notifyOfPost` has judged. It is judged again whenever it is shown.
 */
export async function notify(
  context: Context,
  tx: Transaction,
  occurrence: Occurrence,
): Promise<void> {
  await notifyAll(context, tx, [occurrence]);
}

/** `notify` for many at once; one statement, none for an empty list, and one for each client to wake. */
export async function notifyAll(
  context: Context,
  tx: Transaction,
  occurrences: readonly Occurrence[],
): Promise<void> {
  if (occurrences.length === 0) return;
  for (const { id, subscriptionIds } of await insertNotifications(tx, occurrences, context.now())) {
    for (const subscriptionId of subscriptionIds) {
      const payload = { notificationId: id.toString(), subscriptionId: subscriptionId.toString() };
      await context.jobs.enqueue(tx, "send-push", payload);
    }
  }
}
