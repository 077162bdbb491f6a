import { isPublic, type Audience } from "../domain/audience/audience.ts";
import { partnersFor, type Circles, type Partners } from "../domain/audience/partners.ts";
import { see, type Facts } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { announceChange } from "../persistence/changes.ts";
import { cancelQueued } from "../persistence/repositories/deliveries.ts";
import { findOutgoing, type OutgoingState } from "../persistence/repositories/outgoing.ts";
import {
  followerCandidates,
  namedCandidates,
  queueDeliveries,
  queueForHistory,
  type Candidate,
  type Target,
} from "../persistence/repositories/recipients.ts";
import type { Context } from "./context.ts";
import { partnersNow } from "./partners.ts";

const PAGE = 1_000;

/**
 * Expands a stored activity into one delivery per inbox. Who gets it follows from its audience and
 * from whom it names, and from nothing else; a Delete goes to everyone who was ever sent the post.
 * Works in pages that may be repeated: killed midway and started again, it queues nothing twice.
 */
export async function expandRecipients(context: Context, activityId: Id): Promise<void> {
  const { db } = context;
  const activity = (await findOutgoing(db, [activityId])).get(activityId);
  if (activity === undefined) return;
  if (isRecall(activity)) await recall(context, activity);
  await queueFor(
    context,
    activity,
    await namedCandidates(db, activity, namedIn(activity.audience)),
  );
  if (goesToFollowers(activity)) await queueForFollowers(context, activity);
  await announceChange(db, "deliveries");
}

/** Whether the policy lets this actor have the post now. */
export function maySee(
  context: Context,
  post: NonNullable<OutgoingState["post"]>,
  candidate: Candidate,
  now: { readonly partners: Partners; readonly circles: Circles },
): boolean {
  const facts: Facts = {
    follows: candidate.follows,
    blocked: candidate.blocked,
    activePartners: partnersFor(now.partners, post.iri),
    circles: now.circles,
    organization: context.iris.organization,
  };
  return see({ kind: "remote", actor: candidate.actor }, post, facts);
}

/** Whether this is the end of a post: it is told without the post's text, to all who had it. */
function isRecall(activity: OutgoingState): boolean {
  return activity.type === "Delete" && activity.post !== null;
}

async function recall(context: Context, activity: OutgoingState): Promise<void> {
  const postId = activity.post?.id;
  if (postId === undefined) return;
  await cancelQueued(context.db, postId, activity.id, context.now());
  let after: number | null = 0;
  while (after !== null) {
    const page = { after, limit: PAGE, now: context.now() };
    after = await queueForHistory(context.db, activity.id, postId, page);
  }
}

/**
 * Followers by the audience. The recall of what was not public goes to those who had it alone:
 * to anybody else it would say that there was something.
 */
function goesToFollowers(activity: OutgoingState): boolean {
  if (isPublic(activity.audience)) return true;
  const followers = activity.audience.some((atom) => atom.kind === "followers");
  return followers && !isRecall(activity);
}

function namedIn(audience: Audience): string[] {
  return audience.flatMap((atom) => {
    if (atom.kind === "person") return [atom.actor];
    return atom.kind === "partner" ? [atom.organization] : [];
  });
}

async function queueForFollowers(context: Context, activity: OutgoingState): Promise<void> {
  let after: Id | null = 0n;
  while (after !== null) {
    const page = await followerCandidates(context.db, activity.actorId, { after, limit: PAGE });
    const unblocked = page.candidates.filter((candidate) => !candidate.blocked);
    await queueFor(context, activity, unblocked);
    after = page.next;
  }
}

async function queueFor(
  context: Context,
  activity: OutgoingState,
  candidates: readonly Candidate[],
): Promise<void> {
  const { post } = activity;
  const now = await partnersNow(context);
  const open = isPublic(activity.audience) && (post === null || isPublic(post.audience));
  const allowed =
    post === null || isRecall(activity)
      ? candidates
      : candidates.filter((candidate) => maySee(context, post, candidate, now));
  const targets = new Map<string, Target>();
  for (const candidate of allowed) {
    // What is not public never goes to a shared inbox: another origin would sort out its readers.
    const url = open ? (candidate.sharedInbox ?? candidate.inbox) : candidate.inbox;
    const host = URL.parse(url)?.host;
    if (host === undefined || host === context.config.host) continue;
    targets.set(url, { url, host });
  }
  await queueDeliveries(context.db, activity.id, [...targets.values()], context.now());
}
