import { and, asc, eq } from "drizzle-orm";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { listMembers, lists } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";

/** Those of the actor's lists that somebody is in, oldest first. */
export async function listsWith(
  context: Context,
  acting: Acting,
  member: ActorRecord,
): Promise<(typeof lists.$inferSelect)[]> {
  const rows = await context.db
    .select({ list: lists })
    .from(lists)
    .innerJoin(listMembers, eq(listMembers.listId, lists.id))
    .where(and(eq(lists.ownerId, acting.actor.id), eq(listMembers.actorId, member.id)))
    .orderBy(asc(lists.id));
  return rows.map(({ list }) => list);
}
