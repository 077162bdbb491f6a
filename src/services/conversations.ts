import { and, eq, inArray, ne, sql } from "drizzle-orm";
import type { Audience } from "../domain/audience/audience.ts";
import { visibilityOf } from "../domain/audience/visibility.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { findAncestors, type AncestorPost } from "../persistence/repositories/threads.ts";
import { actors, conversations } from "../persistence/schema/index.ts";

/** A post that was just stored. */
export interface Letter {
  readonly id: Id;
  readonly authorId: Id;
  readonly audience: Audience;
  readonly inReplyToId: Id | null;
}

/** Whether a post is for named people only. */
export function isLetter({ audience }: { readonly audience: Audience }): boolean {
  return visibilityOf(audience, false) === "direct";
}

/**
 * Puts a post for named people into the conversations of those of our actors who wrote it or whom it
 * is for. Call it in the transaction that stores the post; for all other posts it does nothing.
 */
export async function keepConversations(tx: Transaction, letter: Letter): Promise<void> {
  if (!isLetter(letter)) return;
  const named = letter.audience.flatMap((atom) => (atom.kind === "person" ? [atom.actor] : []));
  const owners = await tx
    .select({ id: actors.id })
    .from(actors)
    .where(
      and(
        ne(actors.kind, "remote"),
        named.length === 0
          ? eq(actors.id, letter.authorId)
          : sql`(${eq(actors.id, letter.authorId)} or ${inArray(actors.iri, named)})`,
      ),
    );
  if (owners.length === 0) return;
  const rootId = await rootOf(tx, letter);
  await tx
    .insert(conversations)
    .values(
      owners.map(({ id }) => ({
        ownerId: id,
        rootId,
        lastPostId: letter.id,
        unread: id !== letter.authorId,
      })),
    )
    .onConflictDoUpdate({
      target: [conversations.ownerId, conversations.rootId],
      set: {
        lastPostId: sql`greatest(${conversations.lastPostId}, excluded.last_post_id)`,
        // Who writes has read what was there.
        unread: sql`excluded.unread`,
      },
    });
}

/** The first of the letters above one another: what stands above them is another matter, for others. */
async function rootOf(tx: Transaction, letter: Letter): Promise<Id> {
  if (letter.inReplyToId === null) return letter.id;
  const above: readonly AncestorPost[] =
    (await findAncestors(tx, [letter.id])).get(letter.id) ?? [];
  let root = letter.id;
  for (const post of above) {
    if (!isLetter(post)) break;
    root = post.id;
  }
  return root;
}
