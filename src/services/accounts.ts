import { and, count, eq, inArray, isNull, ne, sql } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import type { Id } from "../domain/ids.ts";
import { isOriginRefused } from "../domain/moderation.ts";
import {
  findActorByHandle,
  findActorByIri,
  type ActorRecord,
} from "../persistence/repositories/actors.ts";
import { actors, actorSettings, follows } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { originRules } from "./origin-rules.ts";

/** What an actor of ours set for itself; the defaults when it never did. */
export type AccountSettings = Omit<typeof actorSettings.$inferSelect, "actorId">;

/** What only those who act as an account are told of it. */
export interface OwnAccount {
  readonly actor: ActorRecord;
  readonly settings: AccountSettings;
  /** how many ask to follow it */
  readonly followRequests: number;
}

const UNSET: AccountSettings = {
  note: "",
  fields: [],
  attributionDomains: [],
  defaultVisibility: "public",
  defaultSensitive: false,
  defaultLanguage: null,
  defaultQuotePolicy: "public",
};

/** Those of `found` who are there for us: not gone, not suspended, on no refused origin, no machine. */
export async function presentAccounts(
  context: Context,
  found: readonly ActorRecord[],
): Promise<ActorRecord[]> {
  const rules = await originRules(context);
  return found.filter(
    (actor) =>
      actor.kind !== "instance" &&
      actor.goneAt === null &&
      actor.suspendedAt === null &&
      (actor.kind !== "remote" || !isOriginRefused(rules, actor.iri)),
  );
}

/** SQL of the same, but for refused origins. */
export function isPresent() {
  return and(ne(actors.kind, "instance"), isNull(actors.goneAt), isNull(actors.suspendedAt));
}

/** An account that is known here. @throws AppError `not_found` */
export async function getAccount(context: Context, id: Id): Promise<ActorRecord> {
  const [account] = await getAccounts(context, [id]);
  if (account === undefined) throw notFound();
  return account;
}

/** Those accounts that are known here, in the same order; unknown ones are left out. */
export async function getAccounts(context: Context, ids: readonly Id[]): Promise<ActorRecord[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const rows = await context.db.select().from(actors).where(inArray(actors.id, wanted));
  const present = await presentAccounts(context, rows);
  const byId = new Map(present.map((actor) => [actor.id, actor]));
  return wanted.flatMap((id) => byId.get(id) ?? []);
}

/**
 * An account by its name: `alpha`, `@alpha` or `bravo@bravo.example`. Nothing is asked of other
 * instances. Visitors find our own accounts only: whom else we know is not for them.
 * @throws AppError `not_found`
 */
export async function lookUpAccount(
  context: Context,
  acting: Acting | null,
  name: string,
): Promise<ActorRecord> {
  const found = await findByName(context, name);
  const [account] = await presentAccounts(context, found === null ? [] : [found]);
  if (account === undefined) throw notFound();
  if (acting === null && account.kind === "remote") throw notFound();
  return account;
}

async function findByName(context: Context, name: string): Promise<ActorRecord | null> {
  const handle = parseRemoteHandle(name);
  if (handle !== null) return findActorByHandle(context.db, handle.username, handle.host);
  const local = name.trim().replace(/^@/, "");
  return local === "" || local.length > 128
    ? null
    : findActorByHandle(context.db, local, context.config.host);
}

/** The account that it has moved to, where both sides say so and we know it. */
export async function movedTo(context: Context, actor: ActorRecord): Promise<ActorRecord | null> {
  if (actor.movedTo === null || actor.movedTo === actor.iri) return null;
  const target = await findActorByIri(context.db, actor.movedTo);
  if (target === null || !target.alsoKnownAs.includes(actor.iri)) return null;
  const [present] = await presentAccounts(context, [target]);
  return present ?? null;
}

/** The account that the client acts as, as it is at this moment, with what is its own business. */
export async function getOwnAccount(context: Context, acting: Acting): Promise<OwnAccount> {
  const [[row], [asked]] = await Promise.all([
    context.db
      .select({ actor: actors, settings: actorSettings })
      .from(actors)
      .leftJoin(actorSettings, eq(actorSettings.actorId, actors.id))
      .where(eq(actors.id, acting.actor.id)),
    context.db
      .select({ total: count() })
      .from(follows)
      .where(and(eq(follows.followeeId, acting.actor.id), eq(follows.state, "pending"))),
  ]);
  if (row === undefined) throw notFound();
  return {
    actor: row.actor,
    settings: row.settings ?? UNSET,
    followRequests: asked?.total ?? 0,
  };
}

/** Our accounts that want to be found, those who wrote last (`active`) or came last (`new`) first. */
export async function listDirectory(
  context: Context,
  page: { readonly order: "active" | "new"; readonly offset: number; readonly limit: number },
): Promise<ActorRecord[]> {
  const order =
    page.order === "new"
      ? sql`${actors.createdAt} desc, ${actors.id} desc`
      : sql`${actors.lastPostAt} desc nulls last, ${actors.id} desc`;
  return context.db
    .select()
    .from(actors)
    .where(and(inArray(actors.kind, ["organization", "member"]), actors.discoverable, isPresent()))
    .orderBy(order)
    .offset(page.offset)
    .limit(page.limit);
}
