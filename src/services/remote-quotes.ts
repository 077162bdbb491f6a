import type { Id } from "../domain/ids.ts";
import { isPublic } from "../domain/audience/audience.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { findPostByIri } from "../persistence/repositories/posts.ts";
import { quotes } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { acceptQuote, findStampFor, forgetQuote, lockQuote } from "./quote-records.ts";

/** What a post of another instance says that it quotes. */
export interface RemoteQuote {
  readonly iri: string;
  /** the stamp that it names; null = none */
  readonly stamp: string | null;
}

/**
 * Stores what a post from elsewhere quotes. Nothing that it says of itself is believed: its author's
 * own posts may be quoted, one of ours with a stamp that we gave, any other when its author's server
 * confirms the stamp. Until then the quote is pending and nobody sees it.
 */
export async function storeRemoteQuote(
  context: Context,
  tx: Transaction,
  author: ActorRecord,
  post: { readonly id: Id; readonly iri: string },
  quote: RemoteQuote | null,
): Promise<void> {
  const known = await lockQuote(tx, post.id);
  if (known !== null && known.quotedIri !== quote?.iri) await forgetQuote(tx, post.id);
  if (quote === null) return;
  const quoted = await findPostByIri(tx, quote.iri);
  if (known?.quotedIri === quote.iri) {
    if (known.state !== "pending") return;
  } else {
    await tx.insert(quotes).values({
      postId: post.id,
      quotedIri: quote.iri,
      quotedId: quoted?.id ?? null,
      state: "pending",
    });
  }
  if (quoted !== null && isPublic(quoted.audience)) {
    const pair = { quoting: post.id, quoted };
    if (quoted.authorId === author.id) return acceptQuote(context, tx, pair, null);
    if (quoted.local) {
      const asked = { quotedId: quoted.id, quotingIri: post.iri, quotingActorId: author.id };
      const stamp = await findStampFor(context, tx, asked);
      return stamp === null ? undefined : acceptQuote(context, tx, pair, stamp);
    }
  }
  if (quote.stamp === null) return;
  const payload = { postId: post.id.toString(), stamp: quote.stamp };
  await context.jobs.enqueue(tx, "verify-quote", payload);
}
