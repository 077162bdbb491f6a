import { NOTE_LIMITS } from "../../../domain/note.ts";
import { LIMITS } from "../../../domain/practice.ts";
import { htmlToText } from "../../../platform/html/text.ts";
import { acceptedMediaTypes, MAX_PIXELS } from "../../../platform/media/media-types.ts";
import { MOST_TAGS } from "../../../services/featured-tags.ts";
import { MEDIA_LIMITS } from "../../../services/media-upload.ts";
import { MOST_PINS } from "../../../services/pins.ts";
import {
  LONGEST_OPTION,
  LONGEST_POLL,
  MOST_OPTIONS,
  SHORTEST_POLL,
} from "../../../services/polls.ts";
import { PROFILE_LIMITS } from "../../../services/profile-input.ts";
import type { ActorRecord } from "../../../services/records.ts";
import { SOFTWARE } from "../../../services/software.ts";
import { PICTURES_PATH, THUMBNAIL_BLURHASH } from "../pictures.ts";
import { accountJson } from "./account.ts";

/** What is told of an instance. */
export interface InstanceFacts {
  readonly origin: string;
  /** with port, as in handles */
  readonly host: string;
  readonly contactEmail: string;
  readonly organization: ActorRecord;
  readonly members: number;
  readonly activeMonth: number;
  readonly publicPosts: number;
  /** federates with listed hosts only */
  readonly limitedFederation: boolean;
  /** of this server's Web Push keys (RFC 8292), base64url */
  readonly vapidKey: string;
}

/** The level of the Mastodon API that is here; clients look at its first figure. */
const API_LEVEL = "4.5.0";
/** Counted by Mastodon itself: 7 = quotes (4.5). */
const MASTODON_API_VERSION = 7;
/** Pages and messages of this software are in English; posts are in any language. */
const LANGUAGES = ["en"];
const SHORT_DESCRIPTION = 300;

/** The instance as newer clients ask for it (`Instance`, `/api/v2/instance`). */
export function instanceJson(facts: InstanceFacts) {
  const { origin, organization } = facts;
  const picture = (name: string) => `${origin}${PICTURES_PATH}/${name}`;
  const thumbnail = picture("thumbnail.png");
  return {
    domain: facts.host,
    title: titleOf(organization),
    version: versionText(),
    source_url: `${origin}/`,
    description: descriptionOf(organization),
    usage: { users: { active_month: facts.activeMonth } },
    thumbnail: {
      url: thumbnail,
      blurhash: THUMBNAIL_BLURHASH,
      versions: { "@1x": thumbnail, "@2x": thumbnail },
      description: "",
    },
    icon: [192, 512].map((side) => ({
      src: picture(`icon-${side}.png`),
      size: `${side}x${side}`,
    })),
    languages: LANGUAGES,
    configuration: {
      ...limits(),
      urls: {
        streaming: streamingUrl(origin),
        status: null,
        about: `${origin}/`,
        privacy_policy: null,
        terms_of_service: null,
      },
      vapid: { public_key: facts.vapidKey },
      translation: { enabled: false },
      timelines_access: {
        live_feeds: { local: "public", remote: "authenticated" },
        hashtag_feeds: { local: "public", remote: "authenticated" },
        trending_link_feeds: { local: "authenticated", remote: "disabled" },
      },
      limited_federation: facts.limitedFederation,
    },
    registrations: {
      enabled: false,
      approval_required: false,
      reason_required: false,
      message: null,
      min_age: null,
      url: null,
    },
    api_versions: { mastodon: MASTODON_API_VERSION },
    wrapstodon: null,
    contact: { email: facts.contactEmail, account: accountJson(organization, origin) },
    rules: [],
  };
}

/** The instance as older clients ask for it (`V1::Instance`, `/api/v1/instance`). */
export function instanceV1Json(facts: InstanceFacts) {
  const { origin, organization } = facts;
  const description = descriptionOf(organization);
  return {
    uri: facts.host,
    title: titleOf(organization),
    short_description: description,
    description,
    email: facts.contactEmail,
    version: versionText(),
    urls: { streaming_api: streamingUrl(origin) },
    // Whom we exchange posts with is a matter between us and them, their number too.
    stats: { user_count: facts.members, status_count: facts.publicPosts, domain_count: 0 },
    thumbnail: `${origin}${PICTURES_PATH}/thumbnail.png`,
    languages: LANGUAGES,
    registrations: false,
    approval_required: false,
    invites_enabled: false,
    configuration: limits(),
    contact_account: accountJson(organization, origin),
    rules: [],
  };
}

/** What this server takes, from the constants by which it refuses. */
function limits() {
  return {
    accounts: {
      max_featured_tags: MOST_TAGS,
      max_pinned_statuses: MOST_PINS,
      max_display_name_length: PROFILE_LIMITS.displayName,
      max_note_length: PROFILE_LIMITS.note,
      max_profile_fields: PROFILE_LIMITS.fields,
      profile_field_name_limit: PROFILE_LIMITS.fieldName,
      profile_field_value_limit: PROFILE_LIMITS.fieldValue,
      max_avatar_description_length: PROFILE_LIMITS.description,
      max_header_description_length: PROFILE_LIMITS.description,
    },
    statuses: {
      max_characters: NOTE_LIMITS.characters,
      max_media_attachments: MEDIA_LIMITS.perPost,
      characters_reserved_per_url: NOTE_LIMITS.charactersPerUrl,
    },
    media_attachments: {
      supported_mime_types: acceptedMediaTypes(),
      image_size_limit: MEDIA_LIMITS.image,
      image_matrix_limit: MAX_PIXELS,
      video_size_limit: MEDIA_LIMITS.file,
      // Films are kept as they come; only their length in bytes counts.
      video_frame_rate_limit: 240,
      video_matrix_limit: MAX_PIXELS,
      description_limit: MEDIA_LIMITS.description,
    },
    polls: {
      max_options: MOST_OPTIONS,
      max_characters_per_option: LONGEST_OPTION,
      min_expiration: SHORTEST_POLL,
      max_expiration: LONGEST_POLL,
    },
    practices: { max_title: LIMITS.title, max_characters: LIMITS.content },
  };
}

function versionText(): string {
  return `${API_LEVEL} (compatible; Praxis ${SOFTWARE.version})`;
}

function titleOf(organization: ActorRecord): string {
  return organization.name || organization.handle;
}

function descriptionOf(organization: ActorRecord): string {
  const text = htmlToText(organization.summary, SHORT_DESCRIPTION);
  return text === "" ? `Practices that ${titleOf(organization)} shares with others.` : text;
}

/** Where streams are: as WebSockets beside https, and in the clear beside plain http. */
function streamingUrl(origin: string): string {
  return origin.replace(/^http/, "ws");
}
