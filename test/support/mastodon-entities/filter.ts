import { z } from "zod";
import { date, id } from "./values.ts";

/** Filter, and V1::Filter of older clients: https://docs.joinmastodon.org/entities/Filter/ */

const contexts = z.array(z.enum(["home", "notifications", "public", "thread", "account"])).min(1);

export const filterKeyword = z.strictObject({
  id,
  keyword: z.string().min(1),
  whole_word: z.boolean(),
});

export const filterStatus = z.strictObject({ id, status_id: id });

const FILTER = {
  id,
  title: z.string().min(1),
  context: contexts,
  expires_at: date.nullable(),
  filter_action: z.enum(["warn", "hide", "blur"]),
};

export const filter = z.strictObject({
  ...FILTER,
  keywords: z.array(filterKeyword),
  statuses: z.array(filterStatus),
});

/** Why a status is filtered; at least one of the two says why. */
export const filterResult = z
  .strictObject({
    filter: z.strictObject(FILTER),
    keyword_matches: z.array(z.string().min(1)).min(1).nullable(),
    status_matches: z.array(id).min(1).nullable(),
  })
  .refine(
    ({ keyword_matches, status_matches }) => keyword_matches !== null || status_matches !== null,
    "a reason",
  );

export const oldFilter = z.strictObject({
  id,
  phrase: z.string().min(1),
  context: contexts,
  expires_at: date.nullable(),
  irreversible: z.boolean(),
  whole_word: z.boolean(),
});
