import { eq, sql, type SQL } from "drizzle-orm";
import { LRUCache } from "lru-cache";
import { MAX_ID, type Id } from "../../domain/ids.ts";
import type { Database } from "../database.ts";
import { preparedShapes } from "../prepared-queries.ts";
import { actors, posts, practices } from "../schema/index.ts";
import type { Candidate, Stretch } from "./candidates.ts";
import { actorVersion, postVersion } from "./post-versions.ts";
import { bigintsIn } from "./set-parameters.ts";

/** Which timeline: of each kind there are two statements for each direction and length. */
export interface TimelineKind {
  /** names the statements */
  readonly name: string;
  /** SQL: further than being followed (`f.followee_id`), whose posts are wanted */
  readonly among: SQL;
  /** SQL: replies to that author (a column) are wanted */
  readonly answered: (author: SQL) => SQL;
  /** SQL: a query for the ids of actors of whom nothing is wanted */
  readonly unwanted: SQL;
  /** SQL: a query for the hosts of actors of whom nothing is wanted */
  readonly unwantedHosts: SQL;
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

type CandidatesQuery = ReturnType<typeof buildCandidates>;

const queries = preparedShapes<CandidatesQuery>();

/** How often a timeline is read author by author before the newest posts of all are tried again. */
const SPARSE_READS = 50;
const sparse = new WeakMap<Database, LRUCache<string, number>>();

/**
 * The next candidates of a home or list timeline, in the order of the stretch, each post and boost
 * once. Where most of what arrives is wanted, the newest posts of all are enough. Else every author
 * gives its newest two by an index, which say how far back to look for more, as do boosts and places:
 * so it costs the same however many posts there are. Which of the two it was is remembered for a while.
 */
export async function findCandidates(
  db: Database,
  kind: TimelineKind,
  reader: Reader,
  stretch: Stretch,
): Promise<Candidate[]> {
  const known = sparse.get(db) ?? new LRUCache<string, number>({ max: 10_000 });
  sparse.set(db, known);
  const key = `${kind.name} ${reader.me} ${reader.list ?? ""}`;
  // What is newer than something seen is little, wherever it is looked for.
  if (stretch.after === null) {
    const left = known.get(key) ?? 0;
    const rows = left > 0 ? [] : await read(db, kind, reader, stretch, "recent");
    if (rows.length > 0) return rows.map(toCandidate);
    known.set(key, left === 0 ? SPARSE_READS : left - 1);
  }
  const rows = await read(db, kind, reader, stretch, "each");
  return rows.map(toCandidate);
}

/** Where posts are looked for: among the newest of all, or with each author. */
type From = "recent" | "each";

function read(db: Database, kind: TimelineKind, reader: Reader, stretch: Stretch, from: From) {
  const name = `${kind.name}_${stretch.upwards ? "up" : "down"}_${stretch.most}_${from}`;
  return queries(db, name, () => buildCandidates(db, kind, stretch, from, name)).execute({
    me: reader.me.toString(),
    low: (stretch.after ?? 0n).toString(),
    high: (stretch.before ?? MAX_ID).toString(),
    followers: `{${reader.followers.join(",")}}`,
    atoms: JSON.stringify(reader.atoms),
    places: JSON.stringify(reader.places),
    list: (reader.list ?? 0n).toString(),
    now: reader.now.toISOString(),
  });
}

/** With `recent`: nothing at all unless there is enough. */
function buildCandidates(
  db: Database,
  { among, answered, unwanted, unwantedHosts, whole }: TimelineKind,
  { upwards, most }: Pick<Stretch, "upwards" | "most">,
  from: From,
  name: string,
) {
  const order = sql.raw(upwards ? "asc" : "desc");
  const since = sql.raw(upwards ? "<=" : ">=");
  const limit = sql.raw(String(Math.trunc(most)));
  const within = (column: string) =>
    sql`${sql.raw(column)} > (select low from given) and ${sql.raw(column)} < (select high from given)`;
  /** once the edge is known: not beyond it */
  const near = (column: string) =>
    sql`${within(column)} and ${sql.raw(column)} ${since} (select id from edge)`;
  // Hosts are looked at only by those who hide some.
  const isWanted = (id: SQL) => sql`(${id} not in (select id from unwanted)
    and (not (select are from hosts_hidden) or (select host from actors where id = ${id}) not in (select host from unwanted_hosts)))`;
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
      select p.id from post_places pp join posts p on p.id = pp.post_id
      where pp.place = s.place and ${near("pp.post_id")} and ${present} and ${replies}
        and ${isWanted(sql`p.author_id`)}
      order by pp.post_id ${order} limit ${limit}) p)`;
  const besides = sql`${fromPlaces("places", fits)} ${fromPlaces("tags", sql`true`)}
    union all (select p.id, p.id, ${plain} from posts p
    where p.author_id = ${GIVEN.me} and ${near("p.id")} and ${present}
    order by p.id ${order} limit ${limit})`;
  const byAuthors =
    from === "recent"
      ? sql`first as materialized (
      select p.id from (
        select * from posts where ${within("id")} order by id ${order} limit ${limit} * 4) p
      join chosen c on c.id = p.author_id
      where ${wanted} order by p.id ${order} limit ${limit}
    ), edge as materialized (
      select id from first order by id ${order} offset ${limit} - 1 limit 1
    ), followed as (select id from first)`
      : sql`newest as materialized (
      select p.id, c.id as author_id from chosen c cross join lateral (
        select p.id from posts p where p.author_id = c.id and ${within("p.id")} and ${wanted}
        order by p.id ${order} limit 2) p
    ), edge as materialized (
      select coalesce((select id from newest order by id ${order} offset ${limit} - 1 limit 1),
        (select ${sql.raw(upwards ? "high" : "low")} from given)) as id
    ), first as materialized (
      select id, author_id from newest where id ${since} (select id from edge)
    ), followed as (
      select id from first
      union all
      select p.id from chosen c cross join lateral (
        select p.id from posts p where p.author_id = c.id and ${near("p.id")} and ${wanted}
        order by p.id ${order} limit ${limit}) p
      where c.id in (select author_id from first group by author_id having count(*) > 1)
    )`;
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
    ), unwanted (id) as materialized (${unwanted}
    ), unwanted_hosts (host) as materialized (${unwantedHosts}
    ), hosts_hidden as materialized (select exists (select from unwanted_hosts) as are
    ), chosen as materialized (
      select f.followee_id as id, bool_or(f.show_boosts) as boosts,
        case when bool_and(coalesce(cardinality(f.languages), 0) > 0)
          then string_to_array(string_agg(array_to_string(f.languages, ','), ','), ',') end as languages,
        bool_or(f.follower_id = ${GIVEN.me}) as mine
      from follows f
      where f.follower_id = any(${GIVEN.followers}::bigint[]) and f.state = 'accepted'
        and ${among} and ${isWanted(sql`f.followee_id`)}
      group by f.followee_id
    ), ${byAuthors}, found (id, post_id, iri, created_at, actor_id) as (
      select id, id, ${plain} from followed
      union all
      (select r.id, r.post_id, r.iri, r.created_at, r.actor_id
      from (select id from chosen where boosts ${whole ? sql`union all select ${GIVEN.me}` : sql``}) b
      cross join lateral (
        select r.id, r.post_id, r.iri, r.created_at, r.actor_id
        from reactions r join posts p on p.id = r.post_id
        where r.actor_id = b.id and r.type = 'boost' and ${near("r.id")} and ${present}
          and p.audience @> '{public}' and p.author_id <> ${GIVEN.me} and ${isWanted(sql`p.author_id`)}
        order by r.id ${order} limit ${limit}) r)
      ${whole ? besides : sql``}
    )
    select distinct on (id) id, post_id, iri, created_at, actor_id
    from found where (select id from edge) is not null order by id ${order} limit ${limit}`;
  return db
    .select({
      id: sql<string>`candidates.id`,
      postId: posts.id,
      version: postVersion,
      authorId: posts.authorId,
      authorVersion: actorVersion,
      boost: sql<string | null>`candidates.iri`,
      boostedAt: sql<string | Date | null>`candidates.created_at`,
      boosterId: sql<string | null>`candidates.actor_id`,
      boosterVersion: sql<
        string | null
      >`(select concat(b.xmin, b.ctid) from actors b where b.id = candidates.actor_id)`,
    })
    .from(sql`(${statement}) as candidates`)
    .innerJoin(posts, sql`${posts.id} = candidates.post_id`)
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .leftJoin(practices, eq(practices.postId, posts.id))
    .orderBy(sql`candidates.id ${order}`)
    .prepare(name);
}

type CandidateRow = Awaited<ReturnType<CandidatesQuery["execute"]>>[number];

function toCandidate(row: CandidateRow): Candidate {
  const { postId, version, authorId, authorVersion } = row;
  const { boost: iri, boostedAt, boosterId, boosterVersion } = row;
  const boost =
    iri === null || boostedAt === null || boosterId === null || boosterVersion === null
      ? null
      : {
          iri,
          createdAt: new Date(boostedAt),
          authorId: BigInt(boosterId),
          authorVersion: boosterVersion,
        };
  return {
    id: BigInt(row.id),
    postId,
    version: { id: postId, version, authorId, authorVersion },
    boost,
  };
}
