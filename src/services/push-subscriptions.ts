import { eq } from "drizzle-orm";
import { invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { guardUrl } from "../platform/http/url.ts";
import { areUsableKeys } from "../platform/push/web-push.ts";
import { pushSubscriptions, type PushAlerts } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { NOTIFICATION_TYPES, type NotificationType } from "./notification-list.ts";
import type { Credential } from "./tokens.ts";
import { vapidPublicKey } from "./vapid-keys.ts";

/** Whose notifications wake a client. */
export type PushPolicy = "all" | "followed" | "follower" | "none";

/** Where a client wants its messages, and which. */
export interface NewSubscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  readonly standard: boolean;
  readonly alerts: Readonly<Record<string, boolean>>;
  readonly policy: PushPolicy;
}

/** A client's subscription, and our public key, which it was made with. */
export interface PushSubscriptionView {
  readonly subscription: typeof pushSubscriptions.$inferSelect;
  readonly serverKey: string;
}

const LONGEST_ENDPOINT = 2_000;

/**
 * A client wants Web Push messages; it has one subscription, which replaces an earlier one.
 * @throws AppError `invalid_request`
 */
export async function subscribe(
  context: Context,
  { tokenId, actor }: Credential,
  wanted: NewSubscription,
): Promise<PushSubscriptionView> {
  const { endpoint, p256dh, auth, standard, policy } = wanted;
  checkTarget(context, wanted);
  const values = {
    actorId: actor.id,
    endpoint,
    p256dh,
    auth,
    standard,
    policy,
    alerts: knownAlerts(wanted.alerts),
  };
  const [row] = await context.db
    .insert(pushSubscriptions)
    .values({ tokenId, ...values })
    .onConflictDoUpdate({ target: pushSubscriptions.tokenId, set: values })
    .returning();
  return withKey(context, row);
}

/** The client's subscription. @throws AppError `not_found` */
export async function getSubscription(
  context: Context,
  { tokenId }: Credential,
): Promise<PushSubscriptionView> {
  const [row] = await context.db
    .select()
    .from(pushSubscriptions)
    .where(eq(pushSubscriptions.tokenId, tokenId));
  return withKey(context, row);
}

/** Changes what wakes the client. @throws AppError `not_found` */
export async function changeSubscription(
  context: Context,
  credential: Credential,
  changes: Partial<Pick<NewSubscription, "alerts" | "policy">>,
): Promise<PushSubscriptionView> {
  const { alerts, policy } = changes;
  if (alerts === undefined && policy === undefined) return getSubscription(context, credential);
  const [row] = await context.db
    .update(pushSubscriptions)
    .set({
      ...(alerts === undefined ? {} : { alerts: knownAlerts(alerts) }),
      ...(policy === undefined ? {} : { policy }),
    })
    .where(eq(pushSubscriptions.tokenId, credential.tokenId))
    .returning();
  return withKey(context, row);
}

/** The client wants no more messages; without a subscription nothing happens. */
export async function unsubscribe({ db }: Context, { tokenId }: Credential): Promise<void> {
  await db.delete(pushSubscriptions).where(eq(pushSubscriptions.tokenId, tokenId));
}

/** Removes a subscription that nobody is behind any more. */
export async function removeSubscription({ db }: Context, id: Id): Promise<void> {
  await db.delete(pushSubscriptions).where(eq(pushSubscriptions.id, id));
}

async function withKey(
  context: Context,
  subscription: PushSubscriptionView["subscription"] | undefined,
): Promise<PushSubscriptionView> {
  if (subscription === undefined) throw notFound();
  return { subscription, serverKey: await vapidPublicKey(context) };
}

function checkTarget({ config }: Context, { endpoint, p256dh, auth }: NewSubscription): void {
  if (endpoint.length > LONGEST_ENDPOINT || !isCallable(endpoint, config.allowPrivateNetwork)) {
    throw invalid({ endpoint: "an https address on the internet" });
  }
  if (!areUsableKeys({ p256dh, auth })) {
    throw invalid({ keys: "the public key and secret of a push subscription" });
  }
}

/** Names are looked up, and private addresses refused, whenever something is sent. */
function isCallable(endpoint: string, allowPrivateNetwork: boolean): boolean {
  try {
    guardUrl(endpoint, allowPrivateNetwork);
    return true;
  } catch {
    return false;
  }
}

function knownAlerts(alerts: NewSubscription["alerts"]): PushAlerts {
  const entries = NOTIFICATION_TYPES.map((type: NotificationType) => [type, alerts[type] ?? false]);
  return Object.fromEntries(entries) as PushAlerts;
}
