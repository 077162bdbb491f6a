import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { Queryable, Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { loadPostParts, type QuotePolicy } from "../persistence/repositories/post-parts.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { quotes } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { acceptQuote, giveStamp } from "./quote-records.ts";
import { notAllowed } from "./status-reading.ts";
import { relationsOf, revealPosts } from "./visibility.ts";

/**
 * Lets a new post of ours quote another one (FEP-044f). Call it in the transaction that stores the
 * post, before the post is put on the wire. Only what is public can be quoted, by its author as well.
 * Consent to quotes of our own posts follows from their policy; elsewhere the author is asked, and
 * learns of the quoting post: so that must be public too.
 * @throws AppError `not_found`, `not_allowed`
 */
export async function requestQuote(
  context: Context,
  tx: Transaction,
  { actor, viewer }: Acting,
  post: Visible<PostRecord>,
  quotedId: Id,
): Promise<void> {
  const found = await findPostById(tx, quotedId);
  const [quoted] = await revealPosts(context, viewer, found === null ? [] : [found], tx);
  if (quoted === undefined) throw notFound();
  if (!isPublic(quoted.audience)) throw notAllowed("Only public posts can be quoted.");
  const row = { postId: post.id, quotedIri: quoted.iri, quotedId: quoted.id } as const;
  const pair = { quoting: post.id, quoted };
  if (quoted.authorId === actor.id) {
    await tx.insert(quotes).values({ ...row, state: "pending" });
    return acceptQuote(context, tx, pair, null);
  }
  if (quoted.local) {
    if (!(await mayQuote(context, tx, actor, quoted))) {
      throw notAllowed("The author of this post does not let it be quoted.");
    }
    await tx.insert(quotes).values({ ...row, state: "pending" });
    const given = { quotedId: quoted.id, quotingIri: post.iri, quotingActorId: actor.id };
    return acceptQuote(context, tx, pair, await giveStamp(context, tx, given));
  }
  if (!isPublic(post.audience)) {
    throw notAllowed("Only a public post can quote what others published.");
  }
  const iri = context.iris.activity(context.newKey());
  await tx.insert(quotes).values({ ...row, state: "pending", requestIri: iri });
  const request = {
    iri,
    actor: actor.iri,
    to: quoted.author,
    quoted: quoted.iri,
    quoting: post.iri,
  };
  await recordActivity(context, tx, {
    iri,
    actorId: actor.id,
    type: "QuoteRequest",
    audience: [{ kind: "person", actor: quoted.author }],
    body: context.wire.quoteRequest(iri, request),
    to: [quoted.authorId],
  });
}

/** Who may quote a post of ours: what its author said, else everybody if everybody may read it. */
async function quotePolicyOf(db: Queryable, post: PostRecord): Promise<QuotePolicy> {
  if (!isPublic(post.audience)) return "nobody";
  return (await loadPostParts(db, [post.id])).get(post.id)?.quotePolicy ?? "public";
}

/** Whether an actor may quote a public post of ours. Authors always may. */
export async function mayQuote(
  context: Context,
  db: Queryable,
  actor: ActorRecord,
  post: PostRecord,
): Promise<boolean> {
  if (!isPublic(post.audience)) return false;
  if (actor.id === post.authorId) return true;
  const policy = await quotePolicyOf(db, post);
  if (policy !== "followers") return policy === "public";
  const viewer = { kind: "remote", actor: actor.iri } as const;
  const relations = await relationsOf(context, db, viewer, [post.author]);
  return relations.factsAbout(post).follows;
}
