import { z } from "zod";
import { account } from "./account.ts";
import { filterResult } from "./filter.ts";
import { mediaAttachment, shownAttachment } from "./media-attachment.ts";
import { poll, pollForVisitors } from "./poll.ts";
import { count, date, day, id, language, nothing, quotePolicy, url, visibility } from "./values.ts";

/** Status and what is built on it: https://docs.joinmastodon.org/entities/Status/ */

const mention = z.strictObject({ id, username: z.string().min(1), url, acct: z.string().min(1) });

const tag = z.strictObject({ name: z.string().regex(/^[^#\s]+$/), url });

const quoteApproval = z.strictObject({
  automatic: z.array(z.enum(["public", "followers", "following", "unsupported_policy", "nobody"])),
  manual: z.array(z.enum(["public", "followers", "following", "unsupported_policy"])),
  current_user: z.enum(["automatic", "manual", "denied", "unknown"]),
});

const state = z.enum([
  "pending",
  "accepted",
  "rejected",
  "revoked",
  "deleted",
  "unauthorized",
  "blocked_account",
  "blocked_domain",
  "muted_account",
]);

/** Ours: what a practice has beyond a post. */
const practice = z.strictObject({
  title: z.string().min(1),
  summary: z.string(),
  kind: z.enum(["practice", "lesson", "question"]),
  revision: z.int().min(1),
  label: z.enum(["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED"]).nullable(),
  topics: z.array(z.string()),
  benefits: z.array(z.string()),
  license: z.string().nullable(),
  credits: z.array(z.string()),
  review_by: day.nullable(),
  adapted_from: z.null(),
});

const BASE = {
  id,
  created_at: date,
  in_reply_to_id: id.nullable(),
  in_reply_to_account_id: id.nullable(),
  sensitive: z.boolean(),
  spoiler_text: z.string(),
  visibility,
  language: language.nullable(),
  uri: url,
  url,
  replies_count: count,
  reblogs_count: count,
  favourites_count: count,
  quotes_count: count,
  edited_at: date.nullable(),
  content: z.string(),
  application: z.strictObject({ name: z.string().min(1), website: url.nullable() }).nullable(),
  account,
  media_attachments: z.array(shownAttachment),
  mentions: z.array(mention),
  tags: z.array(tag),
  emojis: nothing,
  tagged_collections: nothing,
  quote_approval: quoteApproval,
  card: z.null(),
  practice: practice.nullable(),
  audience: z.array(z.string().min(1)),
};

const INVOLVEMENT = {
  favourited: z.boolean(),
  reblogged: z.boolean(),
  muted: z.boolean(),
  bookmarked: z.boolean(),
  pinned: z.boolean(),
  filtered: z.array(filterResult),
};

/** What one who is signed in sees; `quote` in a quoted post says only which post it quotes. */
function statusWith<Involved extends z.ZodRawShape>(involved: Involved) {
  const common = { ...BASE, ...involved };
  const quoted = z.strictObject({
    ...common,
    reblog: z.null(),
    quote: z.strictObject({ state, quoted_status_id: id.nullable() }).nullable(),
  });
  const quote = z
    .strictObject({ state, quoted_status: quoted.nullable() })
    .refine(
      (shown) => (shown.state === "accepted") === (shown.quoted_status !== null),
      "what is accepted is shown, and nothing else",
    );
  const original = z.strictObject({ ...common, reblog: z.null(), quote: quote.nullable() });
  const whole = { ...common, reblog: original.nullable(), quote: quote.nullable() };
  return z.strictObject(whole);
}

export const status = statusWith({ ...INVOLVEMENT, poll: poll.nullable() });

export const statusForVisitors = statusWith({ poll: pollForVisitors.nullable() });

/** Deleted, to be written again: also as it was typed. */
export const deletedStatus = status.extend({ text: z.string() });

export const context = z.strictObject({
  ancestors: z.array(status),
  descendants: z.array(status),
});

export const contextForVisitors = z.strictObject({
  ancestors: z.array(statusForVisitors),
  descendants: z.array(statusForVisitors),
});

export const statusEdit = z.strictObject({
  content: z.string(),
  spoiler_text: z.string(),
  sensitive: z.boolean(),
  created_at: date,
  account,
  media_attachments: z.array(shownAttachment),
  emojis: nothing,
  poll: z
    .strictObject({ options: z.array(z.strictObject({ title: z.string().min(1) })).min(2) })
    .optional(),
});

export const statusSource = z.strictObject({ id, text: z.string(), spoiler_text: z.string() });

export const scheduledStatus = z.strictObject({
  id,
  scheduled_at: date,
  params: z.strictObject({
    text: z.string(),
    poll: z
      .strictObject({
        options: z.array(z.string().min(1)).min(2),
        expires_in: count,
        multiple: z.boolean(),
        hide_totals: z.boolean(),
      })
      .nullable(),
    media_ids: z.array(id).min(1).nullable(),
    sensitive: z.boolean().nullable(),
    spoiler_text: z.string().min(1).nullable(),
    visibility: visibility.nullable(),
    language: language.nullable(),
    // Documented as a number; ours are larger than a JavaScript number.
    in_reply_to_id: id.nullable(),
    application_id: z.number().min(0),
    quoted_status_id: id.nullable(),
    quote_approval_policy: quotePolicy.optional(),
    scheduled_at: z.null(),
    idempotency: z.null(),
    with_rate_limit: z.boolean(),
  }),
  media_attachments: z.array(mediaAttachment),
  /** ours: why it was not published */
  failure: z.string().nullable(),
});

export const conversation = z.strictObject({
  id,
  unread: z.boolean(),
  accounts: z.array(account),
  last_status: status,
});

export const oembed = z.strictObject({
  type: z.literal("rich"),
  version: z.literal("1.0"),
  title: z.string(),
  author_name: z.string().min(1),
  author_url: url,
  provider_name: z.string().min(1),
  provider_url: url,
  cache_age: count,
  html: z.string().regex(/^<blockquote /),
  width: z.int().min(1),
  height: z.null(),
});
