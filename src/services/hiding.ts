import { sql, type SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import type { Id } from "../domain/ids.ts";
import { bigints, instant } from "../persistence/repositories/set-parameters.ts";
import type { Context } from "./context.ts";

/** What of somebody is hidden: a mute may leave notifications through. */
export type Hidden = "posts" | "notifications";

/** The columns, in the caller's query, of the one whose doings are listed; neither may be null. */
export interface HiddenBy {
  readonly id: SQL | PgColumn;
  /** host of the handle */
  readonly host: SQL | PgColumn;
}

/**
 * SQL: the author of a row is neither muted nor blocked by whom the client acts as, does not block
 * them, and is on no host that they hide. It holds for everybody when nobody is signed in. The two
 * sets are read once per statement, however many rows there are.
 *
 * For what comes by itself: timelines, boosts in them, notifications, streams. A profile that somebody
 * opens still shows whom they mute. Use it for the author of a boosted post too.
 */
export function notHiddenFrom(
  context: Context,
  acting: { readonly actor: { readonly id: Id } } | null,
  author: HiddenBy,
  what: Hidden = "posts",
): SQL {
  if (acting === null) return sql`true`;
  const me = sql`${acting.actor.id.toString()}::bigint`;
  return sql`(${author.id} not in (${actorsHiddenFrom(me, instant(context.now()), what)})
    and ${author.host} not in (${hostsHiddenFrom(me)}))`;
}

/** SQL: a query for the ids of whom `me` mutes or blocks, or who block `me`. */
export function actorsHiddenFrom(me: SQL, now: SQL, what: Hidden = "posts"): SQL {
  return sql`select muted_id from mutes where muter_id = ${me} and ${isMuteFor(now, what)}
    union all select blocked_id from blocks where blocker_id = ${me}
    union all select blocker_id from blocks where blocked_id = ${me}`;
}

/** SQL: a query for the hosts that `me` hides. */
export function hostsHiddenFrom(me: SQL): SQL {
  return sql`select host from hidden_hosts where actor_id = ${me}`;
}

/** Those of `authors` (actor ids) who are hidden from `actorId`; one statement. */
export async function hiddenAuthors(
  context: Context,
  actorId: Id,
  authors: readonly Id[],
  what: Hidden = "posts",
): Promise<ReadonlySet<Id>> {
  if (authors.length === 0) return new Set();
  const rows = await context.db.execute<{ id: string }>(sql`
    select a.id::text as id from actors a where a.id = any(${bigints(authors)})
      and not ${notHiddenFrom(
        context,
        { actor: { id: actorId } },
        { id: sql`a.id`, host: sql`a.host` },
        what,
      )}`);
  return new Set(rows.map(({ id }) => BigInt(id)));
}

/** Those of `actorIds` from whom `author` is hidden; one statement, however many they are. */
export async function whoHides(
  context: Context,
  author: { readonly id: Id; readonly host: string },
  actorIds: readonly Id[],
  what: Hidden = "posts",
): Promise<ReadonlySet<Id>> {
  if (actorIds.length === 0) return new Set();
  const id = sql`${author.id.toString()}::bigint`;
  const rows = await context.db.execute<{ id: string }>(sql`
    select id::text as id from (
      select muter_id as id from mutes where muted_id = ${id} and ${isMuteFor(instant(context.now()), what)}
      union select blocker_id from blocks where blocked_id = ${id}
      union select blocked_id from blocks where blocker_id = ${id}
      union select actor_id from hidden_hosts where host = ${author.host}) as hiding
    where id = any(${bigints(actorIds)})`);
  return new Set(rows.map((row) => BigInt(row.id)));
}

function isMuteFor(now: SQL, what: Hidden): SQL {
  const lasts = sql`(expires_at is null or expires_at > ${now})`;
  return what === "notifications" ? sql`${lasts} and notifications` : lasts;
}
