import { and, eq, sql } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import type { QuoteRecord } from "../persistence/repositories/post-parts.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { quoteApprovals, quotes } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { notify } from "./notifications.ts";

/** Nobody else changes what a post quotes until the end of the transaction. */
export async function lockQuote(tx: Transaction, postId: Id): Promise<QuoteRecord | null> {
  const [row] = await tx.select().from(quotes).where(eq(quotes.postId, postId)).for("update");
  return row ?? null;
}

/** The author of the quoted post consents; one of ours is notified of a quote that everybody sees. */
export async function acceptQuote(
  context: Context,
  tx: Transaction,
  { quoting, quoted }: { readonly quoting: Id; readonly quoted: PostRecord },
  approvalIri: string | null,
): Promise<void> {
  await tx
    .update(quotes)
    .set({ state: "accepted", approvalIri, quotedId: quoted.id })
    .where(eq(quotes.postId, quoting));
  await countQuotes(tx, quoted.id);
  if (!quoted.local) return;
  const post = await findPostById(tx, quoting);
  if (post === null || !post.audience.some(({ kind }) => kind === "public")) return;
  await notify(context, tx, {
    type: "quote",
    recipientId: quoted.authorId,
    fromId: post.authorId,
    postId: quoting,
  });
}

/** Consent is refused, or taken back. */
export async function endQuote(
  tx: Transaction,
  quote: QuoteRecord,
  state: "rejected" | "revoked",
): Promise<void> {
  await tx.update(quotes).set({ state, approvalIri: null }).where(eq(quotes.postId, quote.postId));
  if (quote.quotedId !== null) await countQuotes(tx, quote.quotedId);
}

/** A post is withdrawn, or quotes nothing any more. */
export async function forgetQuote(tx: Transaction, postId: Id): Promise<void> {
  const [gone] = await tx
    .delete(quotes)
    .where(eq(quotes.postId, postId))
    .returning({ quotedId: quotes.quotedId });
  if (gone !== undefined && gone.quotedId !== null) await countQuotes(tx, gone.quotedId);
}

/** A post is for everybody now, or no longer: what it quotes has another number of quotes. */
export async function recountQuoted(tx: Transaction, postId: Id): Promise<void> {
  const quote = await lockQuote(tx, postId);
  if (quote !== null && quote.quotedId !== null) await countQuotes(tx, quote.quotedId);
}

/** Counts what everybody may see: a number must not tell of hidden posts. */
async function countQuotes(tx: Transaction, quotedId: Id): Promise<void> {
  const id = sql`${quotedId.toString()}::bigint`;
  await tx.execute(sql`
    update posts set quotes_count = (
      select count(*) from quotes q join posts p on p.id = q.post_id
      where q.quoted_id = ${id} and q.state = 'accepted' and p.withdrawn_at is null
        and p.audience @> '{public}')
    where id = ${id}`);
}

/** A stamp: who consents to which quote of which post. */
export interface Stamp {
  readonly quotedId: Id;
  readonly quotingIri: string;
  readonly quotingActorId: Id;
}

/**
 * The IRI of the stamp for a quote of a post of ours, made when there is none yet; null when it was
 * taken back, or is somebody else's.
 */
export async function giveStamp(
  context: Context,
  tx: Transaction,
  stamp: Stamp,
): Promise<string | null> {
  await tx
    .insert(quoteApprovals)
    .values({ ...stamp, key: context.newKey() })
    .onConflictDoNothing();
  return findStampFor(context, tx, stamp);
}

/** The IRI of the stamp that we gave for a quote and did not take back, or null. */
export async function findStampFor(
  context: Context,
  tx: Transaction,
  { quotedId, quotingIri, quotingActorId }: Stamp,
): Promise<string | null> {
  const [given] = await tx
    .select()
    .from(quoteApprovals)
    .where(and(eq(quoteApprovals.quotedId, quotedId), eq(quoteApprovals.quotingIri, quotingIri)));
  if (given === undefined || given.revokedAt !== null) return null;
  return given.quotingActorId === quotingActorId ? context.iris.quoteApproval(given.key) : null;
}

/** Takes a stamp back; its IRI, or null when there was none. */
export async function takeStampBack(
  context: Context,
  tx: Transaction,
  { quotedId, quotingIri }: Pick<Stamp, "quotedId" | "quotingIri">,
): Promise<string | null> {
  const [taken] = await tx
    .update(quoteApprovals)
    .set({ revokedAt: context.now() })
    .where(and(eq(quoteApprovals.quotedId, quotedId), eq(quoteApprovals.quotingIri, quotingIri)))
    .returning({ key: quoteApprovals.key });
  return taken === undefined ? null : context.iris.quoteApproval(taken.key);
}
