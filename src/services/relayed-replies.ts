import { and, eq, isNull } from "drizzle-orm";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorByIri, type ActorRecord } from "../persistence/repositories/actors.ts";
import { selectPosts, toPostRecord } from "../persistence/repositories/posts.ts";
import type { AncestorPost } from "../persistence/repositories/threads.ts";
import { actors, posts, tombstones } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { withdrawRemotePost } from "./deleted-posts.ts";
import type { Outcome } from "./received-activities.ts";
import type { RemotePost } from "./remote.ts";
import { storeRemotePost } from "./remote-posts.ts";

/** What the owner of a discussion says of the author of a reply that it relays. */
export interface RelayedAuthor {
  readonly handle: string;
  readonly name: string;
  readonly url: string;
}

/** A reply as its discussion's owner brings it. */
export interface RelayedReply {
  readonly post: RemotePost;
  readonly author: RelayedAuthor;
  /** IRI of the discussion's context collection */
  readonly discussion: string;
}

/**
 * Stores a reply that the owner of its discussion relays. Only the author of the practice can be
 * that owner. Nothing is asked of the reply's author's server: it would learn who takes part, and
 * answers nobody but the owner anyway.
 */
export async function storeRelayedReply(
  context: Context,
  tx: Transaction,
  owner: ActorRecord,
  { post, author, discussion }: RelayedReply,
): Promise<Outcome> {
  if (isSameOrigin(post.author, context.iris.origin)) return "ignored:our-own";
  const practice = await findPracticeOf(tx, owner, discussion);
  if (practice === null) return "ignored:unknown-discussion";
  const writer = await ensureRelayedAuthor(context, tx, post.author, author);
  return storeRemotePost(context, tx, writer, post, { relay: { owner: owner.iri, practice } });
}

/** The owner takes a reply that it relayed out of its discussion. */
export async function removeRelayedReply(
  context: Context,
  tx: Transaction,
  owner: ActorRecord,
  iri: string,
): Promise<Outcome> {
  const [known] = await tx
    .select({ id: posts.id, relayedBy: posts.relayedBy })
    .from(posts)
    .where(eq(posts.iri, iri));
  if (known === undefined) {
    await tx.insert(tombstones).values({ iri, actorIri: owner.iri }).onConflictDoNothing();
    return "stored";
  }
  if (known.relayedBy !== owner.iri) return "ignored:not-the-owner";
  return withdrawRemotePost(context, tx, { id: known.id, iri });
}

async function findPracticeOf(
  tx: Transaction,
  owner: ActorRecord,
  discussion: string,
): Promise<AncestorPost | null> {
  const [row] = await selectPosts(tx)
    .where(
      and(
        eq(posts.authorId, owner.id),
        eq(posts.contextIri, discussion),
        isNull(posts.inReplyToIri),
        isNull(posts.withdrawnAt),
      ),
    )
    .limit(1);
  if (row === undefined) return null;
  return toPostRecord(row);
}

/**
 * The author as we know it, else as the owner describes it: with a name to show, but without an
 * inbox or keys. Once the author's own server is asked for anything, its document takes over.
 */
async function ensureRelayedAuthor(
  context: Context,
  tx: Transaction,
  iri: string,
  { handle, name, url }: RelayedAuthor,
): Promise<ActorRecord> {
  const known = await findActorByIri(tx, iri);
  if (known !== null) return known;
  const described = {
    iri,
    kind: "remote" as const,
    type: "Person",
    host: new URL(iri).host,
    name,
    url: isSameOrigin(url, iri) ? url : iri,
    inbox: "",
    discoverable: false,
  };
  const insert = (free: string) =>
    tx
      .insert(actors)
      .values({ ...described, handle: free })
      .onConflictDoNothing()
      .returning();
  const [row] = await insert(handle);
  if (row !== undefined) return row;
  // The handle is somebody else's here, whose own server has confirmed it.
  const [unnamed] = await insert(`relayed-${context.newKey()}`);
  const stored = unnamed ?? (await findActorByIri(tx, iri));
  if (stored === null) throw new Error(`${iri} could not be stored`);
  return stored;
}
