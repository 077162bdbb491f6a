import { z } from "zod";
import { count, date, day, id, language, nothing, quotePolicy, url, visibility } from "./values.ts";

/** Account and what is built on it: https://docs.joinmastodon.org/entities/Account/ */

const field = z.strictObject({
  name: z.string(),
  value: z.string(),
  verified_at: date.nullable(),
});

const ACCOUNT = {
  id,
  username: z.string().min(1),
  acct: z.string().regex(/^[^@\s]+(?:@[^@\s]+)?$/, "a handle without its first @"),
  display_name: z.string(),
  locked: z.boolean(),
  bot: z.boolean(),
  discoverable: z.boolean().nullable(),
  indexable: z.boolean(),
  group: z.boolean(),
  created_at: date.regex(/T00:00:00\.000Z$/, "a day only"),
  note: z.string(),
  url,
  uri: url,
  avatar: url,
  avatar_static: url,
  avatar_description: z.string(),
  header: url,
  header_static: url,
  header_description: z.string(),
  followers_count: count,
  following_count: count,
  statuses_count: count,
  last_status_at: day.nullable(),
  hide_collections: z.boolean().nullable(),
  show_media: z.boolean(),
  show_media_replies: z.boolean(),
  show_featured: z.boolean(),
  noindex: z.boolean(),
  feature_approval: z.strictObject({
    automatic: z.array(z.enum(["public", "followers", "following", "unsupported_policy"])),
    manual: z.array(z.enum(["public", "followers", "following", "unsupported_policy"])),
    current_user: z.enum(["automatic", "manual", "denied", "missing", "unknown"]),
  }),
  emojis: nothing,
  roles: nothing,
  fields: z.array(field),
};

/** `suspended` and `limited` are sent only where they are true. */
const SOMETIMES = { suspended: z.literal(true).optional() };

export const account = z.strictObject({ ...ACCOUNT, ...SOMETIMES });

/** An account asked for by itself: also where it has moved to. */
export const movedAccount = account.extend({ moved: account.optional() });

export const mutedAccount = account.extend({ mute_expires_at: date.nullable() });

const role = z.strictObject({
  id,
  name: z.string().min(1),
  permissions: z.string().regex(/^\d+$/),
  color: z.string(),
  highlighted: z.boolean(),
  collection_limit: count,
});

export const credentialAccount = z.strictObject({
  ...ACCOUNT,
  source: z.strictObject({
    privacy: visibility,
    sensitive: z.boolean(),
    language: language.nullable(),
    quote_policy: quotePolicy,
    note: z.string(),
    fields: z.array(field),
    follow_requests_count: count,
    hide_collections: z.boolean().nullable(),
    discoverable: z.boolean().nullable(),
    indexable: z.boolean(),
    attribution_domains: z.array(z.string()),
  }),
  role,
});

export const profile = z.strictObject({
  id,
  display_name: z.string(),
  note: z.string(),
  fields: z.array(field),
  avatar: url.nullable(),
  avatar_static: url.nullable(),
  avatar_description: z.string(),
  header: url.nullable(),
  header_static: url.nullable(),
  header_description: z.string(),
  locked: z.boolean(),
  bot: z.boolean(),
  hide_collections: z.boolean().nullable(),
  discoverable: z.boolean().nullable(),
  indexable: z.boolean(),
  show_media: z.boolean(),
  show_media_replies: z.boolean(),
  show_featured: z.boolean(),
  attribution_domains: z.array(z.string()),
});

export const preferences = z.strictObject({
  "posting:default:visibility": visibility,
  "posting:default:sensitive": z.boolean(),
  "posting:default:language": language.nullable(),
  "posting:default:quote_policy": quotePolicy,
  "reading:expand:media": z.enum(["default", "show_all", "hide_all"]),
  "reading:expand:spoilers": z.boolean(),
  "reading:autoplay:gifs": z.boolean(),
});

export const relationship = z.strictObject({
  id,
  following: z.boolean(),
  showing_reblogs: z.boolean(),
  notifying: z.boolean(),
  languages: z.array(language).min(1).nullable(),
  followed_by: z.boolean(),
  blocking: z.boolean(),
  blocked_by: z.boolean(),
  muting: z.boolean(),
  muting_notifications: z.boolean(),
  muting_expires_at: date.nullable(),
  requested: z.boolean(),
  requested_by: z.boolean(),
  domain_blocking: z.boolean(),
  endorsed: z.boolean(),
  note: z.string(),
});

export const familiarFollowers = z.strictObject({ id, accounts: z.array(account) });

export const suggestion = z.strictObject({
  source: z.enum(["staff", "past_interactions", "global"]),
  sources: z
    .array(
      z.enum([
        "featured",
        "most_followed",
        "most_interactions",
        "similar_to_recently_followed",
        "friends_of_friends",
      ]),
    )
    .min(1),
  account,
});

/** What is needed to show somebody's picture. */
export const partialAccount = z.strictObject({
  id,
  acct: ACCOUNT.acct,
  locked: z.boolean(),
  bot: z.boolean(),
  url,
  avatar: url,
  avatar_static: url,
  avatar_description: z.string(),
});

export const report = z.strictObject({
  id,
  action_taken: z.boolean(),
  action_taken_at: date.nullable(),
  category: z.enum(["spam", "legal", "violation", "other"]),
  comment: z.string(),
  forwarded: z.boolean(),
  created_at: date,
  status_ids: z.array(id),
  rule_ids: z.array(z.string()).min(1).nullable(),
  collection_ids: nothing,
  target_account: account,
});
