import { eq } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { AppError } from "../domain/errors.ts";
import type { FollowPolicy } from "../domain/follow.ts";
import { announceChange } from "../persistence/changes.ts";
import { actors, organization } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import type { Organization } from "./memory.ts";

export type { Organization } from "./memory.ts";

/** The organization of this instance; null before set-up. Kept in memory. */
export async function getOrganization(context: Context): Promise<Organization | null> {
  if (context.memory.organization !== null) return context.memory.organization;
  const instanceActors = alias(actors, "instance_actors");
  const [row] = await context.facts
    .select({
      actor: actors,
      instanceActor: instanceActors,
      followPolicy: organization.followPolicy,
    })
    .from(organization)
    .innerJoin(actors, eq(actors.id, organization.actorId))
    .innerJoin(instanceActors, eq(instanceActors.id, organization.instanceActorId));
  context.memory.organization = row ?? null;
  return row ?? null;
}

/**
 * The organization, where the caller cannot do without.
 * @throws AppError `not_set_up`
 */
export async function requireOrganization(context: Context): Promise<Organization> {
  const found = await getOrganization(context);
  if (found !== null) return found;
  throw new AppError("not_set_up", "This instance has not been set up yet: run praxis setup.", {
    status: 503,
  });
}

/** Changes how those who ask to follow the organization are answered. */
export async function setFollowPolicy(context: Context, followPolicy: FollowPolicy): Promise<void> {
  const { actor } = await requireOrganization(context);
  await context.db.transaction(async (tx) => {
    await tx.update(organization).set({ followPolicy });
    await tx
      .update(actors)
      .set({ manuallyApprovesFollowers: followPolicy === "approve" })
      .where(eq(actors.id, actor.id));
    await announceChange(tx, "organization");
    await announceChange(tx, `document:${actor.iri}`);
  });
  context.memory.forget();
}
