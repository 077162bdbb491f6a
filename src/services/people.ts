import { and, eq, inArray } from "drizzle-orm";
import { notFound } from "../domain/errors.ts";
import type { FollowState } from "../domain/follow.ts";
import type { Id } from "../domain/ids.ts";
import {
  findActorByHandle,
  findActorById,
  findActorsByIris,
  type ActorRecord,
} from "../persistence/repositories/actors.ts";
import { follows } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";

/** Our organization or one of our members by handle, as anybody may see them. @throws AppError `not_found` */
export async function getPublicActor(context: Context, handle: string): Promise<ActorRecord> {
  const actor = await findActorByHandle(context.db, handle, context.config.host);
  const shown = actor?.kind === "organization" || actor?.kind === "member";
  if (actor === null || !shown || actor.suspendedAt !== null || actor.goneAt !== null) {
    throw notFound();
  }
  return actor;
}

/** Any actor that we know, ours or not. @throws AppError `not_found` */
export async function getKnownActor(context: Context, id: Id): Promise<ActorRecord> {
  const actor = await findActorById(context.db, id);
  if (actor === null || actor.goneAt !== null || actor.suspendedAt !== null) throw notFound();
  return actor;
}

/** Those of `iris` whom we know and who are still there, in the same order. */
export async function listActors(
  context: Context,
  iris: readonly string[],
): Promise<ActorRecord[]> {
  const known = await findActorsByIris(context.db, iris);
  return iris
    .map((iri) => known.get(iri))
    .filter((actor) => actor !== undefined)
    .filter((actor) => actor.suspendedAt === null && actor.goneAt === null);
}

/** Id of each of `followers` → how it stands with `followee`; those who never asked are absent. */
export async function followStates(
  context: Context,
  followers: readonly Id[],
  followee: Id,
): Promise<ReadonlyMap<Id, FollowState>> {
  const rows = await context.db
    .select({ followerId: follows.followerId, state: follows.state })
    .from(follows)
    .where(and(inArray(follows.followerId, [...followers]), eq(follows.followeeId, followee)));
  return new Map(rows.map((row) => [row.followerId, row.state]));
}
