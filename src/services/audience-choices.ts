import { isEditor } from "../domain/audience/policy.ts";
import { findActorsByIris, type ActorRecord } from "../persistence/repositories/actors.ts";
import { listCircles, type Circle } from "./circles.ts";
import type { Context } from "./context.ts";
import type { Member } from "./members.ts";
import { partnersNow } from "./partners.ts";

/** Whom a member may choose for a practice. */
export interface OfferedAudiences {
  /** standing partners in force that keep the boundary, by name */
  readonly partners: readonly ActorRecord[];
  readonly circles: readonly Circle[];
  /** only editors publish outside */
  readonly outside: boolean;
}

/** The partners and circles that there are, for editors; authors publish to members alone. */
export async function offeredAudiences(
  context: Context,
  member: Member,
): Promise<OfferedAudiences> {
  if (!isEditor(member.role)) return { partners: [], circles: [], outside: false };
  const { partners } = await partnersNow(context);
  const [known, circles] = await Promise.all([
    findActorsByIris(context.db, [...partners.standing]),
    listCircles(context, member),
  ]);
  const kin = [...known.values()].filter((actor) => actor.kin !== null);
  return {
    partners: kin.toSorted((one, other) => one.name.localeCompare(other.name)),
    circles,
    outside: true,
  };
}
