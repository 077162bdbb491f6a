import { and, eq, isNull } from "drizzle-orm";
import { formatAudience, isPublic, type Audience } from "../domain/audience/audience.ts";
import { classify } from "../domain/audience/classify.ts";
import { narrow, type Scope } from "../domain/audience/narrow.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import {
  adoptOrphans,
  countPost,
  findBelow,
  findSurroundings,
  lockArrivingPost,
  MAX_THREAD_DEPTH,
  type Ancestor,
  type KnownPost,
  type Surroundings,
} from "../persistence/repositories/arriving-posts.ts";
import { posts, practices, tombstones } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { Outcome } from "./received-activities.ts";
import { contentOf, notAfter, storePractice } from "./remote-post-content.ts";
import type { RemotePost } from "./remote.ts";

/** How far up a thread we read posts that nobody sent us. */
export const MAX_FETCH_DEPTH = 20;

/** How the post came to us. */
export interface Arrival {
  /** read on purpose, because something here refers to it: then being public is reason enough */
  readonly fetched?: boolean;
  /** steps up a thread that led to it */
  readonly depth?: number;
}

/**
 * Stores a post that its author sent, or that was read from its origin: a new one, or a newer
 * edition of one that we have. `author` is the verified author. Only what has a reason to be here is
 * stored, under an audience that no ancestor of ours is narrower than. Five statements for a note.
 */
export async function storeRemotePost(
  context: Context,
  tx: Transaction,
  author: ActorRecord,
  post: RemotePost,
  arrival: Arrival = {},
): Promise<Outcome> {
  if (post.author !== author.iri || !isSameOrigin(post.iri, author.iri)) {
    return "ignored:not-the-author";
  }
  if (author.kind !== "remote") return "ignored:our-own";
  if (author.suspendedAt !== null) return "ignored:suspended";
  const addresses = [...post.to, ...post.cc, ...mentionsIn(post)];
  const arriving = {
    iri: post.iri,
    inReplyTo: post.inReplyTo,
    authorId: author.id,
    author: author.iri,
    ownAddresses: [...new Set(addresses)].filter((iri) => isSameOrigin(iri, context.iris.origin)),
  };
  const [, around] = await Promise.all([
    lockArrivingPost(tx, post.iri),
    findSurroundings(tx, arriving),
  ]);
  const audience = audienceOf(context, author, post, around.ancestors);
  if (around.known !== null) return editPost(context, tx, author, { post, audience }, around.known);
  if (around.suppressed) return "ignored:deleted";
  const obstacle = obstacleTo(context, audience, around, arrival);
  if (obstacle !== null) return obstacle;
  return createPost(context, tx, author, { post, audience }, around, arrival);
}

interface Classified {
  readonly post: RemotePost;
  readonly audience: Audience;
}

function mentionsIn(post: RemotePost): string[] {
  return post.tags.flatMap(({ type, href }) => (type === "Mention" && href !== null ? [href] : []));
}

/** Rule 1: what we published to few is not discussed before many, whatever the reply is addressed to. */
function audienceOf(
  context: Context,
  author: ActorRecord,
  post: RemotePost,
  ancestors: readonly Ancestor[],
): Audience {
  const requested = classify(post, {
    authorFollowers: author.followersIri,
    organization: context.iris.organization,
  });
  return narrow(
    { author: author.iri, audience: requested },
    closedAncestors(ancestors),
    context.iris.organization,
  );
}

function closedAncestors(ancestors: readonly Ancestor[]): Scope[] {
  return ancestors.filter(({ local, audience }) => local && !isPublic(audience));
}

/** Why the post is not for us; null when it is. */
function obstacleTo(
  context: Context,
  audience: Audience,
  { followed, ancestors, ownActors }: Surroundings,
  { fetched = false }: Arrival,
): Outcome | null {
  if (ancestors.length >= MAX_THREAD_DEPTH) return "ignored:thread-too-long";
  const joinsOurs = ancestors.some((ancestor) => ancestor.local);
  if (isPublic(audience)) {
    const related = followed || fetched || joinsOurs || ownActors.length > 0;
    return related ? null : "ignored:unrelated";
  }
  const visible = audience.some((atom) => {
    if (atom.kind === "followers") return followed;
    if (atom.kind === "partner") return atom.organization === context.iris.organization;
    return atom.kind === "person" && ownActors.includes(atom.actor);
  });
  return visible || closedAncestors(ancestors).length > 0 ? null : "ignored:not-for-us";
}

async function createPost(
  context: Context,
  tx: Transaction,
  author: ActorRecord,
  { post, audience }: Classified,
  { ancestors, hasOrphans }: Surroundings,
  { depth = 0 }: Arrival,
): Promise<Outcome> {
  const parent = ancestors[0] ?? null;
  const now = context.now();
  const [row] = await tx
    .insert(posts)
    .values({
      ...contentOf(post, audience),
      iri: post.iri,
      authorId: author.id,
      local: false,
      inReplyToIri: post.inReplyTo,
      inReplyToId: parent?.id ?? null,
      contextIri: post.context,
      revision: post.revision ?? 1,
      publishedAt: notAfter(post.publishedAt, now),
      editedAt: wasEdited(post) ? notAfter(post.updatedAt, now) : null,
    })
    .returning({ id: posts.id });
  if (row === undefined) throw new Error("insert into posts returned no row");
  await storePractice(tx, row, post);
  const countsAsReply = parent !== null && isPublic(audience);
  await countPost(tx, { author: author.id, parent: countsAsReply ? parent.id : null, step: 1 });
  if (hasOrphans) {
    await adoptOrphans(tx, { id: row.id, iri: post.iri, ancestors });
    await narrowBelow(context, tx, row.id, ancestors);
  }
  if (parent === null) await fetchParent(context, tx, post, audience, depth);
  return "stored";
}

/** Our kin say when a post was updated even if it never was. */
function wasEdited({ publishedAt, updatedAt }: RemotePost): boolean {
  return updatedAt !== null && updatedAt > (publishedAt ?? updatedAt);
}

/** Replies that were here before what links them to a closed practice of ours are narrowed now. */
async function narrowBelow(
  context: Context,
  tx: Transaction,
  id: bigint,
  ancestors: readonly Ancestor[],
): Promise<void> {
  const closed = closedAncestors(ancestors);
  if (closed.length === 0) return;
  for (const reply of await findBelow(tx, id)) {
    const audience = formatAudience(narrow(reply, closed, context.iris.organization));
    await tx.update(posts).set({ audience }).where(eq(posts.id, reply.id));
  }
}

/** What a public post answers is read as well, if it may exist elsewhere; the thread grows upwards. */
async function fetchParent(
  context: Context,
  tx: Transaction,
  post: RemotePost,
  audience: Audience,
  depth: number,
): Promise<void> {
  const { inReplyTo } = post;
  if (inReplyTo === null || inReplyTo === post.iri || !isPublic(audience)) return;
  if (depth >= MAX_FETCH_DEPTH || isSameOrigin(inReplyTo, context.iris.origin)) return;
  const payload = { iri: inReplyTo, depth: depth + 1 };
  await context.jobs.enqueue(tx, "fetch-post", payload, { once: inReplyTo });
}

/**
 * A known post again. Only its author changes it, and only forwards: by revision number where there
 * is one (Praxis), else by the time of the edit. A post that is older, equal or undated changes nothing.
 */
async function editPost(
  context: Context,
  tx: Transaction,
  author: ActorRecord,
  { post, audience }: Classified,
  known: KnownPost,
): Promise<Outcome> {
  if (known.authorId !== author.id) return "ignored:not-the-author";
  if (known.withdrawn) return "ignored:deleted";
  const now = context.now();
  const editedAt = post.updatedAt === null ? null : notAfter(post.updatedAt, now);
  if (!isNewer(post, editedAt, known)) return "ignored:not-newer";
  await tx
    .update(posts)
    .set({
      ...contentOf(post, audience),
      revision: post.revision ?? known.revision + 1,
      editedAt: editedAt ?? now,
    })
    .where(eq(posts.id, known.id));
  await storePractice(tx, known, post);
  const change = Number(isPublic(audience)) - Number(isPublic(known.audience));
  if (change !== 0) {
    const step = change === 1 ? 1 : -1;
    await countPost(tx, { author: null, parent: known.inReplyToId, step });
  }
  return "stored";
}

function isNewer({ revision }: RemotePost, editedAt: Date | null, known: KnownPost): boolean {
  if (revision !== null) return revision > known.revision;
  return editedAt !== null && editedAt > (known.editedAt ?? known.publishedAt);
}

/**
 * A post's author deleted it: it is emptied for good. One that has not arrived yet will not be
 * stored when it does. Only the author can do either.
 */
export async function deleteRemotePost(
  context: Context,
  tx: Transaction,
  iri: string,
  actor: ActorRecord,
): Promise<Outcome> {
  if (!isSameOrigin(iri, actor.iri)) return "ignored:not-the-author";
  await lockArrivingPost(tx, iri);
  const [known] = await tx
    .select({ id: posts.id, authorId: posts.authorId })
    .from(posts)
    .where(eq(posts.iri, iri));
  if (known === undefined) {
    await tx.insert(tombstones).values({ iri, actorIri: actor.iri }).onConflictDoNothing();
    return "stored";
  }
  if (known.authorId !== actor.id) return "ignored:not-the-author";
  return withdraw(context, tx, { id: known.id, iri });
}

/** The post's origin says that it is deleted; nobody needs to sign that. */
export async function withdrawGonePost(context: Context, iri: string): Promise<void> {
  await context.db.transaction(async (tx) => {
    await lockArrivingPost(tx, iri);
    const [known] = await tx
      .select({ id: posts.id })
      .from(posts)
      .where(and(eq(posts.iri, iri), eq(posts.local, false)));
    if (known !== undefined) await withdraw(context, tx, { id: known.id, iri });
  });
}

async function withdraw(
  context: Context,
  tx: Transaction,
  { id, iri }: { readonly id: bigint; readonly iri: string },
): Promise<Outcome> {
  const empty = { title: "", summary: "", contentHtml: "", attachments: [], tags: [] };
  const [row] = await tx
    .update(posts)
    .set({ ...empty, url: iri, language: null, label: null, withdrawnAt: context.now() })
    .where(and(eq(posts.id, id), isNull(posts.withdrawnAt)))
    .returning({ author: posts.authorId, parent: posts.inReplyToId, audience: posts.audience });
  if (row === undefined) return "ignored:deleted";
  await tx
    .update(practices)
    .set({ topics: [], benefits: [], credits: [], license: null })
    .where(eq(practices.postId, id));
  const counted = row.audience.includes("public");
  await countPost(tx, { author: row.author, parent: counted ? row.parent : null, step: -1 });
  return "stored";
}
