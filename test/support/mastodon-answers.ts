import { z } from "zod";
import {
  account,
  credentialAccount,
  familiarFollowers,
  movedAccount,
  mutedAccount,
  preferences,
  profile,
  relationship,
  report,
  suggestion,
} from "./mastodon-entities/account.ts";
import { application, credentialApplication } from "./mastodon-entities/application.ts";
import {
  collections,
  featuredTag,
  list,
  markers,
  search,
  searchForVisitors,
  tag,
  tagForVisitors,
} from "./mastodon-entities/collections.ts";
import { filter, filterKeyword, filterStatus, oldFilter } from "./mastodon-entities/filter.ts";
import {
  activity,
  domainBlock,
  extendedDescription,
  instance,
  oldInstance,
  privacyPolicy,
} from "./mastodon-entities/instance.ts";
import { mediaAttachment } from "./mastodon-entities/media-attachment.ts";
import {
  groupedNotifications,
  merged,
  notification,
  notificationPolicy,
  notificationRequest,
  oldNotificationPolicy,
  pushSubscription,
  unread,
} from "./mastodon-entities/notification.ts";
import { poll, pollForVisitors } from "./mastodon-entities/poll.ts";
import {
  context,
  contextForVisitors,
  conversation,
  deletedStatus,
  oembed,
  scheduledStatus,
  status,
  statusEdit,
  statusForVisitors,
  statusSource,
} from "./mastodon-entities/status.ts";
import { done, nothing } from "./mastodon-entities/values.ts";
import { routeKey } from "./mastodon-scopes.ts";

/** What a route answers; visitors see some entities without what concerns only those signed in. */
interface Shape {
  readonly members: z.ZodType;
  readonly visitors: z.ZodType;
}

const array = (entity: z.ZodType) => z.array(entity);
const differing = (members: z.ZodType, visitors: z.ZodType): Shape => ({ members, visitors });
const statuses = differing(array(status), array(statusForVisitors));

/** Route → what it answers when all is well. */
export function documentedAnswers(): ReadonlyMap<string, Shape> {
  const found = new Map<string, Shape>();
  for (const [routes, shape] of TABLE) {
    for (const route of routes.trim().split(/\s*\n\s*/)) {
      const [methods = "", path = ""] = route.split(/ +/);
      for (const method of methods.split(",")) {
        const key = routeKey(method, path);
        if (found.has(key)) throw new Error(`${key} is in the table twice`);
        found.set(key, "members" in shape ? shape : { members: shape, visitors: shape });
      }
    }
  }
  return found;
}

const TABLE: readonly (readonly [routes: string, shape: z.ZodType | Shape])[] = [
  [
    `GET /api/v1/accounts/verify_credentials
     PATCH /api/v1/accounts/update_credentials
     DELETE /api/v1/profile/avatar
     DELETE /api/v1/profile/header`,
    credentialAccount,
  ],
  [`GET,PATCH /api/v1/profile`, profile],
  [`GET /api/v1/preferences`, preferences],
  [`GET /api/v1/accounts/:id`, movedAccount],
  [`GET /api/v1/accounts/lookup`, account],
  [
    `GET /api/v1/accounts
     GET /api/v1/accounts/search
     GET /api/v1/accounts/:id/followers
     GET /api/v1/accounts/:id/following
     GET /api/v1/accounts/:id/endorsements
     GET /api/v1/blocks
     GET /api/v1/endorsements
     GET /api/v1/directory
     GET /api/v1/suggestions
     GET /api/v1/follow_requests
     GET /api/v1/statuses/:id/favourited_by
     GET /api/v1/statuses/:id/reblogged_by
     GET /api/v1/lists/:id/accounts
     GET /api/v2/notifications/:key/accounts`,
    array(account),
  ],
  [`GET /api/v1/mutes`, array(mutedAccount)],
  [`GET /api/v2/suggestions`, array(suggestion)],
  [`GET /api/v1/accounts/relationships`, array(relationship)],
  [`GET /api/v1/accounts/familiar_followers`, array(familiarFollowers)],
  [
    `POST /api/v1/accounts/:id/follow
     POST /api/v1/accounts/:id/unfollow
     POST /api/v1/accounts/:id/remove_from_followers
     POST /api/v1/accounts/:id/block
     POST /api/v1/accounts/:id/unblock
     POST /api/v1/accounts/:id/mute
     POST /api/v1/accounts/:id/unmute
     POST /api/v1/accounts/:id/pin
     POST /api/v1/accounts/:id/unpin
     POST /api/v1/accounts/:id/endorse
     POST /api/v1/accounts/:id/unendorse
     POST /api/v1/accounts/:id/note
     POST /api/v1/follow_requests/:id/authorize
     POST /api/v1/follow_requests/:id/reject`,
    relationship,
  ],
  [`POST /api/v1/reports`, report],
  [`GET /api/v1/domain_blocks`, array(z.string().min(1))],
  [
    `GET /api/v1/accounts/:id/collections
     GET /api/v1/accounts/:id/in_collections`,
    collections,
  ],
  [
    `GET /api/v1/featured_tags
     GET /api/v1/accounts/:id/featured_tags`,
    array(featuredTag),
  ],
  [`POST /api/v1/featured_tags`, featuredTag],
  [
    `GET /api/v1/featured_tags/suggestions
     GET /api/v1/followed_tags`,
    array(tag),
  ],
  [`GET /api/v1/tags/:name`, differing(tag, tagForVisitors)],
  [
    `POST /api/v1/tags/:name/follow
     POST /api/v1/tags/:name/unfollow
     POST /api/v1/tags/:name/feature
     POST /api/v1/tags/:name/unfeature`,
    tag,
  ],
  [
    `GET /api/v1/lists
     GET /api/v1/accounts/:id/lists`,
    array(list),
  ],
  [
    `GET,PUT /api/v1/lists/:id
     POST /api/v1/lists`,
    list,
  ],
  [`GET,POST /api/v1/markers`, markers],
  [`GET /api/v2/search`, differing(search, searchForVisitors)],

  [`POST /api/v1/apps`, credentialApplication],
  [`GET /api/v1/apps/verify_credentials`, application],
  [`GET /api/v2/instance`, instance],
  [`GET /api/v1/instance`, oldInstance],
  [`GET /api/v1/instance/activity`, array(activity)],
  [`GET /api/v1/instance/domain_blocks`, array(domainBlock)],
  [`GET /api/v1/instance/extended_description`, extendedDescription],
  [`GET /api/v1/instance/privacy_policy`, privacyPolicy],
  [`GET /api/oembed`, oembed],

  [
    `GET,PUT /api/v1/statuses/:id
     POST /api/v1/statuses/:id/favourite
     POST /api/v1/statuses/:id/unfavourite
     POST /api/v1/statuses/:id/reblog
     POST /api/v1/statuses/:id/unreblog
     POST /api/v1/statuses/:id/bookmark
     POST /api/v1/statuses/:id/unbookmark
     POST /api/v1/statuses/:id/mute
     POST /api/v1/statuses/:id/unmute
     POST /api/v1/statuses/:id/pin
     POST /api/v1/statuses/:id/unpin
     POST /api/v1/statuses/:id/quotes/:quoting/revoke
     PUT /api/v1/statuses/:id/interaction_policy`,
    differing(status, statusForVisitors),
  ],
  // Planned ones are answered as such.
  [`POST /api/v1/statuses`, z.union([status, scheduledStatus])],
  [`DELETE /api/v1/statuses/:id`, deletedStatus],
  [
    `GET /api/v1/statuses
     GET /api/v1/accounts/:id/statuses
     GET /api/v1/statuses/:id/quotes
     GET /api/v1/bookmarks
     GET /api/v1/favourites
     GET /api/v1/timelines/home
     GET /api/v1/timelines/direct
     GET /api/v1/timelines/list/:id
     GET /api/v1/timelines/public
     GET /api/v1/timelines/tag/:tag`,
    statuses,
  ],
  [`GET /api/v1/statuses/:id/context`, differing(context, contextForVisitors)],
  [`GET /api/v1/statuses/:id/history`, array(statusEdit)],
  [`GET /api/v1/statuses/:id/source`, statusSource],
  [`GET /api/v1/scheduled_statuses`, array(scheduledStatus)],
  [`GET,PUT /api/v1/scheduled_statuses/:id`, scheduledStatus],
  [`GET /api/v1/polls/:id`, differing(poll, pollForVisitors)],
  [`POST /api/v1/polls/:id/votes`, poll],
  [
    `POST /api/v1/media
     POST /api/v2/media
     GET,PUT /api/v1/media/:id`,
    mediaAttachment,
  ],
  [`GET /api/v1/conversations`, array(conversation)],
  [`POST /api/v1/conversations/:id/read`, conversation],

  [`GET /api/v2/filters`, array(filter)],
  [
    `POST /api/v2/filters
     GET,PUT /api/v2/filters/:id`,
    filter,
  ],
  [`GET /api/v2/filters/:id/keywords`, array(filterKeyword)],
  [
    `POST /api/v2/filters/:id/keywords
     GET,PUT /api/v2/filters/keywords/:id`,
    filterKeyword,
  ],
  [`GET /api/v2/filters/:id/statuses`, array(filterStatus)],
  [
    `POST /api/v2/filters/:id/statuses
     GET /api/v2/filters/statuses/:id`,
    filterStatus,
  ],
  [`GET /api/v1/filters`, array(oldFilter)],
  [
    `POST /api/v1/filters
     GET,PUT /api/v1/filters/:id`,
    oldFilter,
  ],

  [`GET /api/v1/notifications`, array(notification)],
  [`GET /api/v1/notifications/:id`, notification],
  [
    `GET /api/v2/notifications
     GET /api/v2/notifications/:key`,
    groupedNotifications,
  ],
  [
    `GET /api/v1/notifications/unread_count
     GET /api/v2/notifications/unread_count`,
    unread,
  ],
  [`GET,PUT,PATCH /api/v2/notifications/policy`, notificationPolicy],
  [`GET,PUT,PATCH /api/v1/notifications/policy`, oldNotificationPolicy],
  [`GET /api/v1/notifications/requests`, array(notificationRequest)],
  [`GET /api/v1/notifications/requests/:id`, notificationRequest],
  [`GET /api/v1/notifications/requests/merged`, merged],
  [`GET,POST,PUT /api/v1/push/subscription`, pushSubscription],

  [
    `GET /api/v1/instance/rules
     GET /api/v1/instance/peers
     GET /api/v1/custom_emojis
     GET /api/v1/announcements
     GET /api/v1/trends
     GET /api/v1/trends/links
     GET /api/v1/trends/statuses
     GET /api/v1/trends/tags
     GET /api/v1/timelines/link
     GET /api/v1/accounts/:id/identity_proofs`,
    nothing,
  ],
  [
    `GET /api/v1/instance/translation_languages
     POST,DELETE /api/v1/domain_blocks
     DELETE /api/v1/suggestions/:id
     DELETE /api/v1/featured_tags/:id
     DELETE /api/v1/scheduled_statuses/:id
     DELETE /api/v1/media/:id
     DELETE /api/v1/conversations/:id
     DELETE /api/v1/lists/:id
     POST,DELETE /api/v1/lists/:id/accounts
     DELETE /api/v1/filters/:id
     DELETE /api/v2/filters/:id
     DELETE /api/v2/filters/keywords/:id
     DELETE /api/v2/filters/statuses/:id
     POST /api/v1/notifications/:id/dismiss
     POST /api/v1/notifications/clear
     POST /api/v1/notifications/requests/accept
     POST /api/v1/notifications/requests/dismiss
     POST /api/v1/notifications/requests/:id/accept
     POST /api/v1/notifications/requests/:id/dismiss
     POST /api/v2/notifications/:key/dismiss
     DELETE /api/v1/push/subscription`,
    done,
  ],
];

/** Routes that have no such answer, and why. */
export const UNANSWERED: Readonly<Record<string, string>> = {
  "POST /api/v1/accounts": "refused to all",
  "GET /api/v1/instance/terms_of_service": "there are none: 404",
  "GET /api/v1/instance/terms_of_service/:": "there are none: 404",
  "POST /api/v1/statuses/:/translate": "no translator: 404",
  "POST /api/v1/announcements/:/dismiss": "there are no announcements: 404",
  "PUT /api/v1/announcements/:/reactions/:": "there are no announcements: 404",
  "DELETE /api/v1/announcements/:/reactions/:": "there are no announcements: 404",
  "GET /api/v1/streaming/health": "text",
  "GET /api/v1/streaming/user": "a stream",
  "GET /api/v1/streaming/user/notification": "a stream",
  "GET /api/v1/streaming/public": "a stream",
  "GET /api/v1/streaming/public/local": "a stream",
  "GET /api/v1/streaming/public/remote": "a stream",
  "GET /api/v1/streaming/hashtag": "a stream",
  "GET /api/v1/streaming/hashtag/local": "a stream",
  "GET /api/v1/streaming/list": "a stream",
  "GET /api/v1/streaming/direct": "a stream",
  "GET /media/default/avatar.png": "a picture",
  "GET /media/default/header.png": "a picture",
  "GET /media/default/thumbnail.png": "a picture",
  "GET /media/default/icon-192.png": "a picture",
  "GET /media/default/icon-512.png": "a picture",
  "GET /media/avatars/:": "a picture",
  "GET /media/headers/:": "a picture",
};
