import { and, eq, exists, sql } from "drizzle-orm";
import { isEditor } from "../domain/audience/policy.ts";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { HttpClient } from "../platform/http/client.ts";
import { sealMessage, type PushRequest, type PushSender } from "../platform/push/web-push.ts";
import { findAccessToken } from "../persistence/repositories/access-tokens.ts";
import { accessTokens, follows, pushSubscriptions } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { firstPage } from "./keyset-page.ts";
import { listNotifications, type RevealedNotification } from "./notification-list.ts";
import { pushMessage } from "./push-messages.ts";
import { removeSubscription } from "./push-subscriptions.ts";
import { vapidKeys } from "./vapid-keys.ts";

/** What the job `send-push` carries. */
export interface PushJob {
  readonly notificationId: string;
  readonly subscriptionId: string;
}

/** Whoever looks two days later looks without having been woken. */
const WORTH_SECONDS = 2 * 86_400;
const TIMEOUT_MS = 10_000;
const LONGEST_ANSWER = 16 * 1024;

const GONE = new Set([404, 410]);
const TRY_AGAIN = new Set([408, 425, 429]);

type Subscription = typeof pushSubscriptions.$inferSelect;

/**
 * The job `send-push`: wakes one client for one notification, if whoever the client acts for may see it
 * at this moment. A subscription that its push service no longer knows is removed.
 * @throws AppError `push_failed` when it is worth trying again
 */
export async function handleSendPush(
  context: Context,
  http: Pick<HttpClient, "request">,
  { notificationId, subscriptionId }: PushJob,
): Promise<void> {
  const found = await findTarget(context, BigInt(subscriptionId));
  if (found === null) return;
  const { subscription, acting } = found;
  if (acting === null) return removeSubscription(context, subscription.id);
  const id = BigInt(notificationId);
  const only = { ...firstPage(1), before: id + 1n, after: id - 1n };
  const [notification] = await listNotifications(context, acting, only);
  if (notification === undefined || !isFresh(context, notification)) return;
  if (!(await isWanted(context, subscription, notification))) return;
  await send(context, http, subscription, notification);
}

/** The subscription, and for whom it is: null when its token is revoked or may no longer act so. */
async function findTarget(
  { db }: Context,
  id: Id,
): Promise<{ subscription: Subscription; acting: Acting | null } | null> {
  const [row] = await db
    .select({ subscription: pushSubscriptions, tokenHash: accessTokens.tokenHash })
    .from(pushSubscriptions)
    .innerJoin(accessTokens, eq(accessTokens.id, pushSubscriptions.tokenId))
    .where(eq(pushSubscriptions.id, id));
  if (row === undefined) return null;
  const { subscription, tokenHash } = row;
  const token = await findAccessToken(db, tokenHash);
  if (token === undefined) return { subscription, acting: null };
  const { actor, memberActor } = token;
  const { passwordHash: _, ...member } = token.member;
  if (actor.id !== member.actorId && !isEditor(member.role)) return { subscription, acting: null };
  const acting: Acting = {
    member: { ...member, actor: memberActor },
    actor,
    viewer: { kind: "local", actor: actor.iri, role: member.role },
  };
  return { subscription, acting };
}

function isFresh(context: Context, { createdAt }: RevealedNotification): boolean {
  return context.now().getTime() - createdAt.getTime() < WORTH_SECONDS * 1_000;
}

/** What the client asked for may have changed since the notification was made. */
async function isWanted(
  { db }: Context,
  { alerts, policy, actorId }: Subscription,
  { type, from }: RevealedNotification,
): Promise<boolean> {
  if (alerts[type] !== true || policy === "none") return false;
  if (policy === "all" || type.startsWith("admin.")) return true;
  const [follower, followee] = policy === "followed" ? [actorId, from.id] : [from.id, actorId];
  const follow = db
    .select({ one: sql`1` })
    .from(follows)
    .where(
      and(
        eq(follows.followerId, follower),
        eq(follows.followeeId, followee),
        eq(follows.state, "accepted"),
      ),
    );
  const [row] = await db.execute<{ follows: boolean }>(sql`select ${exists(follow)} as follows`);
  return row?.follows === true;
}

async function send(
  context: Context,
  http: Pick<HttpClient, "request">,
  subscription: Subscription,
  notification: RevealedNotification,
): Promise<void> {
  const message = pushMessage(notification, `${context.config.origin}${DEFAULT_ICON}`);
  const request = await sealMessage(
    subscription,
    JSON.stringify(message),
    await senderOf(context),
    {
      ttl: WORTH_SECONDS,
      urgency: "normal",
      topic: `notification-${notification.id}`,
    },
  );
  const status = await post(http, request);
  if (status === null || (status >= 200 && status < 300)) return;
  if (GONE.has(status)) return removeSubscription(context, subscription.id);
  if (status >= 500 || TRY_AGAIN.has(status)) {
    throw new AppError("push_failed", `The push service answered ${status}.`, { status: 502 });
  }
  // Any other answer is about this message, and would be the same the next time.
}

const DEFAULT_ICON = "/media/default/avatar.png";

/** The status of the answer; null where nothing may be sent to. */
async function post(
  http: Pick<HttpClient, "request">,
  request: PushRequest,
): Promise<number | null> {
  try {
    const { status } = await http.request({
      method: "POST",
      ...request,
      redirects: 0,
      timeoutMs: TIMEOUT_MS,
      maxBytes: LONGEST_ANSWER,
    });
    return status;
  } catch (error) {
    if (error instanceof AppError && NEVER.has(error.code)) return null;
    throw new AppError("push_failed", "The push service cannot be reached.", {
      cause: error,
      status: 502,
    });
  }
}

/** Addresses that this server does not call, and answers that it does not read: no use in trying again. */
const NEVER = new Set(["http_bad_url", "http_blocked_address", "http_too_large"]);

async function senderOf(context: Context): Promise<PushSender> {
  const { origin } = context.config;
  const isSecure = origin.startsWith("https:");
  const subject = isSecure ? origin : `mailto:postmaster@${new URL(origin).hostname}`;
  return { ...(await vapidKeys(context)), subject };
}
