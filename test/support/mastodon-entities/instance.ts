import { z } from "zod";
import { account } from "./account.ts";
import { count, date, language, nothing, url } from "./values.ts";

/** Instance and what else is told of a server: https://docs.joinmastodon.org/entities/Instance/ */

const LIMITS = {
  accounts: z.strictObject({
    max_featured_tags: count,
    max_pinned_statuses: count,
    max_display_name_length: count,
    max_note_length: count,
    max_profile_fields: count,
    profile_field_name_limit: count,
    profile_field_value_limit: count,
    max_avatar_description_length: count,
    max_header_description_length: count,
  }),
  statuses: z.strictObject({
    max_characters: z.int().min(500),
    max_media_attachments: z.int().min(1),
    characters_reserved_per_url: count,
  }),
  media_attachments: z.strictObject({
    supported_mime_types: z.array(z.string().regex(/^[a-z]+\/[\w.+-]+$/)).min(1),
    image_size_limit: z.int().min(1),
    image_matrix_limit: z.int().min(1),
    video_size_limit: z.int().min(1),
    video_frame_rate_limit: z.int().min(1),
    video_matrix_limit: z.int().min(1),
    description_limit: z.int().min(1),
  }),
  polls: z.strictObject({
    max_options: z.int().min(2),
    max_characters_per_option: z.int().min(1),
    min_expiration: z.int().min(1),
    max_expiration: z.int().min(1),
  }),
  /** ours */
  practices: z.strictObject({ max_title: z.int().min(1), max_characters: z.int().min(1) }),
};

/** Clients look at its first figure, and refuse what they take for too old. */
const version = z.string().regex(/^4\.\d+\.\d+ /);

const access = z.enum(["public", "authenticated", "disabled"]);
const streaming = z.url({ protocol: /^wss?$/ });

export const instance = z.strictObject({
  domain: z.string().min(1),
  title: z.string().min(1),
  version,
  source_url: url,
  description: z.string().min(1),
  usage: z.strictObject({ users: z.strictObject({ active_month: count }) }),
  thumbnail: z.strictObject({
    url,
    blurhash: z.string().min(6),
    versions: z.strictObject({ "@1x": url, "@2x": url }),
    description: z.string(),
  }),
  icon: z.array(z.strictObject({ src: url, size: z.string().regex(/^\d+x\d+$/) })).min(1),
  languages: z.array(language).min(1),
  configuration: z.strictObject({
    ...LIMITS,
    urls: z.strictObject({
      streaming,
      status: url.nullable(),
      about: url.nullable(),
      privacy_policy: url.nullable(),
      terms_of_service: url.nullable(),
    }),
    vapid: z.strictObject({ public_key: z.string().regex(/^[\w-]{80,}$/) }),
    translation: z.strictObject({ enabled: z.boolean() }),
    timelines_access: z.strictObject({
      live_feeds: z.strictObject({ local: access, remote: access }),
      hashtag_feeds: z.strictObject({ local: access, remote: access }),
      trending_link_feeds: z.strictObject({ local: access, remote: access }),
    }),
    limited_federation: z.boolean(),
  }),
  registrations: z.strictObject({
    enabled: z.literal(false),
    approval_required: z.boolean(),
    reason_required: z.boolean(),
    message: z.string().nullable(),
    min_age: count.nullable(),
    url: url.nullable(),
  }),
  // What is promised must be there: 7 = quotes.
  api_versions: z.strictObject({ mastodon: z.literal(7) }),
  wrapstodon: z.null(),
  contact: z.strictObject({ email: z.email(), account }),
  rules: nothing,
});

export const oldInstance = z.strictObject({
  // No address: the host, with port.
  uri: z.string().regex(/^[^/]+$/),
  title: z.string().min(1),
  short_description: z.string().min(1),
  description: z.string().min(1),
  email: z.email(),
  version,
  urls: z.strictObject({ streaming_api: streaming }),
  stats: z.strictObject({ user_count: count, status_count: count, domain_count: count }),
  thumbnail: url,
  languages: z.array(language).min(1),
  registrations: z.literal(false),
  approval_required: z.boolean(),
  invites_enabled: z.boolean(),
  configuration: z.strictObject(LIMITS),
  contact_account: account,
  rules: nothing,
});

const figures = z.string().regex(/^\d+$/);
export const activity = z.strictObject({
  week: figures,
  statuses: figures,
  logins: figures,
  registrations: figures,
});

export const domainBlock = z.strictObject({
  domain: z.string().min(1),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  severity: z.enum(["silence", "suspend"]),
  comment: z.string(),
});

export const extendedDescription = z.strictObject({
  updated_at: date.nullable(),
  content: z.string(),
});

export const privacyPolicy = z.strictObject({ updated_at: date, content: z.string().min(1) });
