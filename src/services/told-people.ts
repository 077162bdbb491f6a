import { and, eq } from "drizzle-orm";
import { isPublic, type Atom } from "../domain/audience/audience.ts";
import type { Transaction } from "../persistence/database.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { AncestorPost } from "../persistence/repositories/threads.ts";
import { activities } from "../persistence/schema/index.ts";

type Person = Atom & { readonly kind: "person" };

/**
 * Those of the people whom a note is for to whom it is sent. Below a practice these are whom the note
 * names, or was sent to before: all others for whom the practice is were told of it by a notice each,
 * know neither its text nor each other, and read what is said below it with us. Below a letter it is
 * everybody in it.
 */
export async function peopleToTell(
  tx: Transaction,
  { id, audience, tags }: PostRecord,
  above: readonly AncestorPost[],
): Promise<Person[]> {
  const people = audience.filter((atom) => atom.kind === "person");
  const head = above.findLast((post) => !isPublic(post.audience));
  if (people.length === 0 || head?.type !== "Article") return people;
  const named = new Set(tags.flatMap(({ type, href }) => (type === "Mention" ? [href] : [])));
  const before = new Set(await sentTo(tx, id));
  return people.filter(({ actor }) => named.has(actor) || before.has(`person:${actor}`));
}

/** Stored atoms of the activities that brought a post. */
async function sentTo(tx: Transaction, postId: PostRecord["id"]): Promise<string[]> {
  const rows = await tx
    .select({ audience: activities.audience })
    .from(activities)
    .where(and(eq(activities.postId, postId), eq(activities.type, "Create")));
  return rows.flatMap((row) => row.audience);
}
