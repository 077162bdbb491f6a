import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError, invalid, notFound } from "../domain/errors.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import type { Id } from "../domain/ids.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import {
  findActorByHandle,
  findActorByIri,
  type ActorRecord,
} from "../persistence/repositories/actors.ts";
import { actors, circleMembers, circles } from "../persistence/schema/index.ts";
import { tellRoster, TOLD_NOBODY, type ToldBefore } from "./circle-rosters.ts";
import type { Context } from "./context.ts";
import { requireEditor, type Member } from "./members.ts";
import { partnersNow } from "./partners.ts";
import { leaveCircle, recallFrom, shareAgain } from "./recall.ts";

/** A named set of partners, addressable as one. */
export interface Circle {
  readonly id: Id;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  /** counts the changes of the roster, from 1 */
  readonly epoch: number;
  /** whether its members may know each other */
  readonly rosterOpen: boolean;
  readonly members: readonly ActorRecord[];
}

const MOST_MEMBERS = 500;
/** The address `/circles/received` lists what others told us. */
const RECEIVED = "received";
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$/;

const changes = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    description: z.string().trim().max(1000),
    members: z.array(z.string().max(500)).max(MOST_MEMBERS),
    roster_open: z.boolean(),
    /** whether those who are new also get what was published to the circle before they came */
    share_earlier: z.boolean(),
  })
  .partial();

/** The fields of an edit of a circle; what is left out stays as it is. */
export const circleChanges = changes;

/** The fields of a new circle. */
export const circleFields = changes.required({ name: true }).extend({
  slug: z
    .string()
    .regex(SLUG, "lower-case letters, digits and hyphens, at most 50")
    .refine((slug) => slug !== RECEIVED, `"${RECEIVED}" is taken`),
});

/** All circles by name. @throws AppError `editors_only` */
export async function listCircles(context: Context, editor: Member): Promise<Circle[]> {
  requireEditor(editor);
  return readCircles(context);
}

/** One circle by its id or slug. @throws AppError `editors_only`, `not_found` */
export async function getCircle(context: Context, editor: Member, name: string): Promise<Circle> {
  const all = await listCircles(context, editor);
  const found = all.find((circle) => circle.id.toString() === name || circle.slug === name);
  if (found === undefined) throw notFound();
  return found;
}

/**
 * Makes a circle. Its roster is confidential unless it is opened.
 * @throws AppError `editors_only`, `invalid_request`, `circle_exists`
 */
export async function createCircle(
  context: Context,
  editor: Member,
  input: unknown,
): Promise<Circle> {
  requireEditor(editor);
  const given = parse(circleFields, input);
  const members = await readMembers(context, given.members ?? []);
  const id = await context.db.transaction(async (tx) => {
    const [row] = await tx
      .insert(circles)
      .values({
        slug: given.slug,
        name: given.name,
        description: given.description ?? "",
        rosterOpenedAt: given.roster_open === true ? context.now() : null,
        createdAt: context.now(),
      })
      .onConflictDoNothing()
      .returning({ id: circles.id });
    if (row === undefined) {
      throw new AppError("circle_exists", `There is a circle "${given.slug}" already.`, {
        status: 409,
      });
    }
    if (members.length > 0) {
      await tx.insert(circleMembers).values(
        members.map((member) => ({
          circleId: row.id,
          organizationId: member.id,
          fromEpoch: 1,
          seesFrom: 1,
        })),
      );
    }
    await tellRoster(context, tx, row.id, TOLD_NOBODY);
    await announceChange(tx, "partners");
    return row.id;
  });
  context.memory.partners = null;
  return getCircle(context, editor, id.toString());
}

/**
 * Changes a circle. Whoever leaves loses what came by it (rule 5). Whoever joins gets what is
 * published from now on; what came before only when `share_earlier` says so (rule 4).
 * @throws AppError `editors_only`, `not_found`, `invalid_request`
 */
export async function changeCircle(
  context: Context,
  editor: Member,
  name: string,
  input: unknown,
): Promise<Circle> {
  const circle = await getCircle(context, editor, name);
  const given = parse(circleChanges, input);
  const wanted =
    given.members === undefined
      ? circle.members
      : await readMembers(context, given.members, circle.members);
  const isOpen = given.roster_open ?? circle.rosterOpen;
  const renamed = given.name !== undefined && given.name !== circle.name;
  // Members keep the newest epoch that they were told: what they are to be told needs a new one.
  const begins = isOpen !== circle.rosterOpen || (isOpen && renamed);
  await context.db.transaction(async (tx) => {
    await tx
      .update(circles)
      .set({
        name: given.name ?? circle.name,
        description: given.description ?? circle.description,
        rosterOpenedAt: isOpen ? context.now() : null,
        epoch: sql`${circles.epoch} + ${begins ? 1 : 0}`,
      })
      .where(eq(circles.id, circle.id));
    await changeRoster(context, tx, circle, wanted, { shareEarlier: given.share_earlier === true });
    await tellRoster(context, tx, circle.id, toldOf(circle));
    await announceChange(tx, "partners");
  });
  context.memory.partners = null;
  return getCircle(context, editor, circle.id.toString());
}

/**
 * Ends a circle: nobody has anything by it any more. What was published to it stays ours.
 * @throws AppError `editors_only`, `not_found`
 */
export async function deleteCircle(context: Context, editor: Member, name: string): Promise<void> {
  const circle = await getCircle(context, editor, name);
  await context.db.transaction(async (tx) => {
    await changeRoster(context, tx, circle, [], { shareEarlier: false });
    await tellRoster(context, tx, circle.id, toldOf(circle));
    await tx.delete(circles).where(eq(circles.id, circle.id));
    await announceChange(tx, "partners");
  });
  context.memory.partners = null;
}

function toldOf({ epoch, rosterOpen, members }: Circle): ToldBefore {
  return { epoch, known: rosterOpen ? members : [] };
}

/** Each change of the roster begins an epoch; those who leave and join in one edit share theirs. */
async function changeRoster(
  context: Context,
  tx: Transaction,
  { id, members }: Circle,
  wanted: readonly ActorRecord[],
  { shareEarlier }: { readonly shareEarlier: boolean },
): Promise<void> {
  const before = new Set(members.map((member) => member.id));
  const after = new Set(wanted.map((member) => member.id));
  const left = members.filter((member) => !after.has(member.id));
  const joined = wanted.filter((member) => !before.has(member.id));
  for (const member of left) await leaveCircle(tx, id, member.id);
  if (joined.length > 0) {
    const [row] = await tx
      .update(circles)
      .set({ epoch: sql`${circles.epoch} + 1` })
      .where(eq(circles.id, id))
      .returning({ epoch: circles.epoch });
    const epoch = row?.epoch ?? 1;
    await tx.insert(circleMembers).values(
      joined.map((member) => ({
        circleId: id,
        organizationId: member.id,
        fromEpoch: epoch,
        seesFrom: shareEarlier ? 1 : epoch,
      })),
    );
  }
  for (const member of left) {
    await recallFrom(context, tx, { organizationId: member.id, reason: "circle" });
  }
  if (!shareEarlier) return;
  for (const member of joined) await shareAgain(context, tx, member.id);
}

/**
 * Handles of partners → their organizations. Those who are in the circle already need not be partners
 * at this very moment: a suspension is no reason to leave.
 */
async function readMembers(
  context: Context,
  handles: readonly string[],
  present: readonly ActorRecord[] = [],
): Promise<ActorRecord[]> {
  const { partners } = await partnersNow(context);
  const staying = new Set(present.map((member) => member.iri));
  const found = new Map<string, ActorRecord>();
  for (const text of handles) {
    const handle = parseRemoteHandle(text);
    const actor =
      handle === null
        ? await findActorByIri(context.db, text)
        : await findActorByHandle(context.db, handle.username, handle.host);
    const isPartner = actor !== null && actor.kin !== null && partners.standing.has(actor.iri);
    if (actor === null || !(isPartner || staying.has(actor.iri))) {
      throw invalid({ members: `"${text.slice(0, 200)}" is no partner at this moment` });
    }
    found.set(actor.iri, actor);
  }
  return [...found.values()];
}

async function readCircles(context: Context): Promise<Circle[]> {
  const rows = await context.db.select().from(circles).orderBy(asc(circles.name));
  if (rows.length === 0) return [];
  const roster = await context.db
    .select({ circleId: circleMembers.circleId, actor: actors })
    .from(circleMembers)
    .innerJoin(actors, eq(actors.id, circleMembers.organizationId))
    .where(
      and(
        isNull(circleMembers.untilEpoch),
        inArray(
          circleMembers.circleId,
          rows.map((row) => row.id),
        ),
      ),
    )
    .orderBy(asc(actors.host));
  const byCircle = Map.groupBy(roster, (row) => row.circleId);
  return rows.map(({ rosterOpenedAt, createdAt: _, ...circle }) => ({
    ...circle,
    rosterOpen: rosterOpenedAt !== null,
    members: (byCircle.get(circle.id) ?? []).map((row) => row.actor),
  }));
}

function parse<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw invalid(
    Object.fromEntries(
      parsed.error.issues.map((issue) => [issue.path.join(".") || "body", issue.message]),
    ),
  );
}
