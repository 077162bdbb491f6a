import { isPublic, type Audience } from "../domain/audience/audience.ts";
import {
  partnersFor,
  reachedOrganizations,
  type Circles,
  type Partners,
} from "../domain/audience/partners.ts";
import { revealReply } from "../domain/audience/discussion.ts";
import type { Facts, Viewer } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { isOriginRefused, takesBack, type OriginRules } from "../domain/moderation.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import { announceChange } from "../persistence/changes.ts";
import { cancelQueued } from "../persistence/repositories/deliveries.ts";
import { HOST_LOST } from "../persistence/repositories/delivery-hosts.ts";
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
import { recordOutcomes } from "./disclosures.ts";
import { originRules } from "./origin-rules.ts";
import { partnersNow, type PartnersNow } from "./partners.ts";

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
  const recalls = isRecall(activity);
  if (recalls) await recall(context, activity);
  const named = await namedCandidates(db, activity, namedIn(activity.audience));
  const toNamed = await queueFor(context, activity, named);
  const toFollowers = goesToFollowers(activity) && (await queueForFollowers(context, activity));
  // Workers that look for deliveries in vain cost more than most posts do.
  if (recalls || toNamed || toFollowers) await announceChange(db, "deliveries");
}

/** What decides about recipients besides themselves and the post. */
export interface RecipientFacts extends PartnersNow {
  readonly rules: OriginRules;
}

/** Partners, circles and refused origins as they are now. */
export async function recipientFacts(context: Context): Promise<RecipientFacts> {
  const [now, rules] = await Promise.all([partnersNow(context), originRules(context)]);
  return { ...now, rules };
}

/** Whether the policy lets this actor have the post now. */
export function maySee(
  context: Context,
  post: NonNullable<OutgoingState["post"]>,
  candidate: Candidate,
  now: RecipientFacts,
): boolean {
  const practice = post.above.at(-1) ?? post;
  const facts: Facts = {
    follows: candidate.follows,
    blocked: candidate.blocked || isOriginRefused(now.rules, candidate.actor),
    activePartners: partnersFor(now.partners, practice.iri),
    pausedPartners: now.partners.paused,
    circles: now.circles,
    organization: context.iris.organization,
  };
  const viewer: Viewer = { kind: "remote", actor: candidate.actor };
  return revealReply(viewer, post, post.above, () => facts) !== null;
}

/**
 * Followers on the server of a partner that gets the post as a partner: their server has one copy of
 * it, and that is the partner's.
 */
function hasPartnersCopy(
  audience: Audience,
  post: NonNullable<OutgoingState["post"]>,
  candidate: Candidate,
  now: { readonly partners: Partners; readonly circles: Circles },
): boolean {
  if (!audience.some((atom) => atom.kind === "followers")) return false;
  const activePartners = partnersFor(now.partners, post.iri);
  const reached = reachedOrganizations(post.audience, { activePartners, circles: now.circles });
  return [...reached].some((organization) => isSameOrigin(organization, candidate.actor));
}

/** Whether this is the end of a post for its recipients: it is told without the post's text. */
function isRecall(activity: OutgoingState): boolean {
  return activity.type === "Delete" && activity.post !== null;
}

/** To all who had it, unless it is the recall of one disclosure: then its one recipient is named. */
async function recall(context: Context, activity: OutgoingState): Promise<void> {
  const postId = activity.post?.id;
  if (postId === undefined || activity.disclosureId !== null) return;
  const revision = activity.revision ?? activity.post?.revision ?? 1;
  await cancelQueued(context.db, { id: postId, revision }, context.now());
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

async function queueForFollowers(context: Context, activity: OutgoingState): Promise<boolean> {
  let any = false;
  let after: Id | null = 0n;
  while (after !== null) {
    const page = await followerCandidates(context.db, activity.actorId, { after, limit: PAGE });
    const unblocked = page.candidates.filter((candidate) => !candidate.blocked);
    if (await queueFor(context, activity, unblocked)) any = true;
    after = page.next;
  }
  return any;
}

/** Queues the activity for those of the candidates who may have it; whether there was anybody. */
async function queueFor(
  context: Context,
  activity: OutgoingState,
  candidates: readonly Candidate[],
): Promise<boolean> {
  if (candidates.length === 0) return false;
  const { post } = activity;
  const now = await recipientFacts(context);
  const { rules } = now;
  const open = isPublic(activity.audience) && (post === null || isPublic(post.audience));
  const allowed =
    post === null || isRecall(activity)
      ? candidates
      : candidates.filter(
          (candidate) =>
            maySee(context, post, candidate, now) &&
            !hasPartnersCopy(activity.audience, post, candidate, now),
        );
  const targets = new Map<string, Target>();
  for (const candidate of allowed) {
    // What is not public never goes to a shared inbox: another origin would sort out its readers.
    const url = open ? (candidate.sharedInbox ?? candidate.inbox) : candidate.inbox;
    const host = URL.parse(url)?.host;
    if (host === undefined || host === context.config.host) continue;
    const refused = isOriginRefused(rules, candidate.actor) || isOriginRefused(rules, url);
    if (refused && !takesBack(activity.type)) continue;
    targets.set(url, { url, host });
  }
  if (targets.size === 0) return false;
  const queued = await queueDeliveries(
    context.db,
    activity.id,
    [...targets.values()],
    context.now(),
  );
  if (queued.lost > 0 && activity.disclosureId !== null) {
    const recall = activity.type === "Delete";
    const outcome = { disclosureId: activity.disclosureId, recall, arrived: false };
    await recordOutcomes(context, context.db, [{ ...outcome, result: HOST_LOST }]);
  }
  return true;
}
