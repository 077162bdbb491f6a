import {
  and,
  eq,
  exists,
  inArray,
  isNull,
  not,
  or,
  sql,
  type Placeholder,
  type SQL,
} from "drizzle-orm";
import type { PartnerReach } from "../domain/audience/partners.ts";
import type { Viewer } from "../domain/audience/policy.ts";
import { isEditor } from "../domain/audience/policy.ts";
import type { Database, Queryable } from "./database.ts";
import { opaque } from "./planning.ts";
import { hostIn } from "./repositories/origins.ts";
import { texts } from "./repositories/set-parameters.ts";
import { actors, follows, posts } from "./schema/index.ts";

/**
 * The policy as SQL, for posts joined with their authors (`selectPosts`). It narrows a list to what
 * `viewer` may possibly see, so that paging is cheap; `reveal` then decides about each row.
 */
export function visibleTo(
  db: Queryable,
  viewer: Viewer,
  given: {
    readonly organization: string;
    readonly reach: PartnerReach;
    /** hosts of authors whom nobody here sees, as `hostIn` writes them */
    readonly refusedHosts: readonly string[];
    /** the viewer's IRI, where the query is to serve for others like them */
    readonly actor?: Placeholder | undefined;
  },
): SQL | undefined {
  const { organization, reach, refusedHosts } = given;
  const present = and(
    isNull(posts.withdrawnAt),
    isNull(actors.suspendedAt),
    isNull(actors.goneAt),
    isNotOn(refusedHosts),
  );
  const open = hasPlain("public");
  if (viewer.kind === "anonymous") return and(present, open);
  const actor = sql`${given.actor ?? viewer.actor}::text`;
  const own = eq(actors.iri, opaque(actor));
  const named = sql`${posts.audience} @> ${opaque(sql`array['person:' || ${actor}]`)}`;
  const followed = and(hasPlain("followers"), isFollowed(db, actor));
  const shared = or(hasAny(reach.atoms), ...[...reach.single].map(inOnePost));
  if (viewer.kind === "remote") return and(present, or(open, own, named, followed, shared));
  const ofOrganization = sql`${actors.kind} = 'organization'`;
  const mine = isEditor(viewer.role)
    ? or(ofOrganization, and(has(`partner:${organization}`), isReceivedForEditors(reach)))
    : or(
        and(ofOrganization, opensToOwnMembers()),
        and(has(`partner:${organization}`), isReceivedFromPartner(reach)),
      );
  const membersOnly = and(posts.local, hasPlain("members"));
  return and(present, or(open, own, named, followed, mine, membersOnly));
}

function isNotOn(refusedHosts: readonly string[]): SQL | undefined {
  if (refusedHosts.length === 0) return undefined;
  return sql`${hostIn(actors.iri)} not in ${texts(refusedHosts)}`;
}

/**
 * What never changes stands in the statement itself rather than in a parameter: PostgreSQL can then
 * use partial indexes and statistics in a plan that it keeps.
 */
function hasPlain(atom: "public" | "followers" | "members"): SQL {
  return sql`${posts.audience} @> ${sql.raw(`'{${atom}}'`)}`;
}

/** Array containment, which the GIN index on `audience` serves. */
function has(atom: string): SQL {
  return sql`${posts.audience} @> ${atoms([atom])}`;
}

function hasAny(some: readonly string[]): SQL {
  if (some.length === 0) return sql`false`;
  return sql`${posts.audience} && ${atoms(some)}`;
}

function atoms(some: readonly string[]): SQL {
  return opaque(sql`${sql.param([...some], posts.audience)}::text[]`);
}

function inOnePost([iri, atoms]: readonly [string, readonly string[]]): SQL | undefined {
  return and(eq(posts.iri, iri), hasAny(atoms));
}

/** Written (or passed on) on the origin of a partner, or the one practice that a partnership is for. */
function isReceivedFromPartner(reach: PartnerReach): SQL | undefined {
  const { receivesFrom, receivesSingle } = reach;
  return or(
    sql`false`,
    ...receivesFrom.map(
      (origin) => sql`starts_with(coalesce(${posts.relayedBy}, ${actors.iri}), ${`${origin}/`})`,
    ),
    receivesSingle.length === 0 ? undefined : inArray(posts.iri, [...receivesSingle]),
  );
}

/** From anybody but those with whom the partnership rests or is over. */
function isReceivedForEditors(reach: PartnerReach): SQL | undefined {
  const { pausedOrigins } = reach;
  if (pausedOrigins.length === 0) return undefined;
  const sender = sql`coalesce(${posts.relayedBy}, ${actors.iri})`;
  const fromPaused = pausedOrigins.map((origin) => sql`starts_with(${sender}, ${`${origin}/`})`);
  return or(not(or(sql`false`, ...fromPaused) ?? sql`false`), isReceivedFromPartner(reach));
}

function opensToOwnMembers(): SQL {
  return sql`exists (select from unnest(${posts.audience}) as atom where atom not like 'person:%')`;
}

function isFollowed(db: Queryable, viewer: SQL): SQL {
  const query = (db as Database)
    .select({ one: sql`1` })
    .from(follows)
    .where(
      and(
        eq(follows.followeeId, posts.authorId),
        sql`${follows.state} = 'accepted'`,
        sql`${follows.followerId} = (select viewer.id from ${actors} as viewer where viewer.iri = ${viewer})`,
      ),
    );
  return exists(query);
}
