import { sql, type SQL } from "drizzle-orm";
import { MAX_ID, type Id } from "../../domain/ids.ts";
import type { Database } from "../database.ts";
import { bigintsIn } from "./set-parameters.ts";

/** Something that belongs into a timeline as far as SQL can tell; whether it may be seen is open. */
export interface Candidate {
  /** the post's id, or the boost's */
  readonly id: Id;
  readonly postId: Id;
  readonly boost: CandidateBoost | null;
}

/** A boost, and of which version the row of its actor is (see `PostVersion`). */
export interface CandidateBoost {
  readonly iri: string;
  readonly createdAt: Date;
  readonly authorId: Id;
  readonly authorVersion: string;
}

/** Which stretch of a timeline: between two ids, from the newer end or (`upwards`) from the older. */
export interface Stretch {
  readonly before: Id | null;
  readonly after: Id | null;
  readonly upwards: boolean;
  /** stands in the statement; few values, as each makes a plan */
  readonly most: number;
}

/** Whose doings and what else somebody's home or list consists of. */
export interface Sources {
  readonly me: Id;
  /**
   * CTE `chosen (id, boosts, languages, mine)`: whose posts are wanted, whether their boosts are, in
   * which languages (null = all), and whether it is I who follow them
   */
  readonly chosen: SQL;
  /** SQL: replies to that author (a column) are wanted */
  readonly answered: (author: SQL) => SQL;
  /** places where anybody's posts are wanted, see `postPlaces` */
  readonly places: readonly string[];
  /** places where replies to whomever are wanted as well */
  readonly tags: readonly string[];
  /** my own posts and boosts too */
  readonly own: boolean;
  /** SQL: of that actor nothing is wanted */
  readonly unwanted: (id: SQL, host: SQL) => SQL;
  /** atoms that can open a post of others to whoever looks, besides `followers` */
  readonly atoms: readonly string[];
}

interface CandidateRow extends Record<string, unknown> {
  readonly id: string;
  readonly post_id: string;
  readonly iri: string | null;
  readonly created_at: string | Date | null;
  readonly actor_id: string | null;
  readonly actor_version: string | null;
}

/**
 * The next candidates of a home or list timeline, in the order of the stretch, each post and boost
 * once. Every author and every place gives its newest few by an index; the newest two of each author
 * say how far back the others have to look, so that it costs the same however many posts there are.
 */
export async function findCandidates(
  db: Database,
  sources: Sources,
  stretch: Stretch,
): Promise<Candidate[]> {
  const { me, chosen, answered, unwanted, own } = sources;
  const { upwards, most } = stretch;
  const order = sql.raw(upwards ? "asc" : "desc");
  const limit = sql.raw(String(Math.trunc(most)));
  const low = sql`(select low from given)`;
  const high = sql`(select high from given)`;
  const within = (column: string) =>
    sql`${sql.raw(column)} > ${low} and ${sql.raw(column)} < ${high}`;
  /** once the edge is known: not beyond it */
  const near = (column: string) =>
    upwards
      ? sql`${within(column)} and ${sql.raw(column)} <= (select id from edge)`
      : sql`${within(column)} and ${sql.raw(column)} >= (select id from edge)`;
  const mine = sql`(select me from given)`;
  const present = sql`p.withdrawn_at is null`;
  const open = sql`(p.local or p.audience && (select atoms from given))`;
  const openOf = sql`(${open} or (c.mine and p.audience @> '{followers}'))`;
  const inPlace = sql`(p.in_reply_to_iri is null or exists (select from posts parent
    where parent.id = p.in_reply_to_id and (parent.author_id = p.author_id
      or parent.author_id = ${mine} or ${answered(sql`parent.author_id`)})))`;
  const spoken = sql`(c.languages is null or p.language is null or p.language = any(c.languages)
    or split_part(p.language, '-', 1) = any(c.languages))`;
  const found = await db.execute<CandidateRow>(sql`
    with given as materialized (
      select ${me.toString()}::text::bigint as me, ${(stretch.after ?? 0n).toString()}::text::bigint as low,
        ${(stretch.before ?? MAX_ID).toString()}::text::bigint as high,
        ${textArray(sources.atoms)} as atoms, ${textArray(sources.places)} as places,
        ${textArray(sources.tags)} as tags
    ), chosen as materialized (${chosen}
    ), newest as materialized (
      select p.id from chosen c cross join lateral (
        select p.id from posts p
        where p.author_id = c.id and ${within("p.id")} and ${present} and ${openOf} and ${spoken} and ${inPlace}
        order by p.id ${order} limit 2) p
    ), edge as materialized (
      select coalesce((select id from newest order by id ${order} offset ${limit} - 1 limit 1),
        ${upwards ? high : low}) as id
    ), found as (
      (select p.id, p.id as post_id, null::text as iri, null::timestamptz as created_at, null::bigint as actor_id
      from chosen c cross join lateral (
        select p.id from posts p
        where p.author_id = c.id and ${near("p.id")} and ${present} and ${openOf} and ${spoken} and ${inPlace}
        order by p.id ${order} limit ${limit}) p)
      union all
      (select r.id, r.post_id, r.iri, r.created_at, r.actor_id
      from (select id from chosen where boosts ${own ? sql`union all select ${mine}` : sql``}) b
      cross join lateral (
        select r.id, r.post_id, r.iri, r.created_at, r.actor_id
        from reactions r join posts p on p.id = r.post_id join actors a on a.id = p.author_id
        where r.actor_id = b.id and r.type = 'boost' and ${near("r.id")} and ${present}
          and p.audience @> '{public}'          and p.author_id <> ${mine} and not ${unwanted(sql`a.id`, sql`a.host`)}
        order by r.id ${order} limit ${limit}) r)
      ${
        own
          ? sql`union all (select p.id, p.id, null, null, null from posts p
        where p.author_id = ${mine} and ${near("p.id")} and ${present}
        order by p.id ${order} limit ${limit})`
          : sql``
      }
      ${fromPlaces(sql`select unnest(places) as place from given`, sources.places, inPlace)}
      ${fromPlaces(sql`select unnest(tags) as place from given`, sources.tags, sql`true`)}
    )
    select distinct on (f.id) f.id::text as id, f.post_id::text as post_id, f.iri, f.created_at,
      f.actor_id::text as actor_id, concat(a.xmin, a.ctid) as actor_version
    from found f left join actors a on a.id = f.actor_id
    order by f.id ${order} limit ${limit}`);
  return found.map(toCandidate);

  function fromPlaces(select: SQL, places: readonly string[], replies: SQL): SQL {
    if (places.length === 0) return sql``;
    return sql`union all (select p.id, p.id, null, null, null
      from (${select}) s cross join lateral (
        select p.id from post_places pp join posts p on p.id = pp.post_id join actors a on a.id = p.author_id
        where pp.place = s.place and ${near("pp.post_id")} and ${present} and ${replies}
          and not ${unwanted(sql`a.id`, sql`a.host`)}
        order by pp.post_id ${order} limit ${limit}) p)`;
  }
}

/** What may be asked of public posts besides where they turn up. */
export interface PublicFilter {
  readonly origin: "here" | "elsewhere" | null;
  readonly onlyMedia: boolean;
  /** hashtags in lower case: under any of them; null = wherever */
  readonly tags: readonly string[] | null;
  /** besides, under all of them */
  readonly all: readonly string[];
  /** under none of them */
  readonly none: readonly string[];
  /** SQL: of that actor nothing is wanted */
  readonly unwanted: (id: SQL, host: SQL) => SQL;
}

/** The next public posts that are not quiet; without tags no replies but those to oneself. */
export async function findPublicCandidates(
  db: Database,
  filter: PublicFilter,
  stretch: Stretch,
): Promise<Candidate[]> {
  const order = sql.raw(stretch.upwards ? "asc" : "desc");
  const limit = sql.raw(String(Math.trunc(stretch.most)));
  const given = sql`${(stretch.after ?? 0n).toString()}::text::bigint as low,
    ${(stretch.before ?? MAX_ID).toString()}::text::bigint as high,
    ${textArray(filter.all)} as wanted, ${textArray(filter.none)} as unwanted,
    ${textArray((filter.tags ?? []).map((tag) => `#${tag}`))} as places`;
  const { origin } = filter;
  const conditions = sql`p.withdrawn_at is null and p.audience @> '{public}' and not p.quiet
    ${origin === null ? sql`` : origin === "here" ? sql`and p.local` : sql`and not p.local`}
    ${filter.onlyMedia ? sql`and p.attachments <> '[]'` : sql``}
    ${filter.all.length > 0 ? sql`and p.hashtags @> (select wanted from given)` : sql``}
    ${filter.none.length > 0 ? sql`and not p.hashtags && (select unwanted from given)` : sql``}
    and a.suspended_at is null and a.gone_at is null
    and not ${filter.unwanted(sql`a.id`, sql`a.host`)}`;
  const within = (column: string) =>
    sql`${sql.raw(column)} > (select low from given) and ${sql.raw(column)} < (select high from given)`;
  const found =
    filter.tags === null
      ? sql`select p.id from posts p join actors a on a.id = p.author_id
          where ${within("p.id")} and ${conditions}
            and (p.in_reply_to_iri is null or exists (select from posts parent
              where parent.id = p.in_reply_to_id and parent.author_id = p.author_id))
          order by p.id ${order} limit ${limit}`
      : sql`select distinct id from (select unnest(places) as place from given) s cross join lateral (
          select p.id from post_places pp join posts p on p.id = pp.post_id join actors a on a.id = p.author_id
          where pp.place = s.place and ${within("pp.post_id")} and ${conditions}
          order by pp.post_id ${order} limit ${limit}) p
          order by id ${order} limit ${limit}`;
  const rows = await db.execute<{ id: string }>(sql`
    with given as materialized (select ${given})
    select id::text as id from (${found}) as found`);
  const ids = rows.map(({ id }) => BigInt(id));
  return ids.map((id) => ({ id, postId: id, boost: null }));
}

function toCandidate(row: CandidateRow): Candidate {
  const { iri, created_at: createdAt, actor_id: actorId, actor_version: authorVersion } = row;
  const id = BigInt(row.id);
  const postId = BigInt(row.post_id);
  if (iri === null || createdAt === null || actorId === null || authorVersion === null) {
    return { id, postId, boost: null };
  }
  return {
    id,
    postId,
    boost: { iri, createdAt: new Date(createdAt), authorId: BigInt(actorId), authorVersion },
  };
}

/** Many texts as one parameter, as an array. */
export function textArray(values: readonly string[]): SQL {
  return sql`array(select json_array_elements_text(${JSON.stringify(values)}::text::json))`;
}

/** CTE body `chosen`: whom the followers (actor ids) follow between them. */
export function followedBy(
  followers: readonly Id[],
  unwanted: (id: SQL, host: SQL) => SQL,
  among: SQL = sql`true`,
): SQL {
  return sql`select f.followee_id as id, bool_or(f.show_boosts) as boosts,
      case when bool_and(coalesce(cardinality(f.languages), 0) > 0)
        then string_to_array(string_agg(array_to_string(f.languages, ','), ','), ',') end as languages,
      bool_or(f.follower_id = (select me from given)) as mine
    from follows f join actors a on a.id = f.followee_id
    where f.follower_id = any(${bigintsIn(`{${followers.join(",")}}`)}) and f.state = 'accepted'
      and ${among} and not ${unwanted(sql`a.id`, sql`a.host`)}
    group by f.followee_id`;
}
