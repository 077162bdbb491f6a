import { eq } from "drizzle-orm";
import { formatAudience, isPublic, type Audience } from "../domain/audience/audience.ts";
import { classify } from "../domain/audience/classify.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import {
  adoptOrphans,
  countReply,
  findBelow,
  findSurroundings,
  lockArrivingPost,
  type KnownPost,
  type Surroundings,
} from "../persistence/repositories/arriving-posts.ts";
import type { Concerned } from "../persistence/repositories/concerned-actors.ts";
import { MAX_THREAD_DEPTH, type AncestorPost } from "../persistence/repositories/threads.ts";
import { posts } from "../persistence/schema/index.ts";
import { placeArriving, placeLate, type Placed } from "./arriving-replies.ts";
import type { Context } from "./context.ts";
import { keepConversations } from "./conversations.ts";
import { keepBefore, keepNewest } from "./post-edits.ts";
import { notifyOfEdit, notifyOfPost } from "./post-notifications.ts";
import type { Outcome } from "./received-activities.ts";
import { contentOf, notAfter, storePractice } from "./remote-post-content.ts";
import { refreshRemotePoll, storeRemotePoll } from "./remote-polls.ts";
import { recountQuoted } from "./quote-records.ts";
import { storeRemoteQuote } from "./remote-quotes.ts";
import { relayReply } from "./relay.ts";
import type { RemotePost } from "./remote.ts";

/** How far up a thread we read posts that nobody sent us. */
export const MAX_FETCH_DEPTH = 20;

/** How the post came to us. */
export interface Arrival {
  /** read on purpose, because something here refers to it: then being public is reason enough */
  readonly fetched?: boolean;
  /** steps up a thread that led to it */
  readonly depth?: number;
  /** the owner of a discussion passed it on: the owner's IRI, and the practice that it belongs to */
  readonly relay?: { readonly owner: string; readonly practice: AncestorPost };
}

/**
 * Stores a post that its author sent, or that was read from its origin: a new one, or a newer
 * edition of one that we have. `author` is the verified author. Only what has a reason to be here is
 * stored, under an audience that rule 1 leaves it. Five statements for a note.
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
    revision: post.revision,
    authority: arrival.relay?.owner ?? author.iri,
    ownAddresses: [...new Set(addresses)].filter((iri) => isSameOrigin(iri, context.iris.origin)),
  };
  const [, found] = await Promise.all([
    lockArrivingPost(tx, post.iri),
    findSurroundings(tx, arriving),
  ]);
  const around = below(found, arrival);
  if (around === null) return "ignored:not-the-owner";
  const requested = requestedBy(context, author, post);
  const relayedBy = arrival.relay?.owner ?? null;
  const arrived = { author, requested, relayedBy };
  const placed = await placeArriving(context, tx, arrived, around.ancestors);
  if (typeof placed === "string") return placed;
  const placedPost = { post, placed, relayedBy };
  if (around.suppressed) return "ignored:deleted";
  if (around.known !== null) {
    return editPost(context, tx, author, placedPost, around.known, around.concerned);
  }
  const obstacle = obstacleTo(context, placed, around, arrival);
  if (obstacle !== null) return obstacle;
  return createPost(context, tx, author, placedPost, around, arrival);
}

interface PlacedPost {
  readonly post: RemotePost;
  readonly placed: Placed;
  readonly relayedBy: string | null;
}

/** A relayed reply whose parent is not here hangs below the practice; none leads out of its discussion. */
function below(around: Surroundings, { relay }: Arrival): Surroundings | null {
  if (relay === undefined) return around;
  if (around.ancestors.length === 0) return { ...around, ancestors: [relay.practice] };
  return around.ancestors.at(-1)?.id === relay.practice.id ? around : null;
}

function mentionsIn(post: RemotePost): string[] {
  return post.tags.flatMap(({ type, href }) => (type === "Mention" && href !== null ? [href] : []));
}

function requestedBy(context: Context, author: ActorRecord, post: RemotePost): Audience {
  return classify(post, {
    authorFollowers: author.followersIri,
    organization: context.iris.organization,
  });
}

function isOfDiscussion({ kind }: Placed): boolean {
  return kind === "ours" || kind === "partner";
}

/** Why the post is not for us; null when it is. */
function obstacleTo(
  context: Context,
  placed: Placed,
  { followed, ancestors, ownActors }: Surroundings,
  { fetched = false }: Arrival,
): Outcome | null {
  if (ancestors.length >= MAX_THREAD_DEPTH) return "ignored:thread-too-long";
  const { audience } = placed;
  const joinsOurs = ancestors.some((ancestor) => ancestor.publishedBy !== "elsewhere");
  if (isPublic(audience)) {
    const related = followed || fetched || joinsOurs || ownActors.length > 0;
    return related ? null : "ignored:unrelated";
  }
  const visible = audience.some((atom) => {
    if (atom.kind === "followers") return followed;
    if (atom.kind === "partner") return atom.organization === context.iris.organization;
    return atom.kind === "person" && ownActors.includes(atom.actor);
  });
  const joinsOurClosed = ancestors.some(
    (ancestor) => ancestor.publishedBy !== "elsewhere" && !isPublic(ancestor.audience),
  );
  return visible || joinsOurClosed || isOfDiscussion(placed) ? null : "ignored:not-for-us";
}

async function createPost(
  context: Context,
  tx: Transaction,
  author: ActorRecord,
  { post, placed, relayedBy }: PlacedPost,
  { ancestors, hasOrphans, concerned }: Surroundings,
  { depth = 0, fetched = false }: Arrival,
): Promise<Outcome> {
  const parent = ancestors[0] ?? null;
  const { audience } = placed;
  const now = context.now();
  const [row] = await tx
    .insert(posts)
    .values({
      ...contentOf(post, audience),
      ...labelOf(placed),
      iri: post.iri,
      authorId: author.id,
      local: false,
      inReplyToIri: post.inReplyTo,
      inReplyToId: parent?.id ?? null,
      contextIri: isOfDiscussion(placed) ? (ancestors.at(-1)?.contextIri ?? null) : post.context,
      relayedBy,
      revision: post.revision ?? 1,
      publishedAt: notAfter(post.publishedAt, now),
      editedAt: wasEdited(post) ? notAfter(post.updatedAt, now) : null,
    })
    .returning({ id: posts.id });
  if (row === undefined) throw new Error("insert into posts returned no row");
  await storePractice(tx, row, post);
  await storeRemotePoll(context, tx, row.id, post.poll);
  if (post.quote !== null) {
    await storeRemoteQuote(context, tx, author, { id: row.id, iri: post.iri }, post.quote);
  }
  await keepConversations(tx, {
    id: row.id,
    authorId: author.id,
    audience,
    inReplyToId: parent?.id ?? null,
  });
  const countsAsReply = parent !== null && isPublic(audience);
  await countReply(tx, countsAsReply ? parent.id : null, 1);
  if (hasOrphans) {
    const { onlyFrom } = placed;
    await adoptOrphans(tx, { id: row.id, iri: post.iri, ancestors, onlyFrom });
    if (placed.kind === "ours") await narrowBelow(context, tx, row.id, ancestors);
  }
  if (parent === null) await fetchParent(context, tx, post, audience, depth);
  if (placed.kind === "ours") await relayReply(context, tx, row.id);
  // What we went to read is no news.
  if (!fetched) {
    const answersOthers = post.inReplyTo !== null && parent?.authorId !== author.id;
    const stored = { id: row.id, authorId: author.id, audience, answersOthers };
    await notifyOfPost(context, tx, stored, concerned);
  }
  return "stored";
}

/** An article has a label of its own; a reply has the strictest of its discussion. */
function labelOf({ label }: Placed) {
  return label === null ? {} : { label };
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
  ancestors: readonly AncestorPost[],
): Promise<void> {
  for (const { author, audience: asked, ...reply } of await findBelow(tx, id)) {
    const guarded = {
      author,
      audience: asked,
      publishedBy: "elsewhere",
      withdrawn: false,
    } as const;
    const audience = formatAudience(await placeLate(context, guarded, ancestors));
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
  { post, placed, relayedBy }: PlacedPost,
  known: KnownPost,
  concerned: readonly Concerned[],
): Promise<Outcome> {
  const { audience } = placed;
  if (known.authorId !== author.id) return "ignored:not-the-author";
  if (known.relayedBy !== relayedBy) return "ignored:not-the-owner";
  if (known.withdrawn && post.revision === null) return "ignored:deleted";
  const now = context.now();
  const editedAt = post.updatedAt === null ? null : notAfter(post.updatedAt, now);
  if (!isNewer(post, editedAt, known)) {
    if (!known.withdrawn && post.quote !== null) {
      // Consent comes after the post, and is no edit.
      await storeRemoteQuote(context, tx, author, { id: known.id, iri: post.iri }, post.quote);
    }
    const refreshed =
      !known.withdrawn && (await refreshRemotePoll(context, tx, known.id, post.poll));
    return refreshed ? "stored" : "ignored:not-newer";
  }
  await keepBefore(tx, known, audience);
  await tx
    .update(posts)
    .set({
      ...contentOf(post, audience),
      ...labelOf(placed),
      revision: post.revision ?? known.revision + 1,
      editedAt: editedAt ?? now,
      // Its owner numbers its revisions, and shares a later one with us again.
      withdrawnAt: null,
    })
    .where(eq(posts.id, known.id));
  await storePractice(tx, known, post);
  await storeRemotePoll(context, tx, known.id, post.poll);
  await storeRemoteQuote(context, tx, author, { id: known.id, iri: post.iri }, post.quote);
  await keepNewest(tx, known.id);
  const counted = !known.withdrawn && isPublic(known.audience);
  const change = Number(isPublic(audience)) - Number(counted);
  if (change !== 0) {
    const step = change === 1 ? 1 : -1;
    await countReply(tx, known.inReplyToId, step);
    await recountQuoted(tx, known.id);
  }
  if (placed.kind === "ours") await relayReply(context, tx, known.id);
  const edited = { id: known.id, authorId: author.id, audience, answersOthers: true };
  await notifyOfEdit(context, tx, edited);
  // Whom it names now and did not before.
  await notifyOfPost(context, tx, edited, concerned);
  return "stored";
}

function isNewer({ revision }: RemotePost, editedAt: Date | null, known: KnownPost): boolean {
  if (revision !== null) return revision > known.revision;
  return editedAt !== null && editedAt > (known.editedAt ?? known.publishedAt);
}
