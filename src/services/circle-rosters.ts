import { and, asc, eq, isNull } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, circleMembers, circles } from "../persistence/schema/index.ts";
import { recordActivity } from "./activities.ts";
import type { Context } from "./context.ts";
import { requireOrganization } from "./organization.ts";
import { partnersIn } from "./partners.ts";
import type { RosterOnWire } from "./wire.ts";

/** What its members were told of a circle before it changed. */
export interface ToldBefore {
  readonly epoch: number;
  /** who knew the roster; empty when it was confidential */
  readonly known: readonly ActorRecord[];
}

/** Nobody was told anything that is to be taken back. */
export const TOLD_NOBODY: ToldBefore = { epoch: 0, known: [] };

/**
 * Tells the members of a circle whose roster is open who is in it now, and those who knew it and may
 * not any more to forget it. Call it in the transaction of the change, after it was written. A
 * confidential roster is told to nobody; who is no partner at this moment learns nothing new.
 */
export async function tellRoster(
  context: Context,
  tx: Transaction,
  circleId: Id,
  before: ToldBefore,
): Promise<void> {
  const [circle] = await tx.select().from(circles).where(eq(circles.id, circleId));
  if (circle === undefined || circle.epoch === before.epoch) return;
  const isOpen = circle.rosterOpenedAt !== null;
  const members = isOpen ? await membersOf(tx, circleId) : [];
  const { partners } = await partnersIn(context, tx);
  const present = new Set(members.map((member) => member.id));
  const organizations = members.map((member) => member.iri);
  const told = { circleId, name: circle.name, epoch: circle.epoch };
  for (const member of members) {
    if (!partners.standing.has(member.iri)) continue;
    await send(context, tx, member, { ...told, organizations });
  }
  for (const organization of before.known) {
    if (present.has(organization.id)) continue;
    await send(context, tx, organization, { ...told, organizations: [] });
  }
}

/** Tells a partner again what it may have missed: the open rosters of the circles that it is in. */
export async function tellOpenRosters(
  context: Context,
  tx: Transaction,
  organization: ActorRecord,
): Promise<void> {
  const { partners } = await partnersIn(context, tx);
  if (!partners.standing.has(organization.iri)) return;
  const rows = await tx
    .select({ circle: circles })
    .from(circles)
    .innerJoin(circleMembers, eq(circleMembers.circleId, circles.id))
    .where(and(eq(circleMembers.organizationId, organization.id), isNull(circleMembers.untilEpoch)))
    .orderBy(asc(circles.id));
  for (const { circle } of rows) {
    if (circle.rosterOpenedAt === null) continue;
    const members = await membersOf(tx, circle.id);
    await send(context, tx, organization, {
      circleId: circle.id,
      name: circle.name,
      epoch: circle.epoch,
      organizations: members.map((member) => member.iri),
    });
  }
}

async function membersOf(tx: Transaction, circleId: Id): Promise<ActorRecord[]> {
  const rows = await tx
    .select({ actor: actors })
    .from(circleMembers)
    .innerJoin(actors, eq(actors.id, circleMembers.organizationId))
    .where(and(eq(circleMembers.circleId, circleId), isNull(circleMembers.untilEpoch)))
    .orderBy(asc(actors.iri));
  return rows.map((row) => row.actor);
}

async function send(
  context: Context,
  tx: Transaction,
  to: ActorRecord,
  told: Pick<RosterOnWire, "name" | "epoch" | "organizations"> & { readonly circleId: Id },
): Promise<void> {
  const { actor } = await requireOrganization(context);
  const { circleId, ...roster } = told;
  const iri = context.iris.activity(context.newKey());
  const circle = context.iris.circle(circleId.toString());
  await recordActivity(context, tx, {
    iri,
    actorId: actor.id,
    type: "Update",
    audience: [{ kind: "person", actor: to.iri }],
    body: context.wire.roster(iri, { ...roster, circle, owner: actor.iri, to: to.iri }),
    to: [to.id],
  });
}
