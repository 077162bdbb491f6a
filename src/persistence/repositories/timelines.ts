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

/** Which timeline: of each kind there is one statement for each direction and length. */
export interface TimelineKind {
  /** names the statement */
  readonly name: string;
  /** SQL: further than being followed (`f.followee_id`), whose posts are wanted */
  readonly among: SQL;
  /** SQL: replies to that author (a column) are wanted */
  readonly answered: (author: SQL) => SQL;
  /** SQL: of that actor nothing is wanted */
  readonly unwanted: (id: SQL, host: SQL) => SQL;
  /** besides, what stands in the reader's places and under their hashtags, and what they do themselves */
  readonly whole: boolean;
}

/** Who reads, with what the statements know as `given`. */
export interface Reader {
  readonly me: Id;
  /** between them they follow those whose posts are wanted */
  readonly followers: readonly Id[];
  /** places where anybody's posts are wanted, see `postPlaces` */
  readonly places: readonly string[];
  /** atoms that can open a post of others to the reader, besides `followers` */
  readonly atoms: readonly string[];
  /** of a list; null elsewhere */
  readonly list: Id | null;
  readonly now: Date;
}

/** Columns of `given`, for the SQL of a kind. */
export const GIVEN = {
  me: sql`(select me from given)`,
  now: sql`(select now from given)`,
  list: sql`(select list from given)`,
  followers: sql`(select followers from given)`,
} as const;

type HomeQuery = ReturnType<typeof buildCandidates>;

const queries = new WeakMap<Database, Map<string, HomeQuery>>();

/**
 * The next candidates of a home or list timeline, in the order of the stretch, each post and boost
 * once. Where most of what arrives is wanted, the newest posts of all are enough. Else every author
 * gives its newest two by an index, which say how far back to look for more, as do boosts and places:
 * so it costs the same however many posts there are.
 */
export async function findCandidates(
  db: Database,
  kind: TimelineKind,
  reader: Reader,
  stretch: Stretch,
): Promise<Candidate[]> {
  const known = queries.get(db) ?? new Map<string, HomeQuery>();
  queries.set(db, known);
  const name = `${kind.name}_${stretch.upwards ? "up" : "down"}_${stretch.most}`;
  const query = known.get(name) ?? buildCandidates(db, kind, stretch, name);
  known.set(name, query);
  const rows = await query.execute({
    me: reader.me.toString(),
    low: (stretch.after ?? 0n).toString(),
    high: (stretch.before ?? MAX_ID).toString(),
    followers: `{${reader.followers.join(",")}}`,
    atoms: JSON.stringify(reader.atoms),
    places: JSON.stringify(reader.places),
    list: (reader.list ?? 0n).toString(),
    now: reader.now.toISOString(),
  });
  return rows.map(toCandidate);
}

function buildCandidates(
  db: Database,
  { among, answered, unwanted, whole }: TimelineKind,
  { upwards, most }: Pick<Stretch, "upwards" | "most">,
  name: string,
) {
  const order = sql.raw(upwards ? "asc" : "desc");
  const limit = sql.raw(String(Math.trunc(most)));
  const within = (column: string) =>
    sql`${sql.raw(column)} > (select low from given) and ${sql.raw(column)} < (select high from given)`;
  /** once the edge is known: not beyond it */
  const near = (column: string) =>
    sql`${within(column)} and ${sql.raw(column)} ${sql.raw(upwards ? "<=" : ">=")} (select id from edge)`;
  const present = sql`p.withdrawn_at is null`;
  const open = sql`(p.local or p.audience && (select atoms from given)
    or (c.mine and p.audience @> '{followers}'))`;
  const fits = sql`(p.in_reply_to_iri is null or exists (select from posts parent
    where parent.id = p.in_reply_to_id and (parent.author_id = p.author_id
      or parent.author_id = ${GIVEN.me} or ${answered(sql`parent.author_id`)})))`;
  const spoken = sql`(c.languages is null or p.language is null or p.language = any(c.languages)
    or split_part(p.language, '-', 1) = any(c.languages))`;
  const wanted = sql`${present} and ${open} and ${spoken} and ${fits}`;
  const plain = sql`null::text, null::timestamptz, null::bigint`;
  const fromPlaces = (column: "places" | "tags", replies: SQL) => sql`
    union all (select p.id, p.id, ${plain}
    from (select unnest(${sql.raw(column)}) as place from given) s cross join lateral (
      select p.id from post_places pp join posts p on p.id = pp.post_id join actors a on a.id = p.author_id
      where pp.place = s.place and ${near("pp.post_id")} and ${present} and ${replies}
        and not ${unwanted(sql`a.id`, sql`a.host`)}
      order by pp.post_id ${order} limit ${limit}) p)`;
  const besides = sql`${fromPlaces("places", fits)} ${fromPlaces("tags", sql`true`)}
    union all (select p.id, p.id, ${plain} from posts p
    where p.author_id = ${GIVEN.me} and ${near("p.id")} and ${present}
    order by p.id ${order} limit ${limit})`;
  const statement = sql`
    with given as materialized (
      select me, low, high, followers, now, list, tags,
        array(select json_array_elements_text(atoms)) as atoms,
        array(select json_array_elements_text(places)) as places
      from (select ${sql.placeholder("me")}::text::bigint as me, ${sql.placeholder("low")}::text::bigint as low,
        ${sql.placeholder("high")}::text::bigint as high, ${sql.placeholder("now")}::text::timestamptz as now,
        ${bigintsIn(sql.placeholder("followers"))} as followers, ${sql.placeholder("list")}::text::bigint as list,
        ${sql.placeholder("atoms")}::text::json as atoms, ${sql.placeholder("places")}::text::json as places) as g,
        lateral (select array(select '#' || tag from followed_tags where actor_id = g.me) as tags) as t
    ), chosen as materialized (
      select f.followee_id as id, bool_or(f.show_boosts) as boosts,
        case when bool_and(coalesce(cardinality(f.languages), 0) > 0)
          then string_to_array(string_agg(array_to_string(f.languages, ','), ','), ',') end as languages,
        bool_or(f.follower_id = ${GIVEN.me}) as mine
      from follows f join actors a on a.id = f.followee_id
      where f.follower_id = any(${GIVEN.followers}::bigint[]) and f.state = 'accepted'
        and ${among} and not ${unwanted(sql`a.id`, sql`a.host`)}
      group by f.followee_id
    ), recent as materialized (
      select p.id, p.author_id from (
        select * from posts where ${within("id")} order by id ${order} limit ${limit} * 4) p
      join chosen c on c.id = p.author_id
      where ${wanted}
    ), enough as materialized (
      select count(*) >= ${limit} as of_recent from recent
    ), newest as materialized (
      select p.id, c.id as author_id from chosen c cross join lateral (
        select p.id from posts p where p.author_id = c.id and ${within("p.id")} and ${wanted}
        order by p.id ${order} limit 2) p
      where not (select of_recent from enough)
    ), edge as materialized (
      select coalesce(
        case when (select of_recent from enough)
          then (select id from recent order by id ${order} offset ${limit} - 1 limit 1)
          else (select id from newest order by id ${order} offset ${limit} - 1 limit 1) end,
        (select ${sql.raw(upwards ? "high" : "low")} from given)) as id
    ), near as materialized (
      select id, author_id from newest where id ${sql.raw(upwards ? "<=" : ">=")} (select id from edge)
    ), found (id, post_id, iri, created_at, actor_id) as (
      (select id, id, ${plain} from near)
      union all
      (select id, id, ${plain} from recent where (select of_recent from enough))
      union all
      (select p.id, p.id, ${plain}
      from chosen c cross join lateral (
        select p.id from posts p where p.author_id = c.id and ${near("p.id")} and ${wanted}
        order by p.id ${order} limit ${limit}) p
      where c.id in (select author_id from near group by author_id having count(*) > 1))
      union all
      (select r.id, r.post_id, r.iri, r.created_at, r.actor_id
      from (select id from chosen where boosts ${whole ? sql`union all select ${GIVEN.me}` : sql``}) b
      cross join lateral (
        select r.id, r.post_id, r.iri, r.created_at, r.actor_id
        from reactions r join posts p on p.id = r.post_id join actors a on a.id = p.author_id
        where r.actor_id = b.id and r.type = 'boost' and ${near("r.id")} and ${present}
          and p.audience @> '{public}' and p.author_id <> ${GIVEN.me}
          and not ${unwanted(sql`a.id`, sql`a.host`)}
        order by r.id ${order} limit ${limit}) r)
      ${whole ? besides : sql``}
    )
    select distinct on (f.id) f.id::text as id, f.post_id::text as post_id, f.iri, f.created_at,
      f.actor_id::text as actor_id, case when a.id is not null then concat(a.xmin, a.ctid) end as actor_version
    from found f left join actors a on a.id = f.actor_id
    order by f.id ${order} limit ${limit}`;
  return db
    .select({
      id: sql<string>`id`,
      post_id: sql<string>`post_id`,
      iri: sql<string | null>`iri`,
      created_at: sql<string | Date | null>`created_at`,
      actor_id: sql<string | null>`actor_id`,
      actor_version: sql<string | null>`actor_version`,
    })
    .from(sql`(${statement}) as candidates`)
    .prepare(name);
}

interface CandidateRow {
  readonly id: string;
  readonly post_id: string;
  readonly iri: string | null;
  readonly created_at: string | Date | null;
  readonly actor_id: string | null;
  readonly actor_version: string | null;
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
function textArray(values: readonly string[]): SQL {
  return sql`array(select json_array_elements_text(${JSON.stringify(values)}::text::json))`;
}
