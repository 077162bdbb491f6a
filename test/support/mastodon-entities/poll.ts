import { z } from "zod";
import { count, date, id, nothing } from "./values.ts";

/** Poll: https://docs.joinmastodon.org/entities/Poll/ */

const POLL = {
  id,
  expires_at: date.nullable(),
  expired: z.boolean(),
  multiple: z.boolean(),
  votes_count: count,
  /** null where the server of the poll does not say */
  voters_count: count.nullable(),
  /** counts are null while they are hidden */
  options: z
    .array(z.strictObject({ title: z.string().min(1), votes_count: count.nullable() }))
    .min(2),
  emojis: nothing,
};

/** What signed-in people see beside. */
export const poll = z.strictObject({
  ...POLL,
  voted: z.boolean(),
  own_votes: z.array(count),
});

export const pollForVisitors = z.strictObject(POLL);
