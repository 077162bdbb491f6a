import { and, eq, sql } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorByIri, type ActorRecord } from "../persistence/repositories/actors.ts";
import { findPostByIri, type PostRecord } from "../persistence/repositories/posts.ts";
import { posts, reactions } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { notify } from "./notifications.ts";
import { isFollowedHere } from "./relevance.ts";
import { settleActivity, type Outcome } from "./received-activities.ts";
import { revealPosts } from "./visibility.ts";

/** A Like or Announce from elsewhere, by the IRI of what it is about. */
export interface ReceivedReaction {
  readonly iri: string;
  readonly post: string;
}

/** Somebody elsewhere likes a post: it counts when they may see the post. */
export async function receiveFavourite(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  { iri, post: postIri }: ReceivedReaction,
): Promise<Outcome> {
  const post = await findVisibleTo(context, tx, actor, postIri);
  if (post === null) return "ignored:unknown-object";
  return addReaction(context, tx, { iri, type: "favourite", actorId: actor.id, post });
}

/**
 * Somebody elsewhere boosts a post. Only what is public may be boosted, whoever does it: boosting
 * spreads a post to followers whom its author never addressed. A post that is not known here is
 * read from its origin first, if somebody here follows the booster.
 */
export async function receiveBoost(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  { iri, post: postIri }: ReceivedReaction,
): Promise<Outcome> {
  const post = await findPostByIri(tx, postIri);
  if (post === null) {
    if (isOwnIri(context, postIri)) return "ignored:unknown-object";
    if (!(await isFollowedHere(tx, actor.id))) return "ignored:unrelated";
    await context.jobs.enqueue(tx, "fetch-boosted", { iri, actorIri: actor.iri, postIri });
    return "fetching";
  }
  if (!isPublic(post.audience)) return "ignored:not-public";
  const visible = await revealTo(context, tx, actor, post);
  if (visible === null) return "ignored:unknown-object";
  return addReaction(context, tx, { iri, type: "boost", actorId: actor.id, post: visible });
}

/** Stores a boost whose post has been read from its origin by now. */
export async function storeFetchedBoost(
  context: Context,
  boost: { readonly iri: string; readonly actorIri: string; readonly postIri: string },
): Promise<void> {
  await context.db.transaction(async (tx) => {
    const actor = await findActorByIri(tx, boost.actorIri);
    if (actor === null || (await findPostByIri(tx, boost.postIri)) === null) return;
    if (!(await settleActivity(tx, boost.iri, "stored"))) return;
    await receiveBoost(context, tx, actor, { iri: boost.iri, post: boost.postIri });
  });
}

/** Which reaction an Undo is about: by its own IRI, or by what it was about. */
export interface ReactionReference {
  readonly iri: string | null;
  readonly type: "favourite" | "boost";
  readonly post: string | null;
}

/** Takes a reaction of that very actor back. */
export async function receiveUndoReaction(
  tx: Transaction,
  actor: ActorRecord,
  { iri, type, post }: ReactionReference,
): Promise<Outcome> {
  const byIri = iri === null ? false : await removeReaction(tx, actor, eq(reactions.iri, iri));
  if (byIri) return "stored";
  const known = post === null ? null : await findPostByIri(tx, post);
  if (known !== null) {
    const same = and(eq(reactions.postId, known.id), eq(reactions.type, type));
    if (await removeReaction(tx, actor, same)) return "stored";
  }
  return "ignored:unknown-object";
}

/** A favourite or boost that is about to be stored; whose it is may see the post. */
export interface NewReaction {
  readonly iri: string;
  readonly type: "favourite" | "boost";
  readonly actorId: Id;
  readonly post: Visible<PostRecord>;
}

/** Stores a reaction and counts it, once for each actor and post; an author of ours is notified. */
export async function addReaction(
  context: Context,
  tx: Transaction,
  { iri, type, actorId, post }: NewReaction,
): Promise<Outcome> {
  const added = await tx
    .insert(reactions)
    .values({ iri, type, actorId, postId: post.id })
    .onConflictDoNothing()
    .returning({ id: reactions.id });
  if (added.length === 0) return "ignored:repeated";
  await count(tx, post.id, type, 1);
  if (post.local) {
    const told = type === "favourite" ? "favourite" : "reblog";
    const occurrence = { recipientId: post.authorId, fromId: actorId, postId: post.id };
    await notify(context, tx, { ...occurrence, type: told });
  }
  return "stored";
}

/** Removes that actor's reaction and its count; whether there was one. */
export async function removeReaction(
  tx: Transaction,
  actor: Pick<ActorRecord, "id">,
  which: ReturnType<typeof and>,
): Promise<boolean> {
  const [removed] = await tx
    .delete(reactions)
    .where(and(eq(reactions.actorId, actor.id), which))
    .returning({ postId: reactions.postId, type: reactions.type });
  if (removed === undefined) return false;
  await count(tx, removed.postId, removed.type, -1);
  return true;
}

async function count(
  tx: Transaction,
  postId: Id,
  type: "favourite" | "boost",
  step: number,
): Promise<void> {
  const counter =
    type === "favourite"
      ? { favouritesCount: sql`greatest(0, ${posts.favouritesCount} + ${step})` }
      : { boostsCount: sql`greatest(0, ${posts.boostsCount} + ${step})` };
  await tx.update(posts).set(counter).where(eq(posts.id, postId));
}

async function findVisibleTo(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  iri: string,
): Promise<Visible<PostRecord> | null> {
  const post = await findPostByIri(tx, iri);
  return post === null ? null : revealTo(context, tx, actor, post);
}

async function revealTo(
  context: Context,
  tx: Transaction,
  actor: ActorRecord,
  post: PostRecord,
): Promise<Visible<PostRecord> | null> {
  const viewer: Viewer = { kind: "remote", actor: actor.iri };
  const [visible] = await revealPosts(context, viewer, [post], tx);
  return visible ?? null;
}

function isOwnIri(context: Context, iri: string): boolean {
  return iri.startsWith(`${context.iris.origin}/`);
}
