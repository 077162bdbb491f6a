import { sql, type SQL } from "drizzle-orm";
import { MAX_ID } from "../../domain/ids.ts";
import type { Database } from "../database.ts";
import type { Candidate, Stretch } from "./candidates.ts";

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
  return ids.map((id) => ({ id, postId: id, version: null, boost: null }));
}

/** Many texts as one parameter, as an array. */
function textArray(values: readonly string[]): SQL {
  return sql`array(select json_array_elements_text(${JSON.stringify(values)}::text::json))`;
}
