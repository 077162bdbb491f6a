import { and, eq, inArray, isNull, or } from "drizzle-orm";
import type { Circles, Partners } from "../domain/audience/partners.ts";
import { circlesByEpoch } from "../domain/circle.ts";
import { isOriginRefused, type OriginRules } from "../domain/moderation.ts";
import { isInForce, type PartnershipTerm } from "../domain/partnership.ts";
import type { Queryable } from "../persistence/database.ts";
import { actors, circleMembers, circles, partnerships } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { originRules, rulesIn } from "./origin-rules.ts";

/** What the policy needs of partnerships and circles, as the database has it; dates are judged later. */
export interface PartnerFacts {
  /** those that are active and those that have ended: what came under them is closed */
  readonly concluded: readonly (PartnershipTerm & {
    readonly organization: string;
    readonly practiceIri: string | null;
  })[];
  readonly circles: Circles;
}

/** Who is a partner at a moment, and who is in which circle. */
export interface PartnersNow {
  readonly partners: Partners;
  readonly circles: Circles;
}

/** Who is a partner at this moment, and who is in which circle. Read from memory on most requests. */
export async function partnersNow(context: Context): Promise<PartnersNow> {
  const { memory } = context;
  // The promise, not what it resolves to: facts that are forgotten while they load stay forgotten.
  const loading = (memory.partners ??= loadPartnerFacts(context.facts));
  try {
    const [facts, rules] = await Promise.all([loading, originRules(context)]);
    return judge(facts, rules, context.now());
  } catch (error) {
    if (memory.partners === loading) memory.partners = null;
    throw error;
  }
}

/** The same as a transaction sees it, with what it has changed itself. */
export async function partnersIn(context: Context, tx: Queryable): Promise<PartnersNow> {
  return judge(await loadPartnerFacts(tx), await rulesIn(context, tx), context.now());
}

function judge(facts: PartnerFacts, rules: OriginRules, now: Date): PartnersNow {
  const standing = new Set<string>();
  const single = new Map<string, Set<string>>();
  const paused = new Set<string>();
  for (const partnership of facts.concluded) {
    if (!isInForce(partnership, now) || isOriginRefused(rules, partnership.organization)) {
      paused.add(partnership.organization);
      continue;
    }
    if (partnership.practiceIri === null) standing.add(partnership.organization);
    else {
      const organizations = single.get(partnership.practiceIri) ?? new Set();
      single.set(partnership.practiceIri, organizations.add(partnership.organization));
    }
  }
  for (const organization of standing) paused.delete(organization);
  return { partners: { standing, single, paused }, circles: facts.circles };
}

async function loadPartnerFacts(db: Queryable): Promise<PartnerFacts> {
  const [concluded, roster] = await Promise.all([
    db
      .select({
        organization: actors.iri,
        practiceIri: partnerships.practiceIri,
        state: partnerships.state,
        startsAt: partnerships.startsAt,
        endsAt: partnerships.endsAt,
        suspendedByUsAt: partnerships.suspendedByUsAt,
        suspendedByThemAt: partnerships.suspendedByThemAt,
      })
      .from(partnerships)
      .innerJoin(actors, eq(actors.id, partnerships.partnerId))
      .where(
        and(
          inArray(partnerships.state, ["active", "ended"]),
          isNull(actors.suspendedAt),
          isNull(actors.goneAt),
          // Who has moved is a partner again once a manager has confirmed it.
          or(isNull(actors.movedTo), eq(actors.movedTo, partnerships.confirmedMove)),
        ),
      ),
    db
      .select({
        circle: circles.id,
        epoch: circles.epoch,
        organization: actors.iri,
        seesFrom: circleMembers.seesFrom,
      })
      .from(circles)
      .innerJoin(circleMembers, eq(circleMembers.circleId, circles.id))
      .innerJoin(actors, eq(actors.id, circleMembers.organizationId))
      .where(isNull(circleMembers.untilEpoch)),
  ]);
  const byCircle = Map.groupBy(roster, (row) => row.circle);
  const rosters = [...byCircle].map(([circle, members]) => ({
    circle: circle.toString(),
    epoch: members[0]?.epoch ?? 1,
    members,
  }));
  return { concluded, circles: circlesByEpoch(rosters) };
}
