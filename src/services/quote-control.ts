import { and, eq, isNull } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { QuotePolicy } from "../persistence/repositories/post-parts.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import {
  actors,
  posts,
  quoteApprovals,
  quotes,
  writtenPosts,
} from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { readPostsByIds } from "./post-reading.ts";
import { endQuote, lockQuote, takeStampBack } from "./quote-records.ts";
import { findPost, notAllowed } from "./status-reading.ts";
import { tellAgain } from "./tell-again.ts";
import { narrowTo, revealFound, revealPosts } from "./visibility.ts";

/** A page of the posts that quote one. */
export interface QuotesPage {
  readonly posts: readonly Visible<PostRecord>[];
  readonly ids: readonly Id[];
}

/** The posts that quote a post with its author's consent and that the viewer may see. @throws AppError `not_found` */
export async function listQuotes(
  context: Context,
  viewer: Viewer,
  id: Id,
  page: KeysetPage,
): Promise<QuotesPage> {
  const quoted = await findPost(context, viewer, id);
  const { where, orderBy } = keysetSql(page, posts.id);
  const found = await context.db
    .select({ id: posts.id })
    .from(quotes)
    .innerJoin(posts, eq(posts.id, quotes.postId))
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .where(
      and(
        eq(quotes.quotedId, quoted.id),
        eq(quotes.state, "accepted"),
        viewer.kind === "anonymous" ? eq(posts.local, true) : undefined,
        await narrowTo(context, viewer),
        where,
      ),
    )
    .orderBy(orderBy)
    .limit(page.limit);
  const ids = newestFirst(page, found).map((row) => row.id);
  const visible = await revealPosts(context, viewer, await readPostsByIds(context, ids));
  return { posts: visible, ids };
}

/**
 * Takes the consent back that a post of one's own is quoted by another one. Returns the quoting post.
 * @throws AppError `not_found`, `not_allowed`
 */
export async function revokeQuote(
  context: Context,
  acting: Acting,
  id: Id,
  quotingId: Id,
): Promise<Visible<PostRecord>> {
  const { actor, viewer } = acting;
  const quoted = await findPost(context, viewer, id);
  const quoting = await findPost(context, viewer, quotingId);
  if (quoted.authorId !== actor.id) throw notAllowed("Only its author decides who quotes a post.");
  await context.db.transaction(async (tx) => {
    const quote = await lockQuote(tx, quoting.id);
    if (quote === null || quote.quotedId !== quoted.id) throw notFound();
    if (quote.state !== "accepted") return;
    await endQuote(tx, quote, "revoked");
    const pair = { quotedId: quoted.id, quotingIri: quoting.iri };
    const stamp = await takeStampBack(context, tx, pair);
    // Who quoted in a post for few is not told to everybody.
    const open = isPublic(quoting.audience);
    if (stamp !== null && (open || !quoting.local)) {
      const iri = context.iris.activity(context.newKey());
      const { followersIri } = quoted.authorActor;
      await recordActivity(context, tx, {
        iri,
        actorId: actor.id,
        type: "Delete",
        audience: open ? [{ kind: "public" }] : [{ kind: "person", actor: quoting.author }],
        body: context.wire.deleteStamp(iri, {
          stamp,
          actor: actor.iri,
          open,
          followers: followersIri,
          to: quoting.author,
        }),
        to: quoting.local ? [] : [quoting.authorId],
      });
    }
    await tellAgain(context, tx, quoting.id);
  });
  return quoting;
}

/**
 * Says who may quote a post of one's own from now on. What is not public nobody may quote.
 * @throws AppError `not_found`, `not_allowed`
 */
export async function setQuotePolicy(
  context: Context,
  { actor, viewer }: Acting,
  id: Id,
  asked: QuotePolicy,
): Promise<Visible<PostRecord>> {
  const post = await findPost(context, viewer, id);
  if (post.authorId !== actor.id) throw notAllowed("Only its author decides who quotes a post.");
  const quotePolicy = isPublic(post.audience) ? asked : "nobody";
  await context.db.transaction(async (tx) => {
    await tx
      .insert(writtenPosts)
      .values({ postId: post.id, source: "", quotePolicy })
      .onConflictDoUpdate({ target: writtenPosts.postId, set: { quotePolicy } });
    if (isPublic(post.audience)) await tellAgain(context, tx, post.id);
  });
  return post;
}

/** A stamp as it is served: its author's word that one post may quote the other. */
export interface ServedStamp {
  readonly iri: string;
  readonly author: string;
  readonly quoting: string;
  readonly quoted: string;
}

/** The stamp with that key, as long as it stands, for whoever may see the quoted post; else null. */
export async function findStamp(
  context: Context,
  viewer: Viewer,
  key: string,
): Promise<ServedStamp | null> {
  const uuid = UUID.test(key) ? key : NOTHING;
  const [row] = await context.db
    .select()
    .from(quoteApprovals)
    .where(and(eq(quoteApprovals.key, uuid), isNull(quoteApprovals.revokedAt)));
  const found = await findPostById(context.db, row?.quotedId ?? 0n);
  const post = await revealFound(context, viewer, found);
  if (row === undefined || post === null) return null;
  return {
    iri: context.iris.quoteApproval(row.key),
    author: post.author,
    quoting: row.quotingIri,
    quoted: post.iri,
  };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOTHING = "00000000-0000-0000-0000-000000000000";
