import type { Visible } from "../../domain/audience/policy.ts";
import type { PostRecord } from "../../services/records.ts";
import type { JsonLd, VoteOnWire } from "../../services/wire.ts";
import { ACTIVITY_STREAMS } from "../vocab/context.ts";
import { note } from "./note.ts";

/** A poll as a `Question` without `@context`. How many chose what is left out while nobody may know. */
export function question(post: Visible<PostRecord>): JsonLd {
  const { type: _, ...rest } = note(post);
  const poll = post.parts?.poll ?? null;
  if (poll === null) return { type: "Question", ...rest };
  const hidden = poll.hideTotals && poll.closedAt === null;
  const options = poll.options.map(({ title, votes }) => ({
    type: "Note",
    name: title,
    ...(hidden ? {} : { replies: { type: "Collection", totalItems: votes } }),
  }));
  return {
    type: "Question",
    ...rest,
    [poll.multiple ? "anyOf" : "oneOf"]: options,
    ...(poll.expiresAt === null ? {} : { endTime: poll.expiresAt.toISOString() }),
    ...(poll.closedAt === null ? {} : { closed: poll.closedAt.toISOString() }),
    ...(poll.votersCount === null ? {} : { votersCount: poll.votersCount }),
  };
}

/** A vote: a note that is nothing but the name of the option, to the poll's author alone. */
export function voteActivity(iri: string, vote: VoteOnWire): JsonLd {
  return {
    "@context": ACTIVITY_STREAMS,
    type: "Create",
    id: iri,
    actor: vote.actor,
    to: [vote.to],
    object: {
      type: "Note",
      id: vote.iri,
      attributedTo: vote.actor,
      to: [vote.to],
      inReplyTo: vote.poll,
      name: vote.title,
    },
  };
}
