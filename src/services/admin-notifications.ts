import { and, eq, isNull } from "drizzle-orm";
import type { Transaction } from "../persistence/database.ts";
import { members } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { notifyAll, type Occurrence } from "./notifications.ts";

/** Tells all administrators of something, each as themselves. */
export async function notifyAdmins(
  context: Context,
  tx: Transaction,
  occurrence: Omit<Occurrence, "recipientId"> & { readonly type: "admin.report" | "admin.sign_up" },
): Promise<void> {
  const admins = await tx
    .select({ recipientId: members.actorId })
    .from(members)
    .where(and(eq(members.role, "admin"), isNull(members.suspendedAt)));
  await notifyAll(
    context,
    tx,
    admins.map(({ recipientId }) => ({ ...occurrence, recipientId })),
  );
}
