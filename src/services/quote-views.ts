import { inArray } from "drizzle-orm";
import { ANONYMOUS, type Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { QuoteRecord } from "../persistence/repositories/post-parts.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { quotes } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { readPostsByIds } from "./post-reading.ts";
import { revealPosts } from "./visibility.ts";

export type QuoteState = QuoteRecord["state"] | "unauthorized";

/** What a post quotes, as somebody may see it. */
export interface SeenQuote {
  readonly state: QuoteState;
  /** null unless its author consents and the one who looks may see it */
  readonly quoted: Visible<PostRecord> | null;
}

/**
 * Post → what it quotes, for those that quote something. A quoted post is there when its author consents
 * and the one who looks may see it by itself; two statements more when anything is quoted.
 */
export async function seeQuotes(
  context: Context,
  acting: Acting | null,
  quoting: readonly Id[],
): Promise<Map<Id, SeenQuote>> {
  if (quoting.length === 0) return new Map();
  const rows = await context.db
    .select()
    .from(quotes)
    .where(inArray(quotes.postId, [...quoting]));
  const wanted = rows.flatMap(({ state, quotedId }) =>
    state === "accepted" && quotedId !== null ? [quotedId] : [],
  );
  const records = await readPostsByIds(context, [...new Set(wanted)]);
  const byId = new Map(records.map((post) => [post.id, post]));
  const revealed = await revealPosts(context, acting?.viewer ?? ANONYMOUS, records);
  // Visitors read what others publish on the others' own pages.
  const shown = acting === null ? revealed.filter(({ local }) => local) : revealed;
  const visible = new Map(shown.map((post) => [post.id, post]));
  return new Map(
    rows.map(({ postId, quotedId, state }): [Id, SeenQuote] => {
      if (state !== "accepted") return [postId, { state, quoted: null }];
      const quoted = visible.get(quotedId ?? 0n);
      if (quoted !== undefined) return [postId, { state, quoted }];
      // That something is deleted may be known to whoever saw that it was public.
      const stored = byId.get(quotedId ?? 0n);
      const isGone = stored === undefined || stored.withdrawn;
      return [postId, { state: isGone ? "deleted" : "unauthorized", quoted: null }];
    }),
  );
}
