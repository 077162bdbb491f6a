import { and, eq } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import { isPublic } from "../domain/audience/audience.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorByIri, type ActorRecord } from "../persistence/repositories/actors.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { reactions } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { viewerOf, type Member } from "./members.ts";
import { addReaction, removeReaction } from "./reactions.ts";
import { getVisiblePost } from "./visibility.ts";

/**
 * A member favourites a post that they may see; a second time changes nothing. Its author is told,
 * or whoever relayed it: nobody else.
 * @throws AppError `not_found`
 */
export async function favourite(
  context: Context,
  member: Member,
  postId: Id,
): Promise<Visible<PostRecord>> {
  const post = await getReactable(context, member, postId);
  await context.db.transaction(async (tx) => {
    const iri = context.iris.activity(context.newKey());
    const reaction = { iri, type: "favourite", actorId: member.actorId, postId } as const;
    if ((await addReaction(tx, reaction)) !== "stored") return;
    const told = await whoIsTold(tx, post);
    if (told === null) return;
    const like = { actor: member.actor.iri, post: post.iri, to: told.iri };
    await recordActivity(context, tx, {
      iri,
      actorId: member.actorId,
      type: "Like",
      audience: [{ kind: "person", actor: told.iri }],
      body: context.wire.like(iri, like),
    });
  });
  return getReactable(context, member, postId);
}

/**
 * A member takes a favourite back; without one, nothing changes.
 * @throws AppError `not_found`
 */
export async function unfavourite(
  context: Context,
  member: Member,
  postId: Id,
): Promise<Visible<PostRecord>> {
  const post = await getReactable(context, member, postId);
  await context.db.transaction(async (tx) => {
    const mine = and(eq(reactions.postId, postId), eq(reactions.type, "favourite"));
    const [given] = await tx
      .select({ iri: reactions.iri })
      .from(reactions)
      .where(and(mine, eq(reactions.actorId, member.actorId)));
    if (given === undefined || !(await removeReaction(tx, member.actor, mine))) return;
    const told = await whoIsTold(tx, post);
    if (told === null) return;
    const iri = context.iris.activity(context.newKey());
    const like = { iri: given.iri, actor: member.actor.iri, post: post.iri, to: told.iri };
    await recordActivity(context, tx, {
      iri,
      actorId: member.actorId,
      type: "Undo",
      audience: [{ kind: "person", actor: told.iri }],
      body: context.wire.undoLike(iri, like),
    });
  });
  return getReactable(context, member, postId);
}

function getReactable(context: Context, member: Member, id: Id): Promise<Visible<PostRecord>> {
  return getVisiblePost(context, viewerOf(member), (db) => findPostById(db, id));
}

/** The author elsewhere; of what was relayed its relayer, as its author does not know who has it. */
async function whoIsTold(tx: Transaction, post: PostRecord): Promise<ActorRecord | null> {
  if (post.local) return null;
  if (post.relayedBy === null || isPublic(post.audience)) return post.authorActor;
  return findActorByIri(tx, post.relayedBy);
}
