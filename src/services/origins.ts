import { and, eq } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import { isOriginRefused, parseHost, type OriginRules } from "../domain/moderation.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import {
  endFollowsWith,
  loadOrigins,
  partnersOn,
  tiesByHost,
  type OriginRecord,
  type Ties,
} from "../persistence/repositories/origins.ts";
import { organization, origins } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { suspendForBlock } from "./end-partnership.ts";
import { requireAdmin, type Member } from "./members.ts";
import { rulesIn } from "./origin-rules.ts";

export type { OriginRecord } from "../persistence/repositories/origins.ts";

/** What the administrators decided, for them. */
export interface OriginList {
  readonly allowListOnly: boolean;
  /** by host */
  readonly origins: readonly OriginRecord[];
}

/** What a change would cut off. */
export type CutOff = Omit<Ties, "host"> & { readonly hosts: number };

const LONGEST_REASON = 500;

/** All rules. @throws AppError `admins_only` */
export async function listOrigins(context: Context, admin: Member): Promise<OriginList> {
  requireAdmin(admin);
  const { origins: rules, allowListOnly } = await loadOrigins(context.db);
  return { allowListOnly, origins: rules };
}

/**
 * Blocks a host with its subdomains, instead of whatever rule it had: nothing is accepted from it,
 * shown of it, read from it or sent to it any more. Follows end, partnerships are suspended.
 * @throws AppError `admins_only`, `host_invalid`, `host_own`, `reason_too_long`
 */
export async function blockOrigin(
  context: Context,
  admin: Member,
  text: string,
  reason: string,
): Promise<OriginRecord> {
  return setRule(context, admin, { text, reason, rule: "blocked" });
}

/**
 * Ends a block; what it ended stays ended. Returns the host.
 * @throws AppError `admins_only`, `host_invalid`, `host_not_listed`
 */
export async function unblockOrigin(
  context: Context,
  admin: Member,
  text: string,
): Promise<string> {
  return removeRule(context, admin, { text, rule: "blocked" });
}

/**
 * Puts a host, without its subdomains, on the list that counts in allow-list mode.
 * @throws AppError `admins_only`, `host_invalid`, `host_own`, `host_blocked`
 */
export async function allowOrigin(
  context: Context,
  admin: Member,
  text: string,
): Promise<OriginRecord> {
  return setRule(context, admin, { text, reason: "", rule: "allowed" });
}

/**
 * Takes a host off the list; in allow-list mode it is cut off at once. Returns the host.
 * @throws AppError `admins_only`, `host_invalid`, `host_not_listed`
 */
export async function disallowOrigin(
  context: Context,
  admin: Member,
  text: string,
): Promise<string> {
  return removeRule(context, admin, { text, rule: "allowed" });
}

/**
 * Switches allow-list mode: on, only listed hosts and those of active partners may federate with
 * us, and all others are cut off as if they were blocked.
 * @throws AppError `admins_only`
 */
export async function setAllowListOnly(
  context: Context,
  admin: Member,
  on: boolean,
): Promise<void> {
  requireAdmin(admin);
  await change(context, async (tx) => {
    await tx.update(organization).set({ allowListOnly: on });
  });
}

/** A change that an administrator thinks of. */
export type Intent =
  | { readonly kind: "block" | "disallow"; readonly host: string }
  | { readonly kind: "allow-list"; readonly on: boolean };

/**
 * What a change would cut off that is not cut off yet.
 * @throws AppError `admins_only`, `host_invalid`, `host_own`
 */
export async function previewChange(
  context: Context,
  admin: Member,
  intent: Intent,
): Promise<CutOff> {
  requireAdmin(admin);
  const rules = await rulesIn(context, context.db);
  const next = changed(rules, intent);
  const ties = (await tiesByHost(context.db)).filter(
    ({ host }) => isRefusedHost(next, host) && !isRefusedHost(rules, host),
  );
  const sum = (field: "followers" | "followed" | "partnerships" | "offers") =>
    ties.reduce((total, each) => total + each[field], 0);
  return {
    hosts: ties.length,
    followers: sum("followers"),
    followed: sum("followed"),
    partnerships: sum("partnerships"),
    offers: sum("offers"),
  };
}

function changed(rules: OriginRules, intent: Intent): OriginRules {
  if (intent.kind === "allow-list") return { ...rules, allowListOnly: intent.on };
  const host = readHost(rules, intent.host);
  if (intent.kind === "block") return { ...rules, blocked: new Set([...rules.blocked, host]) };
  return { ...rules, allowed: new Set([...rules.allowed].filter((each) => each !== host)) };
}

async function setRule(
  context: Context,
  admin: Member,
  given: { readonly text: string; readonly reason: string; readonly rule: OriginRecord["rule"] },
): Promise<OriginRecord> {
  requireAdmin(admin);
  const { rule } = given;
  const reason = given.reason.trim();
  if (reason.length > LONGEST_REASON) {
    throw new AppError("reason_too_long", "A reason has at most 500 characters.", { status: 422 });
  }
  return change(context, async (tx) => {
    const rules = await rulesIn(context, tx);
    const host = readHost(rules, given.text);
    if (rule === "allowed" && rules.blocked.has(host)) {
      throw new AppError("host_blocked", `${host} is blocked: end the block first.`, {
        status: 409,
      });
    }
    const [record] = await tx
      .insert(origins)
      .values({ host, rule, reason })
      .onConflictDoUpdate({ target: origins.host, set: { rule, reason } })
      .returning();
    if (record === undefined) throw new Error("upsert into origins returned no row");
    return record;
  });
}

async function removeRule(
  context: Context,
  admin: Member,
  { text, rule }: { readonly text: string; readonly rule: OriginRecord["rule"] },
): Promise<string> {
  requireAdmin(admin);
  const host = parseHost(text);
  return change(context, async (tx) => {
    const removed = await tx
      .delete(origins)
      .where(and(eq(origins.host, host), eq(origins.rule, rule)))
      .returning({ host: origins.host });
    if (removed.length > 0) return host;
    const what = rule === "blocked" ? "not blocked itself" : "not on the list";
    throw new AppError("host_not_listed", `${host} is ${what}.`, { status: 404 });
  });
}

/** @throws AppError `host_invalid`, `host_own` */
function readHost(rules: OriginRules, text: string): string {
  const host = parseHost(text);
  if (host !== rules.own) return host;
  throw new AppError("host_own", `${host} is this server itself.`, { status: 422 });
}

function isRefusedHost(rules: OriginRules, host: string): boolean {
  return isOriginRefused(rules, `https://${host}`);
}

/** One change of rules and what follows from it, in one transaction; every process hears of it. */
async function change<Result>(
  context: Context,
  work: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  const result = await context.db.transaction(async (tx) => {
    const done = await work(tx);
    await cutOff(context, tx);
    await announceChange(tx, "partners");
    return done;
  });
  context.memory.partners = null;
  context.memory.origins = null;
  return result;
}

/**
 * Ends, without a word, the follows with whatever is refused by now, and suspends the partnerships.
 * The suspension is told, as the partner's members still read what we shared.
 */
async function cutOff(context: Context, tx: Transaction): Promise<void> {
  const rules = await rulesIn(context, tx);
  const hosts = (await tiesByHost(tx))
    .map(({ host }) => host)
    .filter((host) => isRefusedHost(rules, host));
  await endFollowsWith(tx, hosts, context.now());
  for (const partnerId of await partnersOn(tx, hosts)) {
    await suspendForBlock(context, tx, partnerId);
  }
}
