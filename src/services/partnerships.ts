import { eq, inArray } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { isOriginRefused, type OriginRules } from "../domain/moderation.ts";
import { isInForce } from "../domain/partnership.ts";
import {
  findPartnership,
  listAllPartnerships,
  type PartnershipRecord,
} from "../persistence/repositories/partnerships.ts";
import { activities, deliveries } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { requireEditor, type Member } from "./members.ts";
import { originRules } from "./origin-rules.ts";

export type { PartnershipRecord } from "../persistence/repositories/partnerships.ts";

/** Whether the partner has what we said last; null when nothing was said, or it is long ago. */
type Delivery = "not_yet" | "delivered" | "failed" | null;

/** A partnership as its managers see it. */
export interface PartnershipView extends PartnershipRecord {
  readonly inForce: boolean;
  /** the partner says that it has moved, and no manager has confirmed that it goes on */
  readonly moveUnconfirmed: boolean;
  readonly delivery: Delivery;
  /** HTTP status or error code of the last attempt to tell the partner */
  readonly deliveryResult: string | null;
}

/**
 * All partnerships and offers that there ever were, newest first, for editors.
 * @throws AppError `editors_only`
 */
export async function listPartnerships(
  context: Context,
  member: Member,
  page: { readonly before?: Id | undefined; readonly limit: number },
): Promise<PartnershipView[]> {
  requireEditor(member);
  return viewsOf(context, await listAllPartnerships(context.db, page));
}

/** One of them. @throws AppError `editors_only`, `not_found` */
export async function getPartnership(
  context: Context,
  member: Member,
  id: Id,
): Promise<PartnershipView> {
  requireEditor(member);
  return viewOf(context, await getRecord(context, id));
}

/** @throws AppError `not_found` */
export async function getRecord(context: Context, id: Id): Promise<PartnershipRecord> {
  const record = await findPartnership(context.db, id);
  if (record === null) throw notFound();
  return record;
}

/** A record with what is worked out for those who look at it. */
export async function viewOf(
  context: Context,
  record: PartnershipRecord,
): Promise<PartnershipView> {
  const [view] = await viewsOf(context, [record]);
  if (view === undefined) throw new Error("a record has a view");
  return view;
}

async function viewsOf(
  context: Context,
  records: readonly PartnershipRecord[],
): Promise<PartnershipView[]> {
  const told = await deliveryOf(
    context,
    records.flatMap(({ lastActivityIri }) => lastActivityIri ?? []),
  );
  const now = context.now();
  const rules = await originRules(context);
  return records.map((record) => {
    const last = record.lastActivityIri === null ? undefined : told.get(record.lastActivityIri);
    return {
      ...record,
      inForce: isInForce(record, now) && isReachable(record, rules),
      moveUnconfirmed: !hasConfirmedMove(record),
      delivery: last?.delivery ?? null,
      deliveryResult: last?.result ?? null,
    };
  });
}

/** Between the activity and its delivery row the fan-out has to run. */
const FAN_OUT_MS = 86_400_000;

interface Told {
  readonly delivery: Delivery;
  readonly result: string | null;
}

async function deliveryOf(context: Context, iris: readonly string[]): Promise<Map<string, Told>> {
  if (iris.length === 0) return new Map();
  const rows = await context.db
    .select({
      iri: activities.iri,
      createdAt: activities.createdAt,
      state: deliveries.state,
      result: deliveries.lastResult,
    })
    .from(activities)
    .leftJoin(deliveries, eq(deliveries.activityId, activities.id))
    .where(inArray(activities.iri, [...iris]));
  const recently = context.now().getTime() - FAN_OUT_MS;
  const told = new Map<string, Told>();
  for (const { iri, createdAt, state, result } of rows) {
    const unknown = createdAt.getTime() > recently ? "not_yet" : null;
    told.set(iri, { delivery: state === null ? unknown : DELIVERY[state], result });
  }
  return told;
}

const DELIVERY = {
  queued: "not_yet",
  delivered: "delivered",
  dropped: "failed",
  dead: "failed",
} as const;

function isReachable(record: PartnershipRecord, rules: OriginRules): boolean {
  const { suspendedAt, goneAt, iri } = record.partner;
  if (isOriginRefused(rules, iri)) return false;
  return suspendedAt === null && goneAt === null && hasConfirmedMove(record);
}

function hasConfirmedMove({ partner, confirmedMove }: PartnershipRecord): boolean {
  return partner.movedTo === null || partner.movedTo === confirmedMove;
}
