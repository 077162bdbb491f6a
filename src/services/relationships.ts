import { sql } from "drizzle-orm";
import type { FollowState } from "../domain/follow.ts";
import type { Id } from "../domain/ids.ts";
import { bigints, instant } from "../persistence/repositories/set-parameters.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";

/** How somebody whom a client acts as stands with somebody else. */
export interface Relationship {
  readonly id: Id;
  readonly following: boolean;
  /** asked to follow, not answered yet */
  readonly requested: boolean;
  readonly showsBoosts: boolean;
  readonly notifies: boolean;
  /** null = all */
  readonly languages: readonly string[] | null;
  readonly followedBy: boolean;
  readonly requestedBy: boolean;
  readonly blocking: boolean;
  readonly blockedBy: boolean;
  readonly muting: boolean;
  readonly mutingNotifications: boolean;
  /** null = for good, or not muted */
  readonly mutedUntil: Date | null;
  readonly hidesHost: boolean;
  readonly endorsed: boolean;
  readonly note: string;
}

type Row = {
  readonly id: string;
  readonly mine: FollowState | null;
  readonly show_boosts: boolean | null;
  readonly notify: boolean | null;
  readonly languages: string[] | null;
  readonly theirs: FollowState | null;
  readonly muted: boolean;
  readonly notifications: boolean | null;
  readonly until_ms: number | null;
  readonly note: string | null;
} & Record<"blocking" | "blocked_by" | "hides_host" | "endorsed", boolean>;

/** How the actor stands with each of `ids`, in the same order, by one statement; unknown ones are left out. */
export async function relationshipsOf(
  context: Context,
  acting: Acting,
  ids: readonly Id[],
  { withSuspended = false }: { readonly withSuspended?: boolean } = {},
): Promise<Relationship[]> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return [];
  const me = sql`${acting.actor.id.toString()}::bigint`;
  const rows = await context.db.execute<Row>(sql`
    select a.id::text as id,
      mine.state as mine, mine.show_boosts, mine.notify, mine.languages, theirs.state as theirs,
      exists (select from blocks b where b.blocker_id = ${me} and b.blocked_id = a.id) as blocking,
      exists (select from blocks b where b.blocker_id = a.id and b.blocked_id = ${me}) as blocked_by,
      m.id is not null as muted, m.notifications,
      (extract(epoch from m.expires_at) * 1000)::float8 as until_ms,
      exists (select from hidden_hosts h where h.actor_id = ${me} and h.host = a.host) as hides_host,
      exists (select from endorsements e where e.actor_id = ${me} and e.target_id = a.id) as endorsed,
      n.comment as note
    from actors a
    left join follows mine on mine.follower_id = ${me} and mine.followee_id = a.id
    left join follows theirs on theirs.follower_id = a.id and theirs.followee_id = ${me}
    left join mutes m on m.muter_id = ${me} and m.muted_id = a.id
      and (m.expires_at is null or m.expires_at > ${instant(context.now())})
    left join account_notes n on n.actor_id = ${me} and n.target_id = a.id
    where a.id = any(${bigints(wanted)}) and a.kind <> 'instance'
      and (${withSuspended} or (a.suspended_at is null and a.gone_at is null))`);
  const byId = new Map(rows.map((row) => [BigInt(row.id), toRelationship(row)]));
  return wanted.flatMap((id) => byId.get(id) ?? []);
}

function toRelationship(row: Row): Relationship {
  const following = row.mine === "accepted";
  const follows = following || row.mine === "pending";
  return {
    id: BigInt(row.id),
    following,
    requested: row.mine === "pending",
    showsBoosts: follows && row.show_boosts === true,
    notifies: follows && row.notify === true,
    languages: follows ? row.languages : null,
    followedBy: row.theirs === "accepted",
    requestedBy: row.theirs === "pending",
    blocking: row.blocking,
    blockedBy: row.blocked_by,
    muting: row.muted,
    mutingNotifications: row.muted && row.notifications === true,
    mutedUntil: row.until_ms === null ? null : new Date(row.until_ms),
    hidesHost: row.hides_host,
    endorsed: row.endorsed,
    note: row.note ?? "",
  };
}

/** How the actor stands with one that exists. */
export async function relationshipWith(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<Relationship> {
  const [relationship] = await relationshipsOf(context, acting, [id], { withSuspended: true });
  if (relationship === undefined) throw new Error("relationshipWith is for actors that exist");
  return relationship;
}
