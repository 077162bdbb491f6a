import { inArray, sql } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import type { PollRecord } from "../persistence/repositories/post-parts.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { polls } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";

/** A poll as somebody sees it. */
export interface PollView {
  readonly id: Id;
  readonly expiresAt: Date | null;
  readonly expired: boolean;
  readonly multiple: boolean;
  /** null while nobody may know it */
  readonly options: readonly { readonly title: string; readonly votes: number | null }[];
  readonly votesCount: number;
  readonly votersCount: number | null;
  /** null for visitors; authors count as having voted: they cannot */
  readonly voted: boolean | null;
  /** positions of the options that the one who looks chose */
  readonly ownVotes: readonly number[];
}

/** Post → its poll, for those that are one; one statement, none where there is no question. */
export async function viewPolls(
  context: Context,
  acting: Acting | null,
  shown: readonly PostRecord[],
): Promise<Map<Id, PollView>> {
  const questions = shown.filter(({ type }) => type === "Question");
  if (questions.length === 0) return new Map();
  const actor = (acting?.actor.id ?? 0n).toString();
  const rows = await context.db
    .select({
      poll: polls,
      chosen: sql<number[] | null>`(select array_agg(v.choice order by v.choice) from poll_votes v
        where v.poll_id = polls.id and v.actor_id = ${actor}::bigint)`,
    })
    .from(polls)
    .where(
      inArray(
        polls.postId,
        questions.map(({ id }) => id),
      ),
    );
  const authors = new Map(questions.map(({ id, authorId }) => [id, authorId]));
  return new Map(
    rows.map(({ poll, chosen }) => {
      const isAuthor = acting !== null && authors.get(poll.postId) === acting.actor.id;
      const ownVotes = chosen ?? [];
      const voted = acting === null ? null : isAuthor || ownVotes.length > 0;
      return [poll.postId, { ...viewPoll(context, poll), voted, ownVotes }];
    }),
  );
}

function viewPoll(context: Context, poll: PollRecord): Omit<PollView, "voted" | "ownVotes"> {
  const expired = isOver(poll, context.now());
  const hidden = poll.hideTotals && !expired;
  return {
    id: poll.id,
    expiresAt: poll.expiresAt,
    expired,
    multiple: poll.multiple,
    options: poll.options.map(({ title, votes }) => ({ title, votes: hidden ? null : votes })),
    votesCount: poll.options.reduce((sum, { votes }) => sum + votes, 0),
    votersCount: poll.votersCount,
  };
}

/** Whether nobody can vote any more. */
export function isOver(poll: Pick<PollRecord, "expiresAt" | "closedAt">, now: Date): boolean {
  return poll.closedAt !== null || (poll.expiresAt !== null && poll.expiresAt <= now);
}
