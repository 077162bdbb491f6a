import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import { changePolicy, getPolicy } from "../../../services/notification-policies.ts";
import { requireCredential } from "../access.ts";
import { policyJson, policyV1Json } from "../entities/notification-policy.ts";
import { flag, optional } from "../fields.ts";
import { readInput } from "../params.ts";

const rule = optional(z.enum(["accept", "filter", "drop"], "accept, filter or drop"));

const RULES = z.object({
  for_not_following: rule,
  for_not_followers: rule,
  for_new_accounts: rule,
  for_private_mentions: rule,
  for_limited_accounts: rule,
  for_bots: rule,
});

const FLAGS = z.object({
  filter_not_following: optional(flag),
  filter_not_followers: optional(flag),
  filter_new_accounts: optional(flag),
  filter_private_mentions: optional(flag),
});

/** `/api/v1/notifications/policy` and `/api/v2/…`: which notifications are wanted. */
export function notificationPolicyRoutes(app: Hono, context: Context): void {
  app.get("/api/v2/notifications/policy", async (c) => {
    const credential = await requireCredential(context, c, "read:notifications");
    return c.json(policyJson(await getPolicy(context, credential)));
  });

  app.get("/api/v1/notifications/policy", async (c) => {
    const credential = await requireCredential(context, c, "read:notifications");
    return c.json(policyV1Json(await getPolicy(context, credential)));
  });

  const change = async (c: HonoContext) => {
    const credential = await requireCredential(context, c, "write:notifications");
    const asked = await readInput(c, RULES);
    const changes = given({
      forNotFollowing: asked.for_not_following,
      forNotFollowers: asked.for_not_followers,
      forNewAccounts: asked.for_new_accounts,
      forPrivateMentions: asked.for_private_mentions,
      forLimitedAccounts: asked.for_limited_accounts,
      forBots: asked.for_bots,
    });
    return c.json(policyJson(await changePolicy(context, credential, changes)));
  };
  app.on(["PATCH", "PUT"], "/api/v2/notifications/policy", change);

  const changeV1 = async (c: HonoContext) => {
    const credential = await requireCredential(context, c, "write:notifications");
    const asked = await readInput(c, FLAGS);
    const changes = given({
      forNotFollowing: ruleOf(asked.filter_not_following),
      forNotFollowers: ruleOf(asked.filter_not_followers),
      forNewAccounts: ruleOf(asked.filter_new_accounts),
      forPrivateMentions: ruleOf(asked.filter_private_mentions),
    });
    return c.json(policyV1Json(await changePolicy(context, credential, changes)));
  };
  app.on(["PATCH", "PUT"], "/api/v1/notifications/policy", changeV1);
}

function ruleOf(filters: boolean | undefined) {
  if (filters === undefined) return undefined;
  return filters ? ("filter" as const) : ("accept" as const);
}

/** Without what was not said. */
function given<Value>(values: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    ),
  );
}
