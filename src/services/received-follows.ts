import { nextFollowState } from "../domain/follow.ts";
import type { Transaction } from "../persistence/database.ts";
import {
  findActorByIri,
  findActorsByIris,
  type ActorRecord,
} from "../persistence/repositories/actors.ts";
import { isBlockedBetween } from "../persistence/repositories/blocks.ts";
import {
  lockFollow,
  lockFollowByIri,
  lockKnownFollow,
  saveFollow,
  type FollowRecord,
} from "../persistence/repositories/follows.ts";
import type { Context } from "./context.ts";
import { decide, notifyOfFollow, sendAnswer } from "./follows.ts";
import { hidesHost } from "./hidden-hosts.ts";
import type { Outcome } from "./received-activities.ts";

/** A Follow activity that another activity is about. Peers give its id, or the pair, or both. */
export interface FollowReference {
  readonly iri: string | null;
  readonly follower: string | null;
  readonly followee: string | null;
}

/**
 * Somebody elsewhere asks to follow one of our actors. An open actor accepts at once; from an
 * accepted follower the question is answered again (its server may have lost the answer); the
 * instance actor, those who block and those who hide the other's host refuse.
 */
export async function receiveFollow(
  context: Context,
  tx: Transaction,
  follower: ActorRecord,
  asked: { readonly iri: string; readonly followee: string },
): Promise<Outcome> {
  const followee = await findActorByIri(tx, asked.followee);
  if (followee === null || followee.kind === "remote") return "ignored:unknown-actor";
  const sameIri = await lockFollowByIri(tx, asked.iri);
  if (sameIri !== null && !isPair(sameIri, follower, followee)) return "ignored:reused-id";
  if (
    followee.kind === "instance" ||
    followee.suspendedAt !== null ||
    (await isBlockedBetween(tx, follower.id, followee.id)) ||
    (await hidesHost(tx, followee, follower.host))
  ) {
    await sendAnswer(context, tx, { follow: asked, follower, followee }, "reject");
    return "ignored:refused";
  }
  const pair = { followerId: follower.id, followeeId: followee.id };
  const follow = await lockFollow(tx, pair, asked.iri);
  const asking = nextFollowState(follow.state, "request") ?? follow.state;
  const open = !followee.manuallyApprovesFollowers;
  const state = asking === "accepted" || open ? "accepted" : "pending";
  const decidedAt = state === "accepted" ? (follow.decidedAt ?? context.now()) : null;
  await saveFollow(tx, follow, { iri: asked.iri, state, decidedAt });
  if (state !== follow.state) await notifyOfFollow(context, tx, { follower, followee, state });
  if (state === "accepted") {
    await sendAnswer(context, tx, { follow: asked, follower, followee }, "accept");
  }
  return "stored";
}

/** Whom one of our actors asked says yes. What was never asked, or is settled, stays as it is. */
export async function receiveAccept(
  context: Context,
  tx: Transaction,
  followee: ActorRecord,
  reference: FollowReference,
): Promise<Outcome> {
  return receiveAnswer(context, tx, followee, reference, "accept");
}

/** Whom one of our actors follows, or asked to, says no. */
export async function receiveReject(
  context: Context,
  tx: Transaction,
  followee: ActorRecord,
  reference: FollowReference,
): Promise<Outcome> {
  return receiveAnswer(context, tx, followee, reference, "reject");
}

async function receiveAnswer(
  context: Context,
  tx: Transaction,
  followee: ActorRecord,
  reference: FollowReference,
  answer: "accept" | "reject",
): Promise<Outcome> {
  const follow = await findReferenced(tx, {
    ...reference,
    followee: reference.followee ?? followee.iri,
  });
  if (follow === null || follow.followeeId !== followee.id) return "ignored:not-asked";
  return (await decide(context, tx, follow, answer)) ? "stored" : "ignored:settled";
}

/** A follower elsewhere takes its Follow back. */
export async function receiveUndoFollow(
  context: Context,
  tx: Transaction,
  follower: ActorRecord,
  reference: FollowReference,
): Promise<Outcome> {
  const follow = await findReferenced(tx, { ...reference, follower: follower.iri });
  if (follow === null) return "ignored:not-following";
  if (follow.followerId !== follower.id) return "ignored:not-theirs";
  return (await decide(context, tx, follow, "cancel")) ? "stored" : "ignored:settled";
}

/** By the id of the Follow, else by the pair: some servers leave the id out or make up another. */
async function findReferenced(
  tx: Transaction,
  { iri, follower, followee }: FollowReference,
): Promise<FollowRecord | null> {
  const byIri = iri === null ? null : await lockFollowByIri(tx, iri);
  if (byIri !== null) return byIri;
  if (follower === null || followee === null) return null;
  const actors = await findActorsByIris(tx, [follower, followee]);
  const followerId = actors.get(follower)?.id;
  const followeeId = actors.get(followee)?.id;
  if (followerId === undefined || followeeId === undefined) return null;
  return lockKnownFollow(tx, { followerId, followeeId });
}

function isPair(follow: FollowRecord, follower: ActorRecord, followee: ActorRecord): boolean {
  return follow.followerId === follower.id && follow.followeeId === followee.id;
}
