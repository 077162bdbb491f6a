import { sql } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Database } from "../database.ts";

/** A hashtag that is in use, with its newest posts: public, but seen by nobody yet. */
export interface UsedTag {
  readonly tag: string;
  readonly postIds: readonly Id[];
}

/**
 * Hashtags that begin with `start`, in order of their bytes, at most so many. Goes from one to the
 * next by the index, however many posts each has.
 */
export async function findTags(
  db: Database,
  start: string,
  most: { readonly tags: number; readonly posts: number },
): Promise<UsedTag[]> {
  const first = `#${start}`;
  const rows = await db.execute<{ tag: string; ids: string[] }>(sql`
    with recursive used as (
      (select place, 1 as number from post_places where place >= ${first}
        order by place limit 1)
      union all
      select next.place, number + 1 from used cross join lateral (
        select place from post_places where place > used.place order by place limit 1) as next
      where starts_with(used.place, ${first}) and number < ${most.tags}
    )
    select substr(place, 2) as tag, array(
      select p.post_id::text from post_places p where p.place = used.place
      order by p.post_id desc limit ${most.posts}) as ids
    from used where starts_with(place, ${first}) order by place`);
  return rows.map(({ tag, ids }) => ({ tag, postIds: ids.map(BigInt) }));
}
