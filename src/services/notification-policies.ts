import { eq } from "drizzle-orm";
import { notificationPolicies, type NotificationRule } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { countHeldBack } from "./notification-requests.ts";

/** What becomes of notifications by kinds of senders. */
export interface PolicyRules {
  readonly forNotFollowing: NotificationRule;
  readonly forNotFollowers: NotificationRule;
  readonly forNewAccounts: NotificationRule;
  readonly forPrivateMentions: NotificationRule;
  readonly forLimitedAccounts: NotificationRule;
  readonly forBots: NotificationRule;
}

/** The rules, and how much they hold back. */
export interface PolicyView {
  readonly rules: PolicyRules;
  readonly pendingRequests: number;
  readonly pendingNotifications: number;
}

const ACCEPT_ALL: PolicyRules = {
  forNotFollowing: "accept",
  forNotFollowers: "accept",
  forNewAccounts: "accept",
  forPrivateMentions: "accept",
  forLimitedAccounts: "accept",
  forBots: "accept",
};

/** The policy of whom the client acts as. */
export async function getPolicy(context: Context, acting: Acting): Promise<PolicyView> {
  const [[row], held] = await Promise.all([
    context.db
      .select()
      .from(notificationPolicies)
      .where(eq(notificationPolicies.actorId, acting.actor.id)),
    countHeldBack(context, acting),
  ]);
  if (row === undefined) return { rules: ACCEPT_ALL, ...held };
  const { actorId: _, ...rules } = row;
  return { rules, ...held };
}

/** Changes some of the rules; they hold for what comes from then on. */
export async function changePolicy(
  context: Context,
  acting: Acting,
  changes: Partial<PolicyRules>,
): Promise<PolicyView> {
  if (Object.keys(changes).length > 0) {
    await context.db
      .insert(notificationPolicies)
      .values({ actorId: acting.actor.id, ...changes })
      .onConflictDoUpdate({ target: notificationPolicies.actorId, set: changes });
  }
  return getPolicy(context, acting);
}
