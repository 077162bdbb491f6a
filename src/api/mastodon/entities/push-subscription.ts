import type { PushSubscriptionView } from "../../../services/push-subscriptions.ts";

/** A client's subscription to Web Push (`WebPushSubscription`). */
export function pushSubscriptionJson({ subscription, serverKey }: PushSubscriptionView) {
  const { id, endpoint, standard, alerts, policy } = subscription;
  return {
    id: shortened(id),
    endpoint,
    standard,
    alerts,
    policy,
    server_key: serverKey,
  };
}

/** Clients read this id as a 32-bit number, and never use it: each has one subscription. */
function shortened(id: bigint): number {
  return Number(id & 0x7fff_ffffn);
}
