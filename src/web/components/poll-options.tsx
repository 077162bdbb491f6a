import type { PollView } from "../../services/poll-views.ts";

/** What a poll offers and, where that may be known, how many chose it. Voting is for clients. */
export function PollOptions({ poll }: { readonly poll: PollView | null }) {
  if (poll === null) return null;
  return (
    <ul class="poll">
      {poll.options.map(({ title, votes }) => (
        <li dir="auto">{votes === null ? title : `${title} – ${votes}`}</li>
      ))}
    </ul>
  );
}
