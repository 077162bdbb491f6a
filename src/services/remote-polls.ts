import { eq } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { polls, pollVotes } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** A poll of another instance, within limits. */
export interface RemotePoll {
  readonly options: readonly { readonly title: string; readonly votes: number }[];
  readonly multiple: boolean;
  /** when it ends or ended; null = it has no end */
  readonly endsAt: Date | null;
  readonly closed: boolean;
  /** null = its origin does not say */
  readonly votersCount: number | null;
}

/**
 * Stores what a question offers, or what it offers now. When its options changed, the votes that our
 * people gave before mean nothing any more.
 */
export async function storeRemotePoll(
  context: Context,
  tx: Transaction,
  postId: Id,
  poll: RemotePoll | null,
): Promise<void> {
  if (poll === null) return;
  const [known] = await tx.select().from(polls).where(eq(polls.postId, postId)).for("update");
  const now = context.now();
  const expiresAt = poll.endsAt ?? (poll.closed ? now : null);
  const values = {
    options: [...poll.options],
    multiple: poll.multiple,
    expiresAt,
    votersCount: poll.votersCount,
    fetchedAt: now,
  };
  if (known === undefined) {
    // Of one that was over before it came nobody here is told that it ended.
    const over = expiresAt !== null && expiresAt <= now;
    await tx.insert(polls).values({ ...values, postId, closedAt: over ? now : null });
    return;
  }
  await tx.update(polls).set(values).where(eq(polls.id, known.id));
  if (!offersTheSame(known, poll)) await tx.delete(pollVotes).where(eq(pollVotes.pollId, known.id));
}

/**
 * Takes over the counts of a poll that is otherwise as we have it: an origin sends them without
 * calling that an edit. Returns whether there was something to take over.
 */
export async function refreshRemotePoll(
  context: Context,
  tx: Transaction,
  postId: Id,
  poll: RemotePoll | null,
): Promise<boolean> {
  if (poll === null) return false;
  const [known] = await tx.select().from(polls).where(eq(polls.postId, postId)).for("update");
  if (known === undefined || !offersTheSame(known, poll)) return false;
  const { options, votersCount } = poll;
  const now = context.now();
  const closedNow = poll.closed && (known.expiresAt === null || known.expiresAt > now);
  await tx
    .update(polls)
    .set({
      options: [...options],
      votersCount,
      fetchedAt: now,
      ...(closedNow ? { expiresAt: now } : {}),
    })
    .where(eq(polls.id, known.id));
  return true;
}

function offersTheSame(
  known: Pick<RemotePoll, "options" | "multiple">,
  poll: Pick<RemotePoll, "options" | "multiple">,
): boolean {
  return (
    known.multiple === poll.multiple &&
    known.options.length === poll.options.length &&
    known.options.every(({ title }, position) => title === poll.options[position]?.title)
  );
}
