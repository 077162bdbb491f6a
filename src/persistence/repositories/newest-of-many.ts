import { and, asc, desc, eq, gt, lt, sql, type Placeholder, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Id } from "../../domain/ids.ts";
import { limitedTo, opaque, plannedLimit } from "../planning.ts";
import { actors, postPlaces, posts } from "../schema/index.ts";

/** Which part of a list that is ordered by id, newest first, for SQL: it may give more than asked for. */
export interface IdRange {
  /** only what is older */
  readonly before: Id | Placeholder | null;
  /** only what is newer */
  readonly after: Id | Placeholder | null;
  /** those next to `after`, not the newest of all */
  readonly upwards: boolean;
  readonly limit: number;
}

/** Rows that many owners have, each of them in order of `id`: an index on (owner, id) must serve it. */
export interface Line {
  readonly id: PgColumn;
  readonly owner: PgColumn;
  /** the table and what is joined with it */
  readonly from: SQL;
  readonly where: SQL | undefined;
}

/** Posts by their authors; `where` may use `posts` and `actors` (the author). */
export function postLine(where: SQL | undefined): Line {
  return {
    id: posts.id,
    owner: posts.authorId,
    from: sql`${posts} join ${actors} on ${eq(actors.id, posts.authorId)}`,
    where,
  };
}

/**
 * SQL, in brackets: the ids (column `id`) of the first rows in `range` among those of all `owners`
 * (a query with a column `id`, each owner once), in the order of the range; at least `range.limit`
 * when there are so many.
 *
 * It costs one descent of the index for each owner, however many rows there are: the first row of
 * each says which owners can contribute at all (as many as the limit), and the last of these rows is
 * where reading ends. `line.where` is asked of every row on the way, so it should let most through.
 */
export function newestOfMany(owners: SQL, line: Line, range: IdRange): SQL {
  const { id, owner, from } = line;
  const limit = plannedLimit(range.limit);
  const order = range.upwards ? sql`asc` : sql`desc`;
  const where = and(inRange(id, range), line.where) ?? sql`true`;
  const [since, until, last] = range.upwards
    ? [sql`>=`, sql`<=`, sql`max(first)`]
    : [sql`<=`, sql`>=`, sql`min(first)`];
  return sql`(with owners as materialized (${owners}),
    heads as materialized (
      select owners.id as owner, head.id as first
      from owners cross join lateral (
        select ${id} as id from ${from} where ${owner} = owners.id and ${where}
        order by ${id} ${order} limit 1) as head
      order by head.id ${order} limit ${limit})
    select line.id from heads cross join lateral (
      select ${id} as id from ${from} where ${owner} = heads.owner and ${id} ${since} heads.first
        and ${id} ${until} (select case when count(*) >= ${limit} then ${last}
          else ${range.upwards ? sql`9223372036854775807` : sql`0`} end from heads)
        and ${where}
      order by ${id} ${order} limit ${limit}) as line
    order by line.id ${order} limit ${limit})`;
}

/**
 * SQL, in brackets: the ids of the first posts in `range` that turn up at a place (`post_places`), in
 * the order of the range; at least `range.limit` when there are so many. `where` as in `postLine`.
 * `place` stands in the statement: for the few places of the instance itself, not for any hashtag.
 */
export function placedAt(place: string, where: SQL | undefined, range: IdRange): SQL {
  const { postId } = postPlaces;
  const placed = sql`${postPlaces.place} = ${sql.raw(`'${place.replaceAll("'", "''")}'`)}`;
  return sql`(select ${postId} as id from ${postPlaces} join ${posts} on ${eq(posts.id, postId)}
    join ${actors} on ${eq(actors.id, posts.authorId)}
    where ${and(placed, inRange(postId, range), where)}
    order by ${limitedTo(inOrder(postId, range), range.limit)})`;
}

/** The range as a condition on an id; the statement is the same whichever ids bound it. */
function inRange(id: PgColumn, { before, after }: IdRange): SQL | undefined {
  return and(
    before === null ? undefined : lt(id, bound(before)),
    after === null ? undefined : gt(id, bound(after)),
  );
}

function bound(id: Id | Placeholder): SQL {
  return opaque(sql`${typeof id === "bigint" ? id.toString() : id}::text::bigint`);
}

/** The order in which to read a range. */
function inOrder(id: PgColumn, { upwards }: IdRange): SQL {
  return upwards ? asc(id) : desc(id);
}
