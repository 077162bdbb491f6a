import { sql } from "drizzle-orm";
import type { Context } from "./context.ts";

/** One week of an instance. */
export interface WeekOfActivity {
  /** its first moment, a Monday in UTC */
  readonly start: Date;
  /** public posts by our own actors: whatever else there is, nobody may count */
  readonly posts: number;
  /** members who wrote in public */
  readonly authors: number;
}

const WEEKS = 12;
const WEEK_MS = 7 * 86_400_000;
/** 1 January 1970 was a Thursday. */
const FIRST_MONDAY_MS = 4 * 86_400_000;

/** The last twelve weeks, this one first: what anybody could count in public. */
export async function countWeeks(context: Context): Promise<WeekOfActivity[]> {
  const now = context.now().getTime();
  const thisWeek = now - ((now - FIRST_MONDAY_MS) % WEEK_MS);
  const starts = Array.from({ length: WEEKS }, (_, index) => thisWeek - index * WEEK_MS);
  const oldest = new Date(starts.at(-1) ?? thisWeek).toISOString();
  const rows = await context.db.execute<{ week: string; posts: string; authors: string }>(sql`
    select floor(extract(epoch from published_at - ${oldest}::timestamptz) / 604800)::text as week,
      count(*)::text as posts, count(distinct author_id)::text as authors
    from posts
    where local and withdrawn_at is null and audience @> '{public}' and published_at >= ${oldest}::timestamptz
    group by 1`);
  const counted = new Map(rows.map((row) => [Number(row.week), row]));
  return starts.map((start, index) => {
    const row = counted.get(WEEKS - 1 - index);
    return {
      start: new Date(start),
      posts: Number(row?.posts ?? 0),
      authors: Number(row?.authors ?? 0),
    };
  });
}
