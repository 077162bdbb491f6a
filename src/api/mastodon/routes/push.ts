import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import {
  changeSubscription,
  getSubscription,
  subscribe,
  unsubscribe,
} from "../../../services/push-subscriptions.ts";
import { requireCredential } from "../access.ts";
import { pushSubscriptionJson } from "../entities/push-subscription.ts";
import { flag, optional, text } from "../fields.ts";
import { readInput } from "../params.ts";

const policy = optional(
  z.enum(["all", "followed", "follower", "none"], "all, followed, follower or none"),
);
const data = z.object({ alerts: z.record(z.string().max(50), flag).optional(), policy }).optional();

const NEW = z.object({
  subscription: z.object({
    endpoint: text(2_000),
    keys: z.object({ p256dh: text(200), auth: text(100) }),
    standard: optional(flag),
  }),
  data,
  policy,
});
const CHANGED = z.object({ data, policy });

/** `/api/v1/push/subscription`: what wakes a client. */
export function pushRoutes(app: Hono, context: Context): void {
  const path = "/api/v1/push/subscription";

  app.post(path, async (c) => {
    const credential = await requireCredential(context, c, "push");
    const asked = await readInput(c, NEW);
    const { endpoint, keys, standard } = asked.subscription;
    const subscribed = await subscribe(context, credential, {
      endpoint,
      ...keys,
      standard: standard ?? false,
      alerts: asked.data?.alerts ?? {},
      policy: asked.data?.policy ?? asked.policy ?? "all",
    });
    return c.json(pushSubscriptionJson(subscribed));
  });

  app.get(path, async (c) => {
    const credential = await requireCredential(context, c, "push");
    return c.json(pushSubscriptionJson(await getSubscription(context, credential)));
  });

  app.put(path, async (c) => {
    const credential = await requireCredential(context, c, "push");
    const asked = await readInput(c, CHANGED);
    const alerts = asked.data?.alerts;
    const wanted = asked.data?.policy ?? asked.policy;
    const changed = await changeSubscription(context, credential, {
      ...(alerts === undefined ? {} : { alerts }),
      ...(wanted === undefined ? {} : { policy: wanted }),
    });
    return c.json(pushSubscriptionJson(changed));
  });

  app.delete(path, async (c) => {
    await unsubscribe(context, await requireCredential(context, c, "push"));
    return c.json({});
  });
}
