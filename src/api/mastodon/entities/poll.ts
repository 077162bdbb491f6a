import type { PollView } from "../../../services/poll-views.ts";

/** A poll as clients know it (`Poll`). */
export function pollJson(poll: PollView) {
  return {
    id: poll.id.toString(),
    expires_at: poll.expiresAt?.toISOString() ?? null,
    expired: poll.expired,
    multiple: poll.multiple,
    votes_count: poll.votesCount,
    voters_count: poll.votersCount,
    options: poll.options.map(({ title, votes }) => ({ title, votes_count: votes })),
    emojis: [],
    ...(poll.voted === null ? {} : { voted: poll.voted, own_votes: poll.ownVotes }),
  };
}
