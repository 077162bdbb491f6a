import { createPoll } from "../../src/services/polls.ts";
import type { Context } from "../../src/services/context.ts";
import type { Member } from "../../src/services/members.ts";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { eq } from "drizzle-orm";
import { polls } from "../../src/persistence/schema/index.ts";
import { storeNote } from "./written-notes.ts";

const HOUR_MS = 3_600_000;

/** A poll of a member, Red or Blue, open for an hour; nobody is sent anything. */
export async function storePoll(
  context: Context,
  member: Member,
  audience: Audience,
  changes: { multiple?: boolean; hideTotals?: boolean } = {},
) {
  const post = await storeNote(context, member, audience);
  const poll = await context.db.transaction(async (tx) => {
    await createPoll(tx, post.id, {
      options: ["Red", "Blue"],
      multiple: false,
      hideTotals: false,
      expiresAt: new Date(context.now().getTime() + HOUR_MS),
      ...changes,
    });
    const [row] = await tx.select().from(polls).where(eq(polls.postId, post.id));
    return row;
  });
  if (poll === undefined) throw new Error("no poll");
  return { post, poll };
}
