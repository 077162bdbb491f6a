import { ANONYMOUS } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { readPostsByIds } from "./post-reading.ts";
import { revealPosts } from "./visibility.ts";

/**
 * Those of the replies that answer something that the one who looks may not see: what was public when
 * it was answered may be so no longer, and then not even its number is told. None, and no statement,
 * for no replies.
 */
export async function repliesToHidden(
  context: Context,
  acting: Acting | null,
  replies: readonly PostRecord[],
): Promise<ReadonlySet<Id>> {
  const parents = new Set(replies.flatMap(({ inReplyToId }) => inReplyToId ?? []));
  if (parents.size === 0) return new Set();
  const records = await readPostsByIds(context, [...parents]);
  const visible = await revealPosts(context, acting?.viewer ?? ANONYMOUS, records);
  const seen = new Set(visible.map(({ id }) => id));
  const hidden = replies.filter(
    ({ inReplyToId }) => inReplyToId !== null && !seen.has(inReplyToId),
  );
  return new Set(hidden.map(({ id }) => id));
}
