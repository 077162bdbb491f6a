import { and, eq, isNull } from "drizzle-orm";
import type { Circles, Partners } from "../domain/audience/partners.ts";
import { isInForce, type PartnershipTerm } from "../domain/partnership.ts";
import { actors, circleMembers, partnerships } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** What the policy needs of partnerships and circles, as the database has it; dates are judged later. */
export interface PartnerFacts {
  readonly active: readonly (PartnershipTerm & {
    readonly organization: string;
    readonly practiceIri: string | null;
  })[];
  readonly circles: Circles;
}

/** Who is a partner at this moment, and who is in which circle. Read from memory on most requests. */
export async function partnersNow(
  context: Context,
): Promise<{ partners: Partners; circles: Circles }> {
  const facts = (context.memory.partners ??= await loadPartnerFacts(context));
  const now = context.now();
  const standing = new Set<string>();
  const single = new Map<string, Set<string>>();
  for (const partnership of facts.active) {
    if (!isInForce(partnership, now)) continue;
    if (partnership.practiceIri === null) standing.add(partnership.organization);
    else {
      const organizations = single.get(partnership.practiceIri) ?? new Set();
      single.set(partnership.practiceIri, organizations.add(partnership.organization));
    }
  }
  return { partners: { standing, single }, circles: facts.circles };
}

async function loadPartnerFacts(context: Context): Promise<PartnerFacts> {
  const [active, roster] = await Promise.all([
    context.db
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
          eq(partnerships.state, "active"),
          isNull(actors.suspendedAt),
          isNull(actors.goneAt),
          isNull(actors.movedTo),
        ),
      ),
    context.db
      .select({ circle: circleMembers.circleId, organization: actors.iri })
      .from(circleMembers)
      .innerJoin(actors, eq(actors.id, circleMembers.organizationId))
      .where(isNull(circleMembers.untilEpoch)),
  ]);
  const circles = new Map<string, Set<string>>();
  for (const { circle, organization } of roster) {
    const members = circles.get(circle.toString()) ?? new Set();
    circles.set(circle.toString(), members.add(organization));
  }
  return { active, circles };
}
