import { and, arrayContains, asc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import { isInForce } from "../domain/partnership.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { openPartnershipsWith } from "../persistence/repositories/partnerships.ts";
import { actors, remoteCircles } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { requireEditor, type Member } from "./members.ts";
import { partnersIn, partnersNow } from "./partners.ts";
import type { Outcome } from "./received-activities.ts";

/** The roster of a partner's circle as its owner tells it. */
export interface ReceivedRoster {
  readonly iri: string;
  readonly name: string;
  readonly epoch: number;
  /** IRIs of the organizations in it; empty = it is confidential (again), or we are out of it */
  readonly organizations: readonly string[];
}

/** A circle of a partner that we are in, and whose roster is open. */
export interface RemoteCircle {
  readonly name: string;
  readonly owner: ActorRecord;
  readonly organizations: readonly string[];
  readonly epoch: number;
}

const MOST_OF_OWNER = 500;

/**
 * A partner tells who is in a circle of its own. The newest epoch counts, whatever the order of
 * arrival. What is to be forgotten leaves its epoch behind, so that a replay brings nothing back;
 * forgetting is owed to a former partner too.
 */
export async function receiveRoster(
  context: Context,
  tx: Transaction,
  owner: ActorRecord,
  roster: ReceivedRoster,
): Promise<Outcome> {
  const { iri, name, epoch } = roster;
  const organizations = [...roster.organizations];
  const isOver = organizations.length === 0;
  if (!(await mayTell(context, tx, owner))) {
    return isOver ? forgetRoster(context, tx, owner, roster) : "ignored:no-partner";
  }
  if (!isOver && !organizations.includes(context.iris.organization)) return "ignored:not-in-it";
  if (await hasTooMany(tx, owner, iri)) return "ignored:too-many";
  const values = { name: isOver ? "" : name, epoch, organizations, updatedAt: context.now() };
  const written = await tx
    .insert(remoteCircles)
    .values({ iri, ownerId: owner.id, ...values })
    .onConflictDoUpdate({
      target: remoteCircles.iri,
      set: values,
      setWhere: sql`${remoteCircles.ownerId} = ${owner.id.toString()}::bigint
        and ${remoteCircles.epoch} < ${epoch}`,
    })
    .returning({ id: remoteCircles.id });
  return written.length > 0 ? "stored" : "ignored:not-newer";
}

/** Forgets all rosters of an organization that is no partner any more. */
export async function forgetRostersOf(
  context: Context,
  tx: Transaction,
  ownerId: Id,
): Promise<void> {
  await tx
    .update(remoteCircles)
    .set({ name: "", organizations: [], updatedAt: context.now() })
    .where(eq(remoteCircles.ownerId, ownerId));
}

/**
 * The circles of partners that we are in and whose rosters are open, by name.
 * @throws AppError `editors_only`
 */
export async function listReceivedRosters(
  context: Context,
  editor: Member,
): Promise<RemoteCircle[]> {
  requireEditor(editor);
  const { standing } = (await partnersNow(context)).partners;
  if (standing.size === 0) return [];
  const rows = await context.db
    .select({ circle: remoteCircles, owner: actors })
    .from(remoteCircles)
    .innerJoin(actors, eq(actors.id, remoteCircles.ownerId))
    .where(
      and(
        inArray(actors.iri, [...standing]),
        arrayContains(remoteCircles.organizations, [context.iris.organization]),
      ),
    )
    .orderBy(asc(remoteCircles.name), asc(remoteCircles.id));
  return rows.map(({ circle: { name, organizations, epoch }, owner }) => ({
    name,
    owner,
    organizations,
    epoch,
  }));
}

/**
 * Whether what it tells counts: it is a partner, or has suspended that itself. Its `Resume` may be
 * overtaken by the roster that follows it, which is not shown until then.
 */
async function mayTell(context: Context, tx: Transaction, owner: ActorRecord): Promise<boolean> {
  const { partners } = await partnersIn(context, tx);
  if (partners.standing.has(owner.iri)) return true;
  if (!partners.paused.has(owner.iri)) return false;
  const open = await openPartnershipsWith(tx, owner.id);
  return open.some(
    (each) =>
      each.practiceIri === null && isInForce({ ...each, suspendedByThemAt: null }, context.now()),
  );
}

async function forgetRoster(
  context: Context,
  tx: Transaction,
  owner: ActorRecord,
  { iri, epoch }: ReceivedRoster,
): Promise<Outcome> {
  const forgotten = await tx
    .update(remoteCircles)
    .set({ name: "", organizations: [], epoch, updatedAt: context.now() })
    .where(
      and(
        eq(remoteCircles.iri, iri),
        eq(remoteCircles.ownerId, owner.id),
        lt(remoteCircles.epoch, epoch),
      ),
    )
    .returning({ id: remoteCircles.id });
  return forgotten.length > 0 ? "stored" : "ignored:unknown-circle";
}

async function hasTooMany(tx: Transaction, owner: ActorRecord, iri: string): Promise<boolean> {
  const [row] = await tx
    .select({
      others: sql<number>`count(*) filter (where ${remoteCircles.iri} <> ${iri})::int`,
    })
    .from(remoteCircles)
    .where(eq(remoteCircles.ownerId, owner.id));
  return (row?.others ?? 0) >= MOST_OF_OWNER;
}
