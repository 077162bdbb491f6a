import { eq } from "drizzle-orm";
import { invalid } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import { polls, posts } from "../persistence/schema/index.ts";

const FEWEST_OPTIONS = 2;
export const MOST_OPTIONS = 12;
/** characters */
export const LONGEST_OPTION = 100;
/** seconds that a poll is open */
export const SHORTEST_POLL = 5 * 60;
export const LONGEST_POLL = 31 * 24 * 3600;

/** A poll as its author asks for it. */
export interface NewPoll {
  readonly options: readonly string[];
  /** more than one answer may be chosen */
  readonly multiple: boolean;
  /** nobody sees who is ahead before it ends */
  readonly hideTotals: boolean;
  readonly expiresAt: Date;
}

/**
 * Reads what a client asks for; `expiresIn` is in seconds from `now`. Options are trimmed.
 * @throws AppError `invalid_request` with the names that are wrong, as `poll.options`
 */
export function checkPoll(
  poll: Omit<NewPoll, "expiresAt"> & { readonly expiresIn: number },
  now: Date,
): NewPoll {
  const options = poll.options.map((option) => option.trim());
  const problems: Record<string, string> = {};
  if (options.length < FEWEST_OPTIONS || options.length > MOST_OPTIONS) {
    problems["poll.options"] = `${FEWEST_OPTIONS} to ${MOST_OPTIONS} of them`;
  } else if (options.some((option) => option === "" || option.length > LONGEST_OPTION)) {
    problems["poll.options"] = `1 to ${LONGEST_OPTION} characters each`;
  } else if (new Set(options).size < options.length) {
    problems["poll.options"] = "no two alike";
  }
  const { expiresIn } = poll;
  if (!(expiresIn >= SHORTEST_POLL && expiresIn <= LONGEST_POLL)) {
    problems["poll.expires_in"] = `${SHORTEST_POLL} to ${LONGEST_POLL} seconds`;
  }
  if (Object.keys(problems).length > 0) throw invalid(problems);
  const { multiple, hideTotals } = poll;
  return { options, multiple, hideTotals, expiresAt: new Date(now.getTime() + expiresIn * 1000) };
}

/**
 * Makes a post of ours a poll. Call it in the transaction that stores the post, before anything of it
 * is put on the wire; `poll` is what `checkPoll` returned.
 */
export async function createPoll(tx: Transaction, postId: Id, poll: NewPoll): Promise<void> {
  const { multiple, hideTotals, expiresAt } = poll;
  const options = poll.options.map((title) => ({ title, votes: 0 }));
  await tx.update(posts).set({ type: "Question" }).where(eq(posts.id, postId));
  await tx
    .insert(polls)
    .values({ postId, options, multiple, hideTotals, expiresAt, votersCount: 0 });
}
