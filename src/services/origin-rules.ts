import { eq } from "drizzle-orm";
import {
  hostOf,
  isOriginRefused,
  originRefused,
  refusesNobody,
  type OriginRules,
} from "../domain/moderation.ts";
import type { Viewer } from "../domain/audience/policy.ts";
import type { Queryable } from "../persistence/database.ts";
import { knownHosts, loadOrigins } from "../persistence/repositories/origins.ts";
import { actors } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** The rules, and which of the hosts that we know actors of they refuse, so that SQL can narrow by it. */
export interface OriginFacts {
  readonly rules: OriginRules;
  readonly refusedHosts: readonly string[];
}

/** The rules about whole origins. Read from memory on most requests. */
export async function originRules(context: Context): Promise<OriginRules> {
  return (await originFacts(context)).rules;
}

/** `originRules`, with the hosts that they refuse. */
export function originFacts(context: Context): Promise<OriginFacts> {
  const { memory } = context;
  // The promise is kept, not its result: what was read before a change is never kept after it.
  const reading = (memory.origins ??= readFacts(context).catch((error: unknown) => {
    if (memory.origins === reading) memory.origins = null;
    throw error;
  }));
  return reading;
}

async function readFacts(context: Context): Promise<OriginFacts> {
  const rules = await rulesIn(context, context.facts);
  if (refusesNobody(rules)) return { rules, refusedHosts: [] };
  const hosts = await knownHosts(context.facts);
  return {
    rules,
    refusedHosts: hosts.filter((host) => isOriginRefused(rules, `https://${host}`)),
  };
}

/** The rules as a transaction sees them, with what it has changed itself. */
export async function rulesIn(context: Context, db: Queryable): Promise<OriginRules> {
  const { origins, allowListOnly, partners } = await loadOrigins(db);
  const withRule = (rule: "blocked" | "allowed") =>
    origins.filter((origin) => origin.rule === rule).map((origin) => origin.host);
  return {
    blocked: new Set(withRule("blocked")),
    // Whoever agreed to terms with us is listed by that.
    allowed: new Set([...withRule("allowed"), ...partners.flatMap((iri) => hostOf(iri) ?? [])]),
    allowListOnly,
    own: hostOf(context.iris.origin) ?? "",
  };
}

/** Whether the server that an IRI is on is refused. */
export async function isRefused(context: Context, iri: string): Promise<boolean> {
  return isOriginRefused(await originRules(context), iri);
}

/** @throws AppError `origin_refused` when the server that an IRI is on is */
export async function requireOpenOrigin(context: Context, iri: string): Promise<void> {
  if (await isRefused(context, iri)) throw originRefused(iri);
}

/** Whether a viewer sees nothing at all: on a refused origin, or suspended by an administrator. */
export async function isRefusedViewer(
  context: Context,
  db: Queryable,
  viewer: Viewer,
): Promise<boolean> {
  if (viewer.kind !== "remote") return false;
  if (await isRefused(context, viewer.actor)) return true;
  const [row] = await db
    .select({ suspendedAt: actors.suspendedAt })
    .from(actors)
    .where(eq(actors.iri, viewer.actor));
  return row !== undefined && row.suspendedAt !== null;
}
