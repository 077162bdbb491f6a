import type { Context } from "../../services/context.ts";
import { expandRecipients } from "../../services/recipients.ts";

/** The `fan-out` job: one delivery per inbox of those whom the activity is for. Safe to repeat. */
export async function fanOut(context: Context, job: { activityId: string }): Promise<void> {
  await expandRecipients(context, BigInt(job.activityId));
}
