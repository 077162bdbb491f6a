import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { Id } from "../../domain/ids.ts";
import type { Database } from "../database.ts";
import { preparedQuery } from "../prepared-queries.ts";
import { accessTokens, actors, members } from "../schema/index.ts";

const memberActors = alias(actors, "member_actors");

/** Changes whenever one of the rows does, see `PostVersion`. */
const version =
  sql<string>`concat(${accessTokens}.xmin, ${accessTokens}.ctid, ${members}.xmin, ${members}.ctid,
  ${memberActors}.xmin, ${memberActors}.ctid, ${actors}.xmin, ${actors}.ctid)`.as("version");

const inForce = and(
  eq(accessTokens.tokenHash, sql.placeholder("tokenHash")),
  isNull(accessTokens.revokedAt),
  isNull(members.suspendedAt),
);

/** Asked on every request of a client: one statement, built once, of four look-ups by key. */
const versionByHash = preparedQuery((db) =>
  db
    .select({ version })
    .from(accessTokens)
    .innerJoin(members, eq(members.id, accessTokens.memberId))
    .innerJoin(memberActors, eq(memberActors.id, members.actorId))
    .innerJoin(actors, eq(actors.id, accessTokens.actorId))
    .where(inForce)
    .prepare("access_token_version"),
);

/**
 * The version in which a token that is in force, its member and whom it acts as are stored now; null
 * when there is none.
 */
export async function findAccessTokenVersion(
  db: Database,
  tokenHash: string,
): Promise<string | null> {
  const [row] = await versionByHash(db).execute({ tokenHash });
  return row?.version ?? null;
}

const byHash = preparedQuery((db) =>
  db
    .select({
      version,
      token: accessTokens,
      member: members,
      memberActor: memberActors,
      actor: actors,
    })
    .from(accessTokens)
    .innerJoin(members, eq(members.id, accessTokens.memberId))
    .innerJoin(memberActors, eq(memberActors.id, members.actorId))
    .innerJoin(actors, eq(actors.id, accessTokens.actorId))
    .where(inForce)
    .prepare("access_token_by_hash"),
);

/** A token that is in force, with its member and whom it acts as; undefined when there is none. */
export async function findAccessToken(db: Database, tokenHash: string) {
  const [row] = await byHash(db).execute({ tokenHash });
  return row;
}

/** Notes that a token was used at `hour`; writes at most once for each hour. */
export async function noteTokenUse(db: Database, id: Id, hour: Date): Promise<void> {
  await db
    .update(accessTokens)
    .set({ lastUsedAt: hour })
    .where(
      and(
        eq(accessTokens.id, id),
        or(isNull(accessTokens.lastUsedAt), lt(accessTokens.lastUsedAt, hour)),
      ),
    );
}
