import { and, desc, eq, lt } from "drizzle-orm";
import { AppError, notFound } from "../domain/errors.ts";
import { nextFollowState, type FollowEvent } from "../domain/follow.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorById, type ActorRecord } from "../persistence/repositories/actors.ts";
import { isBlockedBetween } from "../persistence/repositories/blocks.ts";
import {
  findFollowById,
  lockFollow,
  lockKnownFollow,
  saveFollow,
  type FollowRecord,
} from "../persistence/repositories/follows.ts";
import { actors, follows } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { forgetFollowed } from "./endorsements.ts";
import { notify } from "./notifications.ts";
import { requireOpenOrigin } from "./origin-rules.ts";
import type { FollowOnWire } from "./wire.ts";

/** What a follower wants to have of whom it follows; nobody else is told. */
export interface FollowOptions {
  readonly showBoosts?: boolean;
  readonly notify?: boolean;
  /** null = all */
  readonly languages?: string[] | null;
}

const USUAL_OPTIONS: Required<FollowOptions> = { showBoosts: true, notify: false, languages: null };

/**
 * One of our actors asks to follow somebody: another instance is sent a Follow and decides; between
 * two of our own it is decided at once. Asking again while a request waits, or afterwards, changes
 * nothing but the options that are given.
 * @throws AppError `follow_impossible`, `origin_refused`
 */
export async function requestFollow(
  context: Context,
  follower: ActorRecord,
  followee: ActorRecord,
  options: FollowOptions = {},
): Promise<FollowRecord> {
  checkPair(follower, followee);
  await requireOpenOrigin(context, followee.iri);
  return context.db.transaction(async (tx) => {
    if (await isBlockedBetween(tx, follower.id, followee.id)) throw impossible();
    const iri = context.iris.activity(context.newKey());
    const locked = await lockFollow(tx, pairOf(follower, followee), iri);
    const state = nextFollowState(locked.state, "request");
    const wanted = state === null ? options : { ...USUAL_OPTIONS, ...options };
    const follow = await setOptions(tx, locked, wanted);
    if (state === null) return follow;
    if (followee.kind !== "remote") {
      const decided = followee.manuallyApprovesFollowers ? "pending" : "accepted";
      await notifyOfFollow(context, tx, { follower, followee, state: decided });
      return saveFollow(tx, follow, {
        iri,
        state: decided,
        decidedAt: decidedAt(context, decided),
      });
    }
    const asked = await saveFollow(tx, follow, { iri, state, decidedAt: null });
    await recordActivity(context, tx, {
      iri,
      actorId: follower.id,
      type: "Follow",
      body: context.wire.follow(iri, follower.iri, followee.iri),
      audience: [{ kind: "person", actor: followee.iri }],
      to: [followee.id],
    });
    return asked;
  });
}

/** Tells one of our actors that somebody follows it now, or asks to. */
export async function notifyOfFollow(
  context: Context,
  tx: Transaction,
  { follower, followee, state }: FollowActors & { readonly state: "pending" | "accepted" },
): Promise<void> {
  const type = state === "accepted" ? "follow" : "follow_request";
  await notify(context, tx, { recipientId: followee.id, type, fromId: follower.id });
}

async function setOptions(
  tx: Transaction,
  follow: FollowRecord,
  options: FollowOptions,
): Promise<FollowRecord> {
  const changes = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  );
  if (Object.keys(changes).length === 0) return follow;
  await tx.update(follows).set(changes).where(eq(follows.id, follow.id));
  return { ...follow, ...changes };
}

/** One of our actors takes its request or its following back; nothing happens when there is none. */
export async function cancelFollow(
  context: Context,
  follower: ActorRecord,
  followee: ActorRecord,
): Promise<void> {
  await context.db.transaction((tx) => cancelFollowIn(context, tx, follower, followee));
}

/** `cancelFollow` in the caller's transaction. */
export async function cancelFollowIn(
  context: Context,
  tx: Transaction,
  follower: ActorRecord,
  followee: ActorRecord,
): Promise<void> {
  const follow = await lockKnownFollow(tx, pairOf(follower, followee));
  if (follow === null || !(await decide(context, tx, follow, "cancel"))) return;
  if (followee.kind !== "remote") return;
  const iri = context.iris.activity(context.newKey());
  await recordActivity(context, tx, {
    iri,
    actorId: follower.id,
    type: "Undo",
    body: context.wire.undoFollow(iri, onWire(follow, follower, followee)),
    audience: [{ kind: "person", actor: followee.iri }],
    to: [followee.id],
  });
}

/**
 * One of our actors answers a request to follow it, or (`reject`) ends an accepted one. Answering
 * what is already settled changes nothing.
 * @throws AppError `not_found` when there is no such request to this actor
 */
export async function answerFollow(
  context: Context,
  followee: ActorRecord,
  followId: Id,
  answer: "accept" | "reject",
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const found = await findFollowById(tx, followId);
    if (found === null || found.followeeId !== followee.id) throw notFound();
    const follower = await findActorById(tx, found.followerId);
    if (follower === null) throw notFound();
    await answerFollowIn(context, tx, follower, followee, answer);
  });
}

/** One of our actors removes a follower, or refuses a request, by the follower. */
export async function removeFollower(
  context: Context,
  followee: ActorRecord,
  follower: ActorRecord,
): Promise<void> {
  await context.db.transaction((tx) => answerFollowIn(context, tx, follower, followee, "reject"));
}

/** `answerFollow` in the caller's transaction. */
export async function answerFollowIn(
  context: Context,
  tx: Transaction,
  follower: ActorRecord,
  followee: ActorRecord,
  answer: "accept" | "reject",
): Promise<void> {
  const follow = await lockKnownFollow(tx, pairOf(follower, followee));
  if (follow === null || !(await decide(context, tx, follow, answer))) return;
  await sendAnswer(context, tx, { follow, follower, followee }, answer);
}

/** Records the Accept or Reject of a follow; one of our own needs no message. */
export async function sendAnswer(
  context: Context,
  tx: Transaction,
  { follow, follower, followee }: FollowWithActors,
  answer: "accept" | "reject",
): Promise<void> {
  if (follower.kind !== "remote") return;
  const iri = context.iris.activity(context.newKey());
  const wire = onWire(follow, follower, followee);
  await recordActivity(context, tx, {
    iri,
    actorId: followee.id,
    type: answer === "accept" ? "Accept" : "Reject",
    body: answer === "accept" ? context.wire.accept(iri, wire) : context.wire.reject(iri, wire),
    audience: [{ kind: "person", actor: follower.iri }],
    to: [follower.id],
  });
}

/** Applies the event to a locked follow; false when it changes nothing. */
export async function decide(
  context: Context,
  tx: Transaction,
  follow: FollowRecord,
  event: FollowEvent,
): Promise<boolean> {
  const state = nextFollowState(follow.state, event);
  if (state === null) return false;
  await saveFollow(tx, follow, { iri: follow.iri, state, decidedAt: decidedAt(context, state) });
  if (follow.state === "accepted") await forgetFollowed(tx, follow);
  return true;
}

interface FollowActors {
  readonly follower: ActorRecord;
  readonly followee: ActorRecord;
}

interface FollowWithActors extends FollowActors {
  readonly follow: Pick<FollowRecord, "iri">;
}

/** A follow with the actor on its other side. */
export interface FollowEntry {
  readonly id: Id;
  readonly state: FollowRecord["state"];
  readonly createdAt: Date;
  readonly actor: ActorRecord;
}

/** Where to go on, and how far. */
export interface FollowPage {
  /** only entries older than this one */
  readonly before?: Id | undefined;
  readonly limit: number;
}

/** Accepted followers of an actor, newest first. */
export async function listFollowers(
  context: Context,
  actor: ActorRecord,
  page: FollowPage,
): Promise<FollowEntry[]> {
  return listSide(context, "followers", actor.id, "accepted", page);
}

/** Whom an actor follows (`accepted`), or has asked to follow (`pending`), newest first. */
export async function listFollows(
  context: Context,
  actor: ActorRecord,
  page: FollowPage & { readonly state?: "accepted" | "pending" },
): Promise<FollowEntry[]> {
  return listSide(context, "following", actor.id, page.state ?? "accepted", page);
}

/** Requests to follow an actor that wait for its answer, newest first. */
export async function listFollowRequests(
  context: Context,
  actor: ActorRecord,
  page: FollowPage,
): Promise<FollowEntry[]> {
  return listSide(context, "followers", actor.id, "pending", page);
}

async function listSide(
  context: Context,
  side: "followers" | "following",
  actorId: Id,
  state: FollowRecord["state"],
  { before, limit }: FollowPage,
): Promise<FollowEntry[]> {
  const [own, other] =
    side === "followers"
      ? [follows.followeeId, follows.followerId]
      : [follows.followerId, follows.followeeId];
  return context.db
    .select({
      id: follows.id,
      state: follows.state,
      createdAt: follows.createdAt,
      actor: actors,
    })
    .from(follows)
    .innerJoin(actors, eq(actors.id, other))
    .where(
      and(
        eq(own, actorId),
        eq(follows.state, state),
        before === undefined ? undefined : lt(follows.id, before),
      ),
    )
    .orderBy(desc(follows.id))
    .limit(limit);
}

function checkPair(follower: ActorRecord, followee: ActorRecord): void {
  if (follower.kind === "remote") throw new Error("requestFollow is for actors of this instance");
  if (follower.id === followee.id) {
    throw impossible("Nobody can follow themselves.");
  }
  if (followee.kind === "instance" || followee.goneAt !== null || followee.suspendedAt !== null) {
    throw impossible();
  }
}

function impossible(safe = "This actor cannot be followed."): AppError {
  return new AppError("follow_impossible", safe, { status: 422 });
}

function pairOf(follower: ActorRecord, followee: ActorRecord) {
  return { followerId: follower.id, followeeId: followee.id };
}

function onWire(
  follow: Pick<FollowRecord, "iri">,
  follower: ActorRecord,
  followee: ActorRecord,
): FollowOnWire {
  return { iri: follow.iri, follower: follower.iri, followee: followee.iri };
}

function decidedAt(context: Context, state: FollowRecord["state"]): Date | null {
  return state === "pending" ? null : context.now();
}
