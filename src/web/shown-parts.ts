import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { actingAs } from "../services/acting.ts";
import type { Context } from "../services/context.ts";
import type { Member } from "../services/members.ts";
import { viewPolls, type PollView } from "../services/poll-views.ts";
import { seeQuotes } from "../services/quote-views.ts";
import type { PostRecord } from "../services/records.ts";

/** What belongs to posts besides their text. */
export interface ShownParts {
  readonly polls: ReadonlyMap<Id, PollView>;
  /** post → what it quotes, where its author consents and the one who looks may see it */
  readonly quoted: ReadonlyMap<Id, Visible<PostRecord>>;
}

/** The polls of posts and what they quote, for a member, or (null) for a visitor or guest. */
export async function readShownParts(
  context: Context,
  member: Member | null,
  posts: readonly Visible<PostRecord>[],
): Promise<ShownParts> {
  const acting = member === null ? null : actingAs(member);
  // Practices quote nothing.
  const notes = posts.filter(({ practice }) => practice === null).map(({ id }) => id);
  const [polls, quotes] = await Promise.all([
    viewPolls(context, acting, posts),
    seeQuotes(context, acting, notes),
  ]);
  const quoted = [...quotes].flatMap(([id, { quoted: post }]) =>
    post === null ? [] : [[id, post] as const],
  );
  return { polls, quoted: new Map(quoted) };
}
