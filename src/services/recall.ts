import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { partnersFor, reachedOrganizations } from "../domain/audience/partners.ts";
import type { Id } from "../domain/ids.ts";
import type { EndReason } from "../domain/partnership.ts";
import { announceChange } from "../persistence/changes.ts";
import type { Transaction } from "../persistence/database.ts";
import { findActorById, type ActorRecord } from "../persistence/repositories/actors.ts";
import {
  addEvents,
  dropQueuedTo,
  findHolders,
  UNSENT,
  type Holder,
} from "../persistence/repositories/disclosures.ts";
import { selectPosts, toPostRecord, type PostRecord } from "../persistence/repositories/posts.ts";
import { actors, circleMembers, circles, posts } from "../persistence/schema/index.ts";
import { tellOpenRosters, tellRoster, TOLD_NOBODY } from "./circle-rosters.ts";
import type { Context } from "./context.ts";
import { partnersIn } from "./partners.ts";
import { termsWith } from "./partner-terms.ts";
import { discardCopiesFrom } from "./received-recalls.ts";
import { forgetRostersOf } from "./received-rosters.ts";
import { shareWithPartner } from "./sharing.ts";
import { recallFromHolder } from "./take-back.ts";
import { revealToOwner } from "./visibility.ts";

/** Why an organization loses what it has. */
export interface RecallReason {
  readonly organizationId: Id;
  /**
   * `suspended`: nothing is deleted, as both sides stop reading it and it may go on. `superseded`:
   * other terms are in force instead. `circle`: it left one. Anything else is an end for good.
   */
  readonly reason: EndReason | "suspended" | "circle";
}

/**
 * Takes back from an organization everything that it has by name (as a partner or in a circle) and
 * may no longer see. Call it in the transaction that ended or suspended a partnership or changed a
 * roster, after the change was written. When a partnership ended, what we have of theirs goes too.
 */
export async function recallFrom(
  context: Context,
  tx: Transaction,
  { organizationId, reason }: RecallReason,
): Promise<void> {
  const organization = await findActorById(tx, organizationId);
  if (organization === null || reason === "superseded") return;
  const held = await findHolders(tx, { actorId: organizationId });
  const mayKeep = await seenBy(context, tx, organization);
  for (const { post, holder } of await postsOf(tx, held)) {
    if (mayKeep(post)) continue;
    if (reason === "suspended") await holdBack(context, tx, holder);
    else await recallFromHolder(context, tx, post, holder);
  }
  if (reason !== "suspended" && reason !== "circle") {
    await leaveAudiences(context, tx, organization);
    await discardCopiesFrom(context, tx, organization);
  }
  await announceChange(tx, "partners");
}

/** Drops what waits. What was never tried counts as not sent, so that it is sent when it goes on. */
async function holdBack(context: Context, tx: Transaction, holder: Holder): Promise<void> {
  const { tried } = await dropQueuedTo(tx, holder, context.now());
  if (tried) return;
  const { disclosureId } = holder;
  const event = { disclosureId, event: "not_delivered" as const, detail: UNSENT };
  await addEvents(tx, [event], context.now());
}

/** Whether a post reaches an organization now, as the transaction sees it. */
async function seenBy(context: Context, tx: Transaction, organization: ActorRecord) {
  const { partners, circles: known } = await partnersIn(context, tx);
  return (post: PostRecord): boolean => {
    if (post.audience.some((atom) => atom.kind === "public")) return true;
    const facts = { activePartners: partnersFor(partners, post.iri), circles: known };
    return reachedOrganizations(post.audience, facts).has(organization.iri);
  };
}

async function postsOf(
  tx: Transaction,
  held: readonly Holder[],
): Promise<{ post: PostRecord; holder: Holder }[]> {
  if (held.length === 0) return [];
  const rows = await selectPosts(tx).where(
    and(
      inArray(
        posts.id,
        held.map((holder) => holder.postId),
      ),
      isNull(posts.withdrawnAt),
    ),
  );
  const byId = new Map(rows.map((row) => [row.post.id, toPostRecord(row)]));
  return held.flatMap((holder) => {
    const post = byId.get(holder.postId);
    return post === undefined ? [] : [{ post, holder }];
  });
}

/**
 * An ended partnership leaves nothing behind that a later one would open again: the organization is
 * taken out of our circles and out of the audience of what was shared with it. What was for nobody
 * else stays with our own members.
 */
async function leaveAudiences(
  context: Context,
  tx: Transaction,
  { id, iri }: ActorRecord,
): Promise<void> {
  const { partners } = await partnersIn(context, tx);
  const atom = `partner:${iri}`;
  const rows = await tx
    .select({ id: posts.id, iri: posts.iri, audience: posts.audience })
    .from(posts)
    .where(
      and(eq(posts.local, true), sql`${posts.audience} @> ${sql.param([atom], posts.audience)}`),
    );
  for (const post of rows) {
    if (partnersFor(partners, post.iri).has(iri)) continue;
    const rest = post.audience.filter((each) => each !== atom);
    const audience = rest.some((each) => !each.startsWith("person:")) ? rest : [...rest, "members"];
    await tx.update(posts).set({ audience: audience.toSorted() }).where(eq(posts.id, post.id));
  }
  if (partners.standing.has(iri)) return;
  const left = await tx
    .select({ circleId: circleMembers.circleId })
    .from(circleMembers)
    .where(and(eq(circleMembers.organizationId, id), isNull(circleMembers.untilEpoch)));
  for (const { circleId } of left) {
    await leaveCircle(tx, circleId, id);
    await tellRoster(context, tx, circleId, TOLD_NOBODY);
  }
  await forgetRostersOf(context, tx, id);
}

/** Ends an organization's time in a circle, which begins a new epoch. */
export async function leaveCircle(
  tx: Transaction,
  circleId: Id,
  organizationId: Id,
): Promise<void> {
  const [circle] = await tx
    .update(circles)
    .set({ epoch: sql`${circles.epoch} + 1` })
    .where(eq(circles.id, circleId))
    .returning({ epoch: circles.epoch });
  if (circle === undefined) return;
  await tx
    .update(circleMembers)
    .set({ untilEpoch: circle.epoch })
    .where(
      and(
        eq(circleMembers.circleId, circleId),
        eq(circleMembers.organizationId, organizationId),
        isNull(circleMembers.untilEpoch),
      ),
    );
}

/**
 * Sends an organization what we wrote to it (practices, and notes that answer nothing), that it may see now
 * and does not have in its present revision: after a
 * suspension, or when earlier practices of a circle are shared with a newcomer.
 */
export async function shareAgain(
  context: Context,
  tx: Transaction,
  organizationId: Id,
): Promise<void> {
  const organization = await findActorById(tx, organizationId);
  if (organization === null) return;
  await tellOpenRosters(context, tx, organization);
  const held = new Map(
    (await findHolders(tx, { actorId: organizationId })).map((holder) => [holder.postId, holder]),
  );
  const maySee = await seenBy(context, tx, organization);
  const rows = await selectPosts(tx)
    .where(
      and(
        eq(posts.local, true),
        isNull(posts.inReplyToIri),
        eq(actors.kind, "organization"),
        isNull(posts.withdrawnAt),
        sql`exists (select from unnest(${posts.audience}) as atom
          where atom = ${`partner:${organization.iri}`} or atom like 'circle:%')`,
      ),
    )
    .orderBy(posts.id);
  for (const row of rows) {
    const post = toPostRecord(row);
    if (!maySee(post)) continue;
    const holder = held.get(post.id);
    if (holder?.arrived === true && holder.revision === post.revision) continue;
    const partner = (await termsWith(context, tx, [organization.iri], post.iri)).get(
      organization.iri,
    );
    const visible = await revealToOwner(context, tx, post);
    if (partner === undefined || visible === null) continue;
    await shareWithPartner(
      context,
      tx,
      visible,
      partner,
      holder === undefined ? "Create" : "Update",
    );
  }
}
