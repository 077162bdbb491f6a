import { and, asc, desc, eq, sql } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import { ANONYMOUS, type Visible } from "../domain/audience/policy.ts";
import { visibilityOf } from "../domain/audience/visibility.ts";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { findPostByIri, type PostRecord } from "../persistence/repositories/posts.ts";
import { pins } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { readPostsByIds } from "./post-reading.ts";
import type { Outcome } from "./received-activities.ts";
import { findPost } from "./status-reading.ts";
import { revealPosts } from "./visibility.ts";

export const MOST_PINS = 5;
/** Of actors elsewhere; more than other servers show. */
const MOST_REMOTE_PINS = 50;

/**
 * Puts a post of one's own first on one's profile, at most five of them. Followers are told of public
 * ones alone: those that are not never stand in the `featured` collection.
 * @throws AppError `not_found`, `pin_refused`
 */
export async function pin(context: Context, acting: Acting, id: Id): Promise<Visible<PostRecord>> {
  const { actor, viewer } = acting;
  const post = await findPost(context, viewer, id);
  if (post.authorId !== actor.id) throw refused("Somebody else's post can't be pinned.");
  if (visibilityOf(post.audience, post.quiet) === "direct") {
    throw refused("Posts for named people can't be pinned.");
  }
  await context.db.transaction(async (tx) => {
    // One after another, so that there are never more than five.
    await tx.execute(sql`select from actors where id = ${actor.id.toString()}::bigint for update`);
    const pinned = await tx
      .select({ postId: pins.postId })
      .from(pins)
      .where(eq(pins.actorId, actor.id));
    if (pinned.some(({ postId }) => postId === post.id)) return;
    if (pinned.length >= MOST_PINS) throw refused(`At most ${MOST_PINS} posts can be pinned.`);
    await tx.insert(pins).values({ actorId: actor.id, postId: post.id });
    await tellFollowers(context, tx, acting, post, "Add");
  });
  return post;
}

/** Takes it off one's profile again; without a pin, nothing changes. @throws AppError `not_found` */
export async function unpin(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const post = await findPost(context, acting.viewer, id);
  await context.db.transaction(async (tx) => {
    const removed = await tx
      .delete(pins)
      .where(and(eq(pins.actorId, acting.actor.id), eq(pins.postId, post.id)))
      .returning({ id: pins.id });
    if (removed.length > 0) await tellFollowers(context, tx, acting, post, "Remove");
  });
  return post;
}

async function tellFollowers(
  context: Context,
  tx: Transaction,
  { actor }: Acting,
  post: Visible<PostRecord>,
  type: "Add" | "Remove",
): Promise<void> {
  if (!isPublic(post.audience) || actor.followersIri === null) return;
  const iri = context.iris.activity(context.newKey());
  const pinned = {
    actor: actor.iri,
    followers: actor.followersIri,
    featured: context.iris.featured(actor.iri),
    post: post.iri,
  };
  await recordActivity(context, tx, {
    iri,
    actorId: actor.id,
    type,
    audience: [{ kind: "public" }],
    body: type === "Add" ? context.wire.pin(iri, pinned) : context.wire.unpin(iri, pinned),
    ...(type === "Add" ? { post: { id: post.id, revision: post.revision } } : {}),
  });
}

/** IRIs of an actor's pinned posts that everybody may see, newest pin first. */
export async function listFeatured(context: Context, actor: ActorRecord): Promise<string[]> {
  const rows = await context.db
    .select({ postId: pins.postId })
    .from(pins)
    .where(eq(pins.actorId, actor.id))
    .orderBy(desc(pins.id));
  const records = await readPostsByIds(
    context,
    rows.map(({ postId }) => postId),
  );
  const open = await revealPosts(context, ANONYMOUS, records);
  return open.map(({ iri }) => iri);
}

/** An actor elsewhere pins a public post of its own that we have. */
export async function receivePin(
  tx: Transaction,
  actor: ActorRecord,
  postIri: string,
): Promise<Outcome> {
  const post = await findPostByIri(tx, postIri);
  if (post === null || post.authorId !== actor.id || !isPublic(post.audience)) {
    return "ignored:unknown-object";
  }
  await tx.insert(pins).values({ actorId: actor.id, postId: post.id }).onConflictDoNothing();
  const old = await tx
    .select({ id: pins.id })
    .from(pins)
    .where(eq(pins.actorId, actor.id))
    .orderBy(asc(pins.id));
  for (const { id } of old.slice(0, Math.max(0, old.length - MOST_REMOTE_PINS))) {
    await tx.delete(pins).where(eq(pins.id, id));
  }
  return "stored";
}

/** An actor elsewhere takes a pin back. */
export async function receiveUnpin(
  tx: Transaction,
  actor: ActorRecord,
  postIri: string,
): Promise<Outcome> {
  const post = await findPostByIri(tx, postIri);
  if (post === null) return "ignored:unknown-object";
  const removed = await tx
    .delete(pins)
    .where(and(eq(pins.actorId, actor.id), eq(pins.postId, post.id)))
    .returning({ id: pins.id });
  return removed.length > 0 ? "stored" : "ignored:unknown-object";
}

function refused(sentence: string): AppError {
  return new AppError("pin_refused", sentence, { status: 422 });
}
