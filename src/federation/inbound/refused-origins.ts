import { hostOf, isOriginRefused, REFUSED_ACTOR } from "../../domain/moderation.ts";
import type { Context } from "../../services/context.ts";
import { isRefused, originRules } from "../../services/origin-rules.ts";
import { claimedKeys } from "../signatures/claimed-keys.ts";
import { Refused } from "./answer.ts";

/**
 * Turns a delivery away by the key that it claims to be signed with, before its body is read.
 * @throws Refused 403
 */
export async function refuseByKey(context: Context, { headers }: Request): Promise<void> {
  if (await claimsRefusedKey(context, headers)) throw refusal();
}

/**
 * Turns away what an actor of a refused origin says, whoever brings it.
 * @throws Refused 403
 */
export async function refuseByActor(context: Context, actor: string): Promise<void> {
  if (await isRefused(context, actor)) throw refusal();
}

/**
 * In place of the signer of a GET: somebody who sees nothing, when the key is on a refused origin.
 * Null when it is not.
 */
export async function refusedSigner(
  context: Context,
  { headers }: Request,
): Promise<string | null> {
  return (await claimsRefusedKey(context, headers)) ? REFUSED_ACTOR : null;
}

async function claimsRefusedKey(context: Context, headers: Headers): Promise<boolean> {
  const keys = claimedKeys(headers).filter((key) => hostOf(key) !== null);
  if (keys.length === 0) return false;
  const rules = await originRules(context);
  return keys.some((key) => isOriginRefused(rules, key));
}

function refusal(): Refused {
  return new Refused(403, "This server accepts nothing from there.");
}
