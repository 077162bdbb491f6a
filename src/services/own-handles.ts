import { and, eq, sql } from "drizzle-orm";
import { actors } from "../persistence/schema/index.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { Context } from "./context.ts";
import { getOrganization } from "./organization.ts";

/** One of our own actors by the name before the `@`, in any case; null when there is none. */
export async function findOwnActorByHandle(
  context: Context,
  handle: string,
): Promise<ActorRecord | null> {
  const organization = await getOrganization(context);
  if (organization === null) return null;
  const wanted = handle.toLowerCase();
  if (wanted === organization.actor.handle) return organization.actor;
  if (wanted === organization.instanceActor.handle) return organization.instanceActor;
  const [actor] = await context.db
    .select()
    .from(actors)
    .where(and(eq(sql`lower(${actors.handle})`, wanted), eq(actors.kind, "member")));
  return actor === undefined || actor.suspendedAt !== null ? null : actor;
}
