import { and, eq, inArray } from "drizzle-orm";
import { isPublic, type Audience } from "../domain/audience/audience.ts";
import type { Viewer } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Transaction } from "../persistence/database.ts";
import {
  findConcerned,
  findInvolved,
  type Concerned,
} from "../persistence/repositories/concerned-actors.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { notifications } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { notifyAll } from "./notifications.ts";
import { revealPosts } from "./visibility.ts";

/** A post that was just stored, in the caller's transaction. */
export interface StoredPost {
  readonly id: Id;
  readonly authorId: Id;
  readonly audience: Audience;
  /** it answers somebody else: that is between the two, whoever else waits for the author's posts */
  readonly answersOthers: boolean;
}

/**
 * Tells those whom a new post concerns, as far as they may see it: who is mentioned, addressed or
 * answered, and who wants to hear of whatever the author posts.
 */
export async function notifyOfPost(
  context: Context,
  tx: Transaction,
  post: StoredPost,
  concerned: readonly Concerned[],
): Promise<void> {
  const told = concerned.filter(({ named }) => named || !post.answersOthers);
  const seeing = await thoseWhoSee(context, tx, post, told);
  const occurrences = seeing.map(({ id, named }) => ({
    recipientId: id,
    type: named ? ("mention" as const) : ("status" as const),
    fromId: post.authorId,
    postId: post.id,
  }));
  await notifyAll(context, tx, occurrences);
}

/** `notifyOfPost` for one of our own posts. */
export async function notifyOfOwnPost(
  context: Context,
  tx: Transaction,
  post: PostRecord,
  { answered = null }: { readonly answered?: Pick<PostRecord, "authorId"> | null } = {},
): Promise<void> {
  const mentioned = post.tags.flatMap(({ type, href }) =>
    type === "Mention" && href !== null ? [href] : [],
  );
  const addressed = post.audience.flatMap((atom) => (atom.kind === "person" ? [atom.actor] : []));
  const ownAddresses = [...new Set([...mentioned, ...addressed])].filter((iri) =>
    isSameOrigin(iri, context.iris.origin),
  );
  const { authorId, inReplyToIri } = post;
  const concerned = await findConcerned(tx, { authorId, inReplyTo: inReplyToIri, ownAddresses });
  const answersOthers =
    inReplyToIri !== null && (answered === null || answered.authorId !== authorId);
  await notifyOfPost(context, tx, { ...post, answersOthers }, concerned);
}

/** Tells those who boosted or quoted a post that its author has edited it; each edit anew. */
export async function notifyOfEdit(
  context: Context,
  tx: Transaction,
  post: Pick<StoredPost, "id" | "authorId" | "audience">,
): Promise<void> {
  const involved = await findInvolved(tx, post.id);
  if (involved.length === 0) return;
  await tx
    .delete(notifications)
    .where(
      and(
        eq(notifications.postId, post.id),
        inArray(notifications.type, ["update", "quoted_update"]),
      ),
    );
  const seeing = await thoseWhoSee(context, tx, post, involved);
  const occurrences = seeing.map(({ id, quotes }) => ({
    recipientId: id,
    type: quotes ? ("quoted_update" as const) : ("update" as const),
    fromId: post.authorId,
    postId: post.id,
  }));
  await notifyAll(context, tx, occurrences);
}

/** Who may see what is public; of anything else each is asked. */
async function thoseWhoSee<Reader extends Concerned>(
  context: Context,
  tx: Transaction,
  { id, audience }: Pick<StoredPost, "id" | "audience">,
  readers: readonly Reader[],
): Promise<readonly Reader[]> {
  if (readers.length === 0 || isPublic(audience)) return readers;
  const post = await findPostById(tx, id);
  if (post === null) return [];
  const seeing: Reader[] = [];
  for (const reader of readers) {
    if (await maySee(context, tx, post, reader)) seeing.push(reader);
  }
  return seeing;
}

async function maySee(
  context: Context,
  tx: Transaction,
  post: PostRecord,
  { iri, role }: Pick<Concerned, "iri" | "role">,
): Promise<boolean> {
  const viewer: Viewer = { kind: "local", actor: iri, role };
  return (await revealPosts(context, viewer, [post], tx)).length > 0;
}
