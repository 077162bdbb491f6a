import { z } from "zod";
import { account } from "./account.ts";
import { status, statusForVisitors } from "./status.ts";
import { count, date, day, id, nothing, url } from "./values.ts";

/** What posts and people are sorted into: hashtags, lists, search results, markers. */

const TAG = { id: z.string().min(1), name: z.string().min(1), url, history: nothing };

/** https://docs.joinmastodon.org/entities/Tag/ */
export const tag = z.strictObject({ ...TAG, following: z.boolean(), featuring: z.boolean() });

export const tagForVisitors = z.strictObject(TAG);

export const featuredTag = z.strictObject({
  id,
  name: z.string().min(1),
  url,
  // A text, as Mastodon sends it.
  statuses_count: z.string().regex(/^\d+$/),
  last_status_at: day.nullable(),
});

export const list = z.strictObject({
  id,
  title: z.string().min(1),
  replies_policy: z.enum(["followed", "list", "none"]),
  exclusive: z.boolean(),
});

export const search = z.strictObject({
  accounts: z.array(account),
  statuses: z.array(status),
  hashtags: z.array(tag),
  collections: nothing,
});

export const searchForVisitors = z.strictObject({
  accounts: z.array(account),
  statuses: z.array(statusForVisitors),
  hashtags: z.array(tagForVisitors),
  collections: nothing,
});

const marker = z.strictObject({ last_read_id: id, version: count, updated_at: date });

export const markers = z.strictObject({
  home: marker.optional(),
  notifications: marker.optional(),
});

/** Collections of accounts: there are none. */
export const collections = z.strictObject({ collections: nothing });
