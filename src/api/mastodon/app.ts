import { Hono } from "hono";
import { cors } from "hono/cors";
import { AppError, notFound } from "../../domain/errors.ts";
import type { Context } from "../../services/context.ts";
import { mastodonError } from "./errors.ts";
import { accountRelationRoutes } from "./routes/account-relations.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { domainBlockRoutes } from "./routes/domain-blocks.ts";
import { featuredTagRoutes } from "./routes/featured-tags.ts";
import { followRequestRoutes } from "./routes/follow-requests.ts";
import { ownListRoutes } from "./routes/own-lists.ts";
import { profilePictureRoutes } from "./routes/profile-pictures.ts";
import { profileRoutes } from "./routes/profile.ts";
import { reportRoutes } from "./routes/reports.ts";
import { suggestionRoutes } from "./routes/suggestions.ts";
import { limitRequests } from "./rate-limits.ts";
import { announcementRoutes } from "./routes/announcements.ts";
import { appRoutes } from "./routes/apps.ts";
import { defaultPictureRoutes } from "./routes/default-pictures.ts";
import { instanceRoutes } from "./routes/instance.ts";
import { groupedNotificationRoutes } from "./routes/grouped-notifications.ts";
import { mediaRoutes } from "./routes/media.ts";
import { notificationPolicyRoutes } from "./routes/notification-policies.ts";
import { notificationRequestRoutes } from "./routes/notification-requests.ts";
import { notificationRoutes } from "./routes/notifications.ts";
import { pushRoutes } from "./routes/push.ts";
import { oembedRoutes } from "./routes/oembed.ts";
import { bookmarkRoutes } from "./routes/bookmarks.ts";
import { favouriteRoutes } from "./routes/favourites.ts";
import { statusReactionRoutes } from "./routes/status-reactions.ts";
import { scheduledStatusRoutes } from "./routes/scheduled-statuses.ts";
import { statusWritingRoutes } from "./routes/status-writing.ts";
import { statusRoutes } from "./routes/statuses.ts";
import { listRoutes } from "./routes/lists.ts";
import { filterRoutes } from "./routes/filters.ts";
import { oldFilterRoutes } from "./routes/filters-v1.ts";
import { tagRoutes } from "./routes/tags.ts";
import { markerRoutes } from "./routes/markers.ts";
import { trendRoutes } from "./routes/trends.ts";
import { searchRoutes } from "./routes/search.ts";
import { timelineRoutes } from "./routes/timelines.ts";
import { pollRoutes } from "./routes/polls.ts";
import type { StreamHub } from "./streaming/hub.ts";
import { streamingRoutes } from "./streaming/server-sent-events.ts";
import { quoteRoutes } from "./routes/quotes.ts";
import { conversationRoutes } from "./routes/conversations.ts";

/** One file of `routes/` for each resource; each adds its routes to the app. */
const ROUTES: readonly ((app: Hono, context: Context) => void)[] = [
  // Before those that take any key in the place of `relationships`.
  accountRelationRoutes,
  accountRoutes,
  domainBlockRoutes,
  featuredTagRoutes,
  followRequestRoutes,
  ownListRoutes,
  profilePictureRoutes,
  profileRoutes,
  reportRoutes,
  suggestionRoutes,
  announcementRoutes,
  appRoutes,
  bookmarkRoutes,
  defaultPictureRoutes,
  favouriteRoutes,
  instanceRoutes,
  mediaRoutes,
  // Before those that take any key in the place of `policy` or `requests`.
  notificationPolicyRoutes,
  notificationRequestRoutes,
  notificationRoutes,
  groupedNotificationRoutes,
  oembedRoutes,
  pushRoutes,
  statusReactionRoutes,
  statusRoutes,
  statusWritingRoutes,
  scheduledStatusRoutes,
  pollRoutes,
  timelineRoutes,
  listRoutes,
  filterRoutes,
  oldFilterRoutes,
  tagRoutes,
  markerRoutes,
  trendRoutes,
  quoteRoutes,
  conversationRoutes,
  searchRoutes,
];

/**
 * The Mastodon client API (`/api/v1`, `/api/v2`), for any client that speaks it. What is not there
 * answers 404 in its own form.
 */
export function mastodonApi(
  context: Context,
  {
    onError,
    streams,
  }: { readonly onError: (error: unknown) => void; readonly streams?: StreamHub },
): Hono {
  const app = new Hono({ strict: false });
  app.use(
    cors({
      origin: "*",
      allowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
      // None named: whichever a client asks for.
      allowHeaders: [],
      exposeHeaders: [
        "Link",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-Request-Id",
      ],
      maxAge: 86_400,
    }),
  );
  app.use(limitRequests(context));
  app.use(async (c, next) => {
    // PostgreSQL keeps no NUL in texts: nothing is called so.
    if (c.req.path.includes("\0")) throw notFound();
    await next();
  });
  app.use(async (c, next) => {
    await next();
    // Answers depend on who asks; whatever is for everybody says so itself.
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "private, no-store");
    c.header("Vary", "Authorization", { append: true });
  });
  for (const add of ROUTES) add(app, context);
  if (streams !== undefined) streamingRoutes(app, context, streams);
  app.notFound((c) => mastodonError(c, notFound()));
  app.onError((error, c) => {
    if (error instanceof AppError) {
      if (error.status >= 500) onError(error);
      return mastodonError(c, error);
    }
    onError(error);
    const failure = new AppError("internal_error", "Something went wrong on our side.", {
      status: 500,
    });
    return mastodonError(c, failure);
  });
  return app;
}
