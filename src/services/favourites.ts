import { and, eq } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import { isPublic } from "../domain/audience/audience.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorByIri, type ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { reactions } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { addReaction, removeReaction } from "./reactions.ts";
import { findPost } from "./status-reading.ts";

/**
 * Somebody favourites a post that they may see; a second time changes nothing. Its author is told,
 * or whoever relayed it: nobody else.
 * @throws AppError `not_found`
 */
export async function favourite(
  context: Context,
  { actor, viewer }: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const post = await findPost(context, viewer, id);
  await context.db.transaction(async (tx) => {
    const iri = context.iris.activity(context.newKey());
    const reaction = { iri, type: "favourite", actorId: actor.id, post } as const;
    if ((await addReaction(context, tx, reaction)) !== "stored") return;
    const told = await whoIsTold(tx, post);
    if (told === null) return;
    const like = { actor: actor.iri, post: post.iri, to: told.iri };
    await recordActivity(context, tx, {
      iri,
      actorId: actor.id,
      type: "Like",
      audience: [{ kind: "person", actor: told.iri }],
      body: context.wire.like(iri, like),
    });
  });
  return findPost(context, viewer, post.id);
}

/**
 * Somebody takes a favourite back; without one, nothing changes.
 * @throws AppError `not_found`
 */
export async function unfavourite(
  context: Context,
  { actor, viewer }: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const post = await findPost(context, viewer, id);
  await context.db.transaction(async (tx) => {
    const mine = and(eq(reactions.postId, post.id), eq(reactions.type, "favourite"));
    const [given] = await tx
      .select({ iri: reactions.iri })
      .from(reactions)
      .where(and(mine, eq(reactions.actorId, actor.id)));
    if (given === undefined || !(await removeReaction(tx, actor, mine))) return;
    const told = await whoIsTold(tx, post);
    if (told === null) return;
    const iri = context.iris.activity(context.newKey());
    const like = { iri: given.iri, actor: actor.iri, post: post.iri, to: told.iri };
    await recordActivity(context, tx, {
      iri,
      actorId: actor.id,
      type: "Undo",
      audience: [{ kind: "person", actor: told.iri }],
      body: context.wire.undoLike(iri, like),
    });
  });
  return findPost(context, viewer, post.id);
}

/** The author elsewhere; of what was relayed its relayer, as its author does not know who has it. */
async function whoIsTold(tx: Transaction, post: PostRecord): Promise<ActorRecord | null> {
  if (post.local) return null;
  if (post.relayedBy === null || isPublic(post.audience)) return post.authorActor;
  return findActorByIri(tx, post.relayedBy);
}
