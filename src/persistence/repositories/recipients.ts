import { sql, type SQL } from "drizzle-orm";
import { LOST_AFTER } from "../../domain/delivery/circuit.ts";
import type { Id } from "../../domain/ids.ts";
import type { Queryable } from "../database.ts";
import { HOST_LOST } from "./delivery-hosts.ts";
import { bigints, instant, rowsFrom, texts } from "./set-parameters.ts";

/** An actor elsewhere whom an activity may go to, with what the policy asks about it. */
export interface Candidate {
  readonly actor: string;
  readonly inbox: string;
  /** null also when the shared inbox is gone */
  readonly sharedInbox: string | null;
  /** an accepted follower of the sender */
  readonly follows: boolean;
  readonly blocked: boolean;
}

type CandidateRow = {
  actor: string;
  inbox: string;
  shared_inbox: string | null;
  follows: boolean;
  blocked: boolean;
};

const present = sql`r.kind = 'remote' and r.gone_at is null and r.suspended_at is null`;

function columns(sender: SQL, follows: SQL): SQL {
  return sql`
    r.iri as actor, r.inbox,
    case when s.gone_at is null then r.shared_inbox end as shared_inbox,
    ${follows} as follows,
    exists (select from blocks b where (b.blocker_id = ${sender} and b.blocked_id = r.id)
      or (b.blocker_id = r.id and b.blocked_id = ${sender})) as blocked`;
}

function isFollower(sender: SQL): SQL {
  return sql`exists (select from follows f
    where f.followee_id = ${sender} and f.follower_id = r.id and f.state = 'accepted')`;
}

function idOf(id: Id): SQL {
  return sql`${id.toString()}::bigint`;
}

/** A page of the accepted followers elsewhere, in the order of their follows. */
export async function followerCandidates(
  db: Queryable,
  senderId: Id,
  page: { readonly after: Id; readonly limit: number },
): Promise<{ candidates: Candidate[]; next: Id | null }> {
  const rows = await db.execute<CandidateRow & { follow_id: string }>(sql`
    select f.id as follow_id, ${columns(idOf(senderId), sql`true`)}
    from follows f
    join actors r on r.id = f.follower_id
    left join inboxes s on s.url = r.shared_inbox
    where f.followee_id = ${idOf(senderId)} and f.state = 'accepted' and f.id > ${idOf(page.after)}
      and ${present}
    order by f.id
    limit ${page.limit}`);
  const last = rows.at(-1);
  return {
    candidates: rows.map(toCandidate),
    next: last === undefined || rows.length < page.limit ? null : BigInt(last.follow_id),
  };
}

/** Those elsewhere whom an activity names, and those of `iris` that we know. */
export async function namedCandidates(
  db: Queryable,
  activity: { readonly id: Id; readonly actorId: Id },
  iris: readonly string[],
): Promise<Candidate[]> {
  const sender = idOf(activity.actorId);
  const rows = await db.execute<CandidateRow>(sql`
    select ${columns(sender, isFollower(sender))}
    from actors r
    left join inboxes s on s.url = r.shared_inbox
    where ${present} and r.id in (
      select actor_id from activity_recipients where activity_id = ${idOf(activity.id)}
      union select id from actors where iri in ${texts(iris)})`);
  return rows.map(toCandidate);
}

/** Delivery → the actors behind its inbox. More than one on servers that have one inbox for all. */
export async function candidatesBehind(
  db: Queryable,
  deliveryIds: Iterable<Id>,
): Promise<Map<Id, Candidate[]>> {
  const sender = sql`a.actor_id`;
  const rows = await db.execute<CandidateRow & { delivery_id: string }>(sql`
    select d.id as delivery_id, ${columns(sender, isFollower(sender))}
    from deliveries d
    join activities a on a.id = d.activity_id
    join inboxes i on i.id = d.inbox_id
    join actors r on r.inbox = i.url
    left join inboxes s on s.url = r.shared_inbox
    where d.id = any(${bigints(deliveryIds)}) and ${present}`);
  const found = new Map<Id, Candidate[]>();
  for (const row of rows) {
    const id = BigInt(row.delivery_id);
    found.set(id, [...(found.get(id) ?? []), toCandidate(row)]);
  }
  return found;
}

function toCandidate(row: CandidateRow): Candidate {
  return {
    actor: row.actor,
    inbox: row.inbox,
    sharedInbox: row.shared_inbox,
    follows: row.follows,
    blocked: row.blocked,
  };
}

/** An inbox with the host that it is on. */
export interface Target {
  readonly url: string;
  readonly host: string;
}

/**
 * Queues an activity for inboxes; any number of times, it is queued once for each. Hosts that are
 * left alone are waited for; those that have been lost for a week get a row for the record only.
 * Returns how many those are.
 */
export async function queueDeliveries(
  db: Queryable,
  activityId: Id,
  targets: readonly Target[],
  now: Date,
): Promise<{ readonly lost: number }> {
  if (targets.length === 0) return { lost: 0 };
  const given = sql`${rowsFrom(targets.map(({ url, host }) => ({ url, host })))} as t (url text, host text)`;
  // Looked up first: ON CONFLICT alone would use up an id of the sequence for each known row.
  await db.execute(sql`
    insert into hosts (name) select distinct t.host from ${given}
    where not exists (select from hosts h where h.name = t.host) order by 1
    on conflict do nothing`);
  await db.execute(sql`
    insert into inboxes (url, host_id) select distinct t.url, h.id from ${given} join hosts h on h.name = t.host
    where not exists (select from inboxes i where i.url = t.url) order by 1
    on conflict do nothing`);
  return insertRows(db, activityId, now, sql`inboxes i join ${given} on t.url = i.url`, sql`true`);
}

/**
 * Queues an activity for a page of the inboxes that anything about the post was ever sent to, apart
 * from what was sent to one recipient by name: that is recalled by name.
 * Returns the last inbox of the page, or null when there are no more.
 */
export async function queueForHistory(
  db: Queryable,
  activityId: Id,
  postId: Id,
  page: { readonly after: number; readonly limit: number; readonly now: Date },
): Promise<number | null> {
  const rows = await db.execute<{ inbox_id: number }>(sql`
    select distinct d.inbox_id
    from activities a join deliveries d on d.activity_id = a.id
    where a.post_id = ${idOf(postId)} and a.id <> ${idOf(activityId)} and a.disclosure_id is null
      and d.attempts > 0 and d.inbox_id > ${page.after}
    order by d.inbox_id
    limit ${page.limit}`);
  if (rows.length === 0) return null;
  const ids = rowsFrom(rows.map((row) => ({ id: row.inbox_id })));
  const chosen = sql`i.id in (select id from ${ids} as t (id int))`;
  await insertRows(db, activityId, page.now, sql`inboxes i`, chosen);
  return rows.length < page.limit ? null : (rows.at(-1)?.inbox_id ?? null);
}

async function insertRows(
  db: Queryable,
  activityId: Id,
  now: Date,
  from: SQL,
  where: SQL,
): Promise<{ readonly lost: number }> {
  const lostSince = instant(new Date(now.getTime() - LOST_AFTER));
  const at = instant(now);
  const [row] = await db.execute<{ lost: number }>(sql`
    with queued as (
    insert into deliveries (activity_id, inbox_id, host_id, state, due_at, last_result, finished_at)
    select ${idOf(activityId)}, i.id, h.id,
      case when lost then 'dead' else 'queued' end,
      greatest(${at}, h.open_until),
      case when lost then ${HOST_LOST} end,
      case when lost then ${at} end
    from ${from} join hosts h on h.id = i.host_id
      cross join lateral (
        select coalesce(h.failing_since < ${lostSince} and h.open_until > ${at}, false) as lost) l
    where i.gone_at is null and ${where}
    order by i.id
    on conflict (activity_id, inbox_id) do nothing
    returning state)
    select count(*) filter (where state = 'dead')::int as lost from queued`);
  return { lost: row?.lost ?? 0 };
}
