import { sql } from "drizzle-orm";
import type { Queryable } from "../database.ts";
import { textArray } from "./set-parameters.ts";

/** What there is between one actor and others, who are named by their IRIs. */
export interface Ties {
  /** whom it follows, with their consent */
  readonly followed: ReadonlySet<string>;
  /** with whom there is a block in either direction */
  readonly blocked: ReadonlySet<string>;
}

const NOBODY: ReadonlySet<string> = new Set();
export const NO_TIES: Ties = { followed: NOBODY, blocked: NOBODY };

/** The ties between an actor and each of `others` (IRIs); one statement. */
export async function findTies(
  db: Queryable,
  actor: string,
  others: readonly string[],
): Promise<Ties> {
  const asked = new Set(others);
  if (asked.size === 0) return NO_TIES;
  const rows = await db.execute<{ iri: string; followed: boolean; blocked: boolean }>(sql`
    with me as materialized (select id from actors where iri = ${actor}),
    ties as (
      select other.iri,
        exists (select from follows f where f.follower_id = (select id from me)
          and f.followee_id = other.id and f.state = 'accepted') as followed,
        exists (select from blocks b where b.blocker_id = (select id from me)
          and b.blocked_id = other.id)
          or exists (select from blocks b where b.blocker_id = other.id
            and b.blocked_id = (select id from me)) as blocked
      from actors other where other.iri = any(${textArray([...asked])}))
    select iri, followed, blocked from ties where followed or blocked`);
  return {
    followed: new Set(rows.flatMap((row) => (row.followed ? [row.iri] : []))),
    blocked: new Set(rows.flatMap((row) => (row.blocked ? [row.iri] : []))),
  };
}
