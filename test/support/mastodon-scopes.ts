/**
 * Who may use a route of the Mastodon API, as https://docs.joinmastodon.org says: `anybody` (a token
 * changes nothing), `visitors` (without a token, or with one that has the scope), or members with one
 * of the scopes. No scope: any token of a member. `nobody`: it is refused to all, as accounts are made by
 * administrators.
 */
export interface Access {
  readonly who: "anybody" | "visitors" | "members" | "nobody";
  readonly scopes: readonly string[];
}

/** `GET /api/v1/accounts/:id` and `GET /api/v1/accounts/:account_id` are one. */
export function routeKey(method: string, path: string): string {
  return `${method} ${path.replaceAll(/:[^/]+/g, ":")}`;
}

/** Route → who may use it. */
export function documentedAccess(): ReadonlyMap<string, Access> {
  const found = new Map<string, Access>();
  for (const line of TABLE.trim().split("\n")) {
    if (line.trim() === "") continue;
    const [who = "", methods = "", path = "", ...scopes] = line.trim().split(/ +/);
    for (const method of methods.split(",")) {
      found.set(routeKey(method, path), { who: who as Access["who"], scopes });
    }
  }
  return found;
}

const TABLE = `
anybody  POST         /api/v1/apps
members  GET          /api/v1/apps/verify_credentials

anybody  GET          /api/v1/instance
anybody  GET          /api/v2/instance
anybody  GET          /api/v1/instance/activity
visitors GET          /api/v1/instance/domain_blocks
anybody  GET          /api/v1/instance/extended_description
anybody  GET          /api/v1/instance/peers
anybody  GET          /api/v1/instance/privacy_policy
anybody  GET          /api/v1/instance/rules
anybody  GET          /api/v1/instance/terms_of_service
anybody  GET          /api/v1/instance/terms_of_service/:date
anybody  GET          /api/v1/instance/translation_languages
anybody  GET          /api/v1/custom_emojis
anybody  GET          /api/oembed
anybody  GET          /media/default/avatar.png
anybody  GET          /media/default/header.png
anybody  GET          /media/default/thumbnail.png
anybody  GET          /media/default/icon-192.png
anybody  GET          /media/default/icon-512.png
anybody  GET          /media/avatars/:name
anybody  GET          /media/headers/:name
anybody  GET          /api/v1/streaming/health

anybody  GET          /api/v1/directory
anybody  GET          /api/v1/trends
anybody  GET          /api/v1/trends/links
anybody  GET          /api/v1/trends/statuses
anybody  GET          /api/v1/trends/tags
members  GET          /api/v1/announcements
members  POST         /api/v1/announcements/:id/dismiss write:accounts
members  PUT,DELETE   /api/v1/announcements/:id/reactions/:name write:favourites

nobody   POST         /api/v1/accounts
members  GET          /api/v1/accounts/verify_credentials profile read:accounts
members  PATCH        /api/v1/accounts/update_credentials write:accounts
members  GET          /api/v1/accounts/relationships read:follows
members  GET          /api/v1/accounts/familiar_followers read:follows
members  GET          /api/v1/accounts/search read:accounts
visitors GET          /api/v1/accounts/lookup read:accounts
visitors GET          /api/v1/accounts read:accounts
visitors GET          /api/v1/accounts/:id read:accounts
visitors GET          /api/v1/accounts/:id/statuses read:statuses
visitors GET          /api/v1/accounts/:id/followers read:accounts
visitors GET          /api/v1/accounts/:id/following read:accounts
visitors GET          /api/v1/accounts/:id/featured_tags read:accounts
visitors GET          /api/v1/accounts/:id/endorsements read:accounts
members  GET          /api/v1/accounts/:id/identity_proofs read:accounts
members  GET          /api/v1/accounts/:id/lists read:lists
members  GET          /api/v1/accounts/:id/collections read:collections
members  GET          /api/v1/accounts/:id/in_collections read:collections
members  POST         /api/v1/accounts/:id/follow write:follows
members  POST         /api/v1/accounts/:id/unfollow write:follows
members  POST         /api/v1/accounts/:id/remove_from_followers write:follows
members  POST         /api/v1/accounts/:id/block write:blocks
members  POST         /api/v1/accounts/:id/unblock write:blocks
members  POST         /api/v1/accounts/:id/mute write:mutes
members  POST         /api/v1/accounts/:id/unmute write:mutes
members  POST         /api/v1/accounts/:id/pin write:accounts
members  POST         /api/v1/accounts/:id/unpin write:accounts
members  POST         /api/v1/accounts/:id/endorse write:accounts
members  POST         /api/v1/accounts/:id/unendorse write:accounts
members  POST         /api/v1/accounts/:id/note write:accounts
members  GET          /api/v1/blocks read:blocks
members  GET          /api/v1/mutes read:mutes
members  GET          /api/v1/domain_blocks read:blocks
members  POST,DELETE  /api/v1/domain_blocks write:blocks
members  GET          /api/v1/endorsements read:accounts
members  GET          /api/v1/preferences read:accounts
members  GET          /api/v1/profile profile read:accounts
members  PATCH        /api/v1/profile write:accounts
members  DELETE       /api/v1/profile/avatar write:accounts
members  DELETE       /api/v1/profile/header write:accounts
members  POST         /api/v1/reports write:reports
members  GET          /api/v1/suggestions read:accounts
members  DELETE       /api/v1/suggestions/:id read write:accounts
members  GET          /api/v2/suggestions read:accounts
members  GET          /api/v1/follow_requests read:follows
members  POST         /api/v1/follow_requests/:id/authorize write:follows
members  POST         /api/v1/follow_requests/:id/reject write:follows
members  GET          /api/v1/featured_tags read:accounts
members  POST         /api/v1/featured_tags write:accounts
members  DELETE       /api/v1/featured_tags/:id write:accounts
members  GET          /api/v1/featured_tags/suggestions read:accounts
members  GET          /api/v1/followed_tags read:follows
visitors GET          /api/v1/tags/:name
members  POST         /api/v1/tags/:name/follow write:follows
members  POST         /api/v1/tags/:name/unfollow write:follows
members  POST         /api/v1/tags/:name/feature write:accounts
members  POST         /api/v1/tags/:name/unfeature write:accounts

members  POST         /api/v1/statuses write:statuses
visitors GET          /api/v1/statuses read:statuses
visitors GET          /api/v1/statuses/:id read:statuses
members  PUT,DELETE   /api/v1/statuses/:id write:statuses
visitors GET          /api/v1/statuses/:id/context read:statuses
visitors GET          /api/v1/statuses/:id/history read:statuses
members  GET          /api/v1/statuses/:id/source read:statuses
visitors GET          /api/v1/statuses/:id/favourited_by read:accounts
visitors GET          /api/v1/statuses/:id/reblogged_by read:accounts
visitors GET          /api/v1/statuses/:id/quotes read:statuses
members  POST         /api/v1/statuses/:id/quotes/:quoting/revoke write:statuses
members  PUT          /api/v1/statuses/:id/interaction_policy write:statuses
members  POST         /api/v1/statuses/:id/translate read:statuses
members  POST         /api/v1/statuses/:id/favourite write:favourites
members  POST         /api/v1/statuses/:id/unfavourite write:favourites
members  POST         /api/v1/statuses/:id/reblog write:statuses
members  POST         /api/v1/statuses/:id/unreblog write:statuses
members  POST         /api/v1/statuses/:id/bookmark write:bookmarks
members  POST         /api/v1/statuses/:id/unbookmark write:bookmarks
members  POST         /api/v1/statuses/:id/mute write:mutes
members  POST         /api/v1/statuses/:id/unmute write:mutes
members  POST         /api/v1/statuses/:id/pin write:accounts
members  POST         /api/v1/statuses/:id/unpin write:accounts
members  GET          /api/v1/bookmarks read:bookmarks
members  GET          /api/v1/favourites read:favourites
visitors GET          /api/v1/polls/:id read:statuses
members  POST         /api/v1/polls/:id/votes write:statuses
members  GET          /api/v1/scheduled_statuses read:statuses
members  GET          /api/v1/scheduled_statuses/:id read:statuses
members  PUT,DELETE   /api/v1/scheduled_statuses/:id write:statuses
members  POST         /api/v1/media write:media
members  POST         /api/v2/media write:media
members  GET,PUT,DELETE /api/v1/media/:id write:media
members  GET          /api/v1/conversations read:statuses
members  DELETE       /api/v1/conversations/:id write:conversations
members  POST         /api/v1/conversations/:id/read write:conversations

members  GET          /api/v1/timelines/home read:statuses
members  GET          /api/v1/timelines/direct read:statuses
members  GET          /api/v1/timelines/list/:id read:lists
visitors GET          /api/v1/timelines/public read:statuses
visitors GET          /api/v1/timelines/tag/:tag read:statuses
visitors GET          /api/v1/timelines/link read:statuses
visitors GET          /api/v2/search read:search
members  GET          /api/v1/markers read:statuses
members  POST         /api/v1/markers write:statuses
members  GET          /api/v1/lists read:lists
members  POST         /api/v1/lists write:lists
members  GET          /api/v1/lists/:id read:lists
members  PUT,DELETE   /api/v1/lists/:id write:lists
members  GET          /api/v1/lists/:id/accounts read:lists
members  POST,DELETE  /api/v1/lists/:id/accounts write:lists
members  GET          /api/v1/filters read:filters
members  POST         /api/v1/filters write:filters
members  GET          /api/v1/filters/:id read:filters
members  PUT,DELETE   /api/v1/filters/:id write:filters
members  GET          /api/v2/filters read:filters
members  POST         /api/v2/filters write:filters
members  GET          /api/v2/filters/:id read:filters
members  PUT,DELETE   /api/v2/filters/:id write:filters
members  GET          /api/v2/filters/:id/keywords read:filters
members  POST         /api/v2/filters/:id/keywords write:filters
members  GET          /api/v2/filters/:id/statuses read:filters
members  POST         /api/v2/filters/:id/statuses write:filters
members  GET          /api/v2/filters/keywords/:id read:filters
members  PUT,DELETE   /api/v2/filters/keywords/:id write:filters
members  GET          /api/v2/filters/statuses/:id read:filters
members  DELETE       /api/v2/filters/statuses/:id write:filters

members  GET          /api/v1/notifications read:notifications
members  GET          /api/v1/notifications/unread_count read:notifications
members  GET          /api/v1/notifications/:id read:notifications
members  POST         /api/v1/notifications/:id/dismiss write:notifications
members  POST         /api/v1/notifications/clear write:notifications
members  GET          /api/v1/notifications/policy read:notifications
members  PUT,PATCH    /api/v1/notifications/policy write:notifications
members  GET          /api/v1/notifications/requests read:notifications
members  GET          /api/v1/notifications/requests/:id read:notifications
members  GET          /api/v1/notifications/requests/merged read:notifications
members  POST         /api/v1/notifications/requests/accept write:notifications
members  POST         /api/v1/notifications/requests/dismiss write:notifications
members  POST         /api/v1/notifications/requests/:id/accept write:notifications
members  POST         /api/v1/notifications/requests/:id/dismiss write:notifications
members  GET          /api/v2/notifications read:notifications
members  GET          /api/v2/notifications/unread_count read:notifications
members  GET          /api/v2/notifications/policy read:notifications
members  PUT,PATCH    /api/v2/notifications/policy write:notifications
members  GET          /api/v2/notifications/:key read:notifications
members  GET          /api/v2/notifications/:key/accounts read:notifications write:notifications
members  POST         /api/v2/notifications/:key/dismiss write:notifications
members  GET,POST,PUT,DELETE /api/v1/push/subscription push

members  GET          /api/v1/streaming/user read:statuses
members  GET          /api/v1/streaming/user/notification read:notifications
members  GET          /api/v1/streaming/public read:statuses
members  GET          /api/v1/streaming/public/local read:statuses
members  GET          /api/v1/streaming/public/remote read:statuses
members  GET          /api/v1/streaming/hashtag read:statuses
members  GET          /api/v1/streaming/hashtag/local read:statuses
members  GET          /api/v1/streaming/list read:statuses read:lists
members  GET          /api/v1/streaming/direct read:statuses
`;
