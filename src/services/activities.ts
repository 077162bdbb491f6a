import { formatAudience, type Audience } from "../domain/audience/audience.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { activities, activityRecipients } from "../persistence/schema/index.ts";
import { hasFollowersElsewhere } from "../persistence/repositories/follows.ts";
import type { Context } from "./context.ts";
import type { JsonLd } from "./wire.ts";

/** An activity of one of our actors that is about to be sent. */
export interface OutgoingActivity {
  readonly iri: string;
  readonly actorId: Id;
  readonly type: string;
  readonly body: JsonLd;
  /** who may read it by its id; the recipients of a post's activity follow from it */
  readonly audience: Audience;
  /** the post that it is about, and the revision that the body holds */
  readonly post?: { readonly id: Id; readonly revision: number };
  /** the disclosure that it makes or recalls */
  readonly disclosureId?: Id;
  /** the notice that it brings */
  readonly noticeId?: Id;
  /** actors to send it to whatever the audience says: who asked, who is answered, who is told */
  readonly to?: readonly Id[];
}

/**
 * Stores the activity and, where somebody elsewhere may get it, the job that fans it out, in the
 * caller's transaction: they exist if, and only if, the state that they tell of was committed.
 */
export async function recordActivity(
  context: Context,
  tx: Transaction,
  activity: OutgoingActivity,
): Promise<void> {
  const [row] = await tx
    .insert(activities)
    .values({
      iri: activity.iri,
      actorId: activity.actorId,
      type: activity.type,
      postId: activity.post?.id ?? null,
      revision: activity.post?.revision ?? null,
      audience: formatAudience(activity.audience),
      disclosureId: activity.disclosureId ?? null,
      noticeId: activity.noticeId ?? null,
      body: context.wire.serialize(activity.body, activity.audience),
    })
    .returning({ id: activities.id });
  if (row === undefined) throw new Error("insert into activities returned no row");
  const to = [...new Set(activity.to ?? [])];
  if (to.length > 0) {
    await tx
      .insert(activityRecipients)
      .values(to.map((actorId) => ({ activityId: row.id, actorId })));
  }
  if (await reachesNobody(tx, activity)) return;
  await context.jobs.enqueue(tx, "fan-out", { activityId: row.id.toString() });
}

/** What is sent to followers and nobody else. Edits and deletions also go to those who had a post. */
const FOR_FOLLOWERS = new Set(["Create", "Announce"]);
const NAMES_NOBODY = new Set(["public", "followers", "members"]);

/**
 * Whether nobody elsewhere would get it: a job that finds this out costs more than the rest of a post.
 * Whoever is accepted as a follower at this very moment begins with the next one.
 */
async function reachesNobody(
  tx: Transaction,
  { type, actorId, audience, to = [] }: OutgoingActivity,
): Promise<boolean> {
  if (!FOR_FOLLOWERS.has(type) || to.length > 0) return false;
  if (audience.some(({ kind }) => !NAMES_NOBODY.has(kind))) return false;
  return !(await hasFollowersElsewhere(tx, actorId));
}
