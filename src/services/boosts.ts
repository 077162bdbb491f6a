import { and, eq } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { Queryable } from "../persistence/database.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { reactions } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { addReaction, removeReaction } from "./reactions.ts";
import { findPost, notAllowed } from "./status-reading.ts";
import type { TimelineEntry } from "./status-views.ts";
import type { BoostOnWire } from "./wire.ts";

/**
 * Somebody boosts a post that they may see; a second time answers the first boost again. Only what
 * is public may be boosted, by its author as well: a boost spreads it to whom nobody addressed it.
 * @throws AppError `not_found`, `not_allowed`
 */
export async function boost(context: Context, acting: Acting, id: Id): Promise<TimelineEntry> {
  const { actor, viewer } = acting;
  const post = await findPost(context, viewer, id);
  if (!isPublic(post.audience)) throw notAllowed("Only public posts can be boosted.");
  const row = await context.db.transaction(async (tx) => {
    const iri = context.iris.activity(context.newKey());
    const reaction = { iri, type: "boost", actorId: actor.id, post } as const;
    const added = await addReaction(context, tx, reaction);
    const stored = await findBoost(tx, actor.id, post.id);
    if (added !== "stored" || stored === undefined) return stored;
    await recordActivity(context, tx, {
      iri,
      actorId: actor.id,
      type: "Announce",
      audience: [{ kind: "public" }],
      body: context.wire.announce(iri, onWire(acting, post, stored.createdAt)),
      // Looked at once more before it is sent: nobody is pointed to what is gone by then.
      post: { id: post.id, revision: post.revision },
      to: authorElsewhere(post),
    });
    return stored;
  });
  const boosted = await findPost(context, viewer, post.id);
  if (row === undefined) throw new Error("a boost that was stored is not there");
  return { id: row.id, post: boosted, boost: { iri: row.iri, actor, createdAt: row.createdAt } };
}

/**
 * Somebody takes a boost back; without one, nothing changes. `id` is the post's or the boost's.
 * @throws AppError `not_found`
 */
export async function unboost(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<Visible<PostRecord>> {
  const { actor, viewer } = acting;
  const post = await findPost(context, viewer, id);
  await context.db.transaction(async (tx) => {
    const given = await findBoost(tx, actor.id, post.id);
    const mine = and(eq(reactions.postId, post.id), eq(reactions.type, "boost"));
    if (given === undefined || !(await removeReaction(tx, actor, mine))) return;
    const iri = context.iris.activity(context.newKey());
    const undone = { ...onWire(acting, post, given.createdAt), iri: given.iri };
    await recordActivity(context, tx, {
      iri,
      actorId: actor.id,
      type: "Undo",
      audience: [{ kind: "public" }],
      body: context.wire.undoAnnounce(iri, undone),
      to: authorElsewhere(post),
    });
  });
  return findPost(context, viewer, post.id);
}

async function findBoost(db: Queryable, actorId: Id, postId: Id) {
  const [row] = await db
    .select({ id: reactions.id, iri: reactions.iri, createdAt: reactions.createdAt })
    .from(reactions)
    .where(
      and(
        eq(reactions.postId, postId),
        eq(reactions.actorId, actorId),
        eq(reactions.type, "boost"),
      ),
    );
  return row;
}

function authorElsewhere({ local, authorId }: PostRecord): Id[] {
  return local ? [] : [authorId];
}

function onWire({ actor }: Acting, post: PostRecord, at: Date): BoostOnWire {
  return {
    actor: actor.iri,
    followers: actor.followersIri,
    post: post.iri,
    author: post.author,
    at,
  };
}
