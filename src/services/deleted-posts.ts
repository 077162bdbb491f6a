import { and, eq, isNull, sql } from "drizzle-orm";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { countReply, lockArrivingPost } from "../persistence/repositories/arriving-posts.ts";
import { emptyClosedBelow } from "../persistence/repositories/threads.ts";
import { polls, posts, practices, tombstones } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { Outcome } from "./received-activities.ts";
import { forgetQuote } from "./quote-records.ts";
import { forgetEdits } from "./post-edits.ts";
import { relayReply } from "./relay.ts";

/**
 * A post's author deleted it: it is emptied. One that has not arrived yet will not be stored when it
 * does. Only the author can do either. A Delete that names a `revision` is about what was shared up
 * to then: it changes nothing about a later one, and a later one may still come.
 */
export async function deleteRemotePost(
  context: Context,
  tx: Transaction,
  iri: string,
  actor: ActorRecord,
  revision: number | null = null,
): Promise<Outcome> {
  if (!isSameOrigin(iri, actor.iri)) return "ignored:not-the-author";
  await lockArrivingPost(tx, iri);
  const [known] = await tx
    .select({ id: posts.id, authorId: posts.authorId, revision: posts.revision })
    .from(posts)
    .where(eq(posts.iri, iri));
  if (known !== undefined && known.authorId !== actor.id) return "ignored:not-the-author";
  await bury(tx, { iri, actorIri: actor.iri, revision });
  if (known === undefined) return "stored";
  if (revision !== null && known.revision > revision) return "ignored:not-newer";
  return withdrawRemotePost(context, tx, { id: known.id, iri });
}

/** Nothing of the post up to that revision (null = nothing at all) is stored any more. */
async function bury(
  tx: Transaction,
  tombstone: { readonly iri: string; readonly actorIri: string; readonly revision: number | null },
): Promise<void> {
  await tx
    .insert(tombstones)
    .values(tombstone)
    .onConflictDoUpdate({
      target: [tombstones.iri, tombstones.actorIri],
      set: {
        revision: sql`case when ${tombstones.revision} is null or excluded.revision is null then null
          else greatest(${tombstones.revision}, excluded.revision) end`,
      },
    });
}

/** The post's origin says that it is deleted; nobody needs to sign that. */
export async function withdrawGonePost(context: Context, iri: string): Promise<void> {
  await context.db.transaction(async (tx) => {
    await lockArrivingPost(tx, iri);
    const [known] = await tx
      .select({ id: posts.id })
      .from(posts)
      .where(and(eq(posts.iri, iri), eq(posts.local, false)));
    if (known !== undefined) await withdrawRemotePost(context, tx, { id: known.id, iri });
  });
}

/**
 * Empties a post for good. With a practice that was for few ends what others wrote below it here;
 * a reply in our own discussion ends wherever we relayed it.
 */
export async function withdrawRemotePost(
  context: Context,
  tx: Transaction,
  { id, iri }: { readonly id: bigint; readonly iri: string },
): Promise<Outcome> {
  const empty = { title: "", summary: "", contentHtml: "", attachments: [], tags: [] };
  const [row] = await tx
    .update(posts)
    .set({ ...empty, url: iri, language: null, label: null, withdrawnAt: context.now() })
    .where(and(eq(posts.id, id), isNull(posts.withdrawnAt)))
    .returning({
      author: posts.authorId,
      parent: posts.inReplyToId,
      answers: posts.inReplyToIri,
      audience: posts.audience,
    });
  if (row === undefined) return "ignored:deleted";
  await tx
    .update(practices)
    .set({ topics: [], benefits: [], credits: [], license: null })
    .where(eq(practices.postId, id));
  await forgetQuote(tx, id);
  await forgetEdits(tx, id);
  await tx.delete(polls).where(eq(polls.postId, id));
  const counted = row.audience.includes("public");
  await countReply(tx, counted ? row.parent : null, -1);
  if (!counted && row.answers === null) await emptyClosedBelow(tx, id, context.now());
  if (!counted && row.answers !== null) await relayReply(context, tx, id);
  return "stored";
}
