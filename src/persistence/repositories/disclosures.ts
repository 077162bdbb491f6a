import { sql } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Queryable } from "../database.ts";
import type { disclosureEvents } from "../schema/index.ts";
import { bigints, instant, rowsFrom } from "./set-parameters.ts";

export type DisclosureEvent = typeof disclosureEvents.$inferSelect.event;

/** A line for the record of what became of a disclosure. */
export interface NewEvent {
  readonly disclosureId: Id;
  readonly event: DisclosureEvent;
  readonly detail: string;
}

/** Adds events; one that a disclosure has already is not added again. */
export async function addEvents(
  db: Queryable,
  events: readonly NewEvent[],
  now: Date,
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ disclosureId, event, detail }) => ({
    disclosure: disclosureId.toString(),
    event,
    detail,
  }));
  await db.execute(sql`
    insert into disclosure_events (disclosure_id, event, detail, created_at)
    select t.disclosure, t.event, t.detail, ${instant(now)}
    from ${rowsFrom(rows)} as t (disclosure bigint, event text, detail text)
    on conflict do nothing`);
}

/** Somebody who has a post: the last disclosure to them, of which nothing was recalled. */
export interface Holder {
  readonly disclosureId: Id;
  readonly postId: Id;
  readonly actorId: Id;
  readonly actor: string;
  /** the last revision that they were sent */
  readonly revision: number;
  /** their server took it */
  readonly arrived: boolean;
}

/** Who has a post by name, and what an actor has by name: all of `postId`, or all of `actorId`. */
export async function findHolders(
  db: Queryable,
  { postId, actorId }: { readonly postId?: Id; readonly actorId?: Id },
): Promise<Holder[]> {
  const of = (column: string, id: Id | undefined) =>
    id === undefined ? sql`true` : sql`${sql.raw(column)} = ${id.toString()}::bigint`;
  const rows = await db.execute<{
    id: string;
    post_id: string;
    actor_id: string;
    iri: string;
    revision: number;
    arrived: boolean;
  }>(sql`
    select d.id, d.post_id, d.actor_id, a.iri, d.revision,
      exists (select from disclosure_events e
        where e.disclosure_id = d.id and e.event = 'delivered') as arrived
    from (
      select distinct on (post_id, actor_id) id, post_id, actor_id, revision
      from disclosures
      where lane = 'kin' and actor_id is not null
        and ${of("post_id", postId)} and ${of("actor_id", actorId)}
      order by post_id, actor_id, id desc
    ) d
    join actors a on a.id = d.actor_id
    where not exists (
      select from disclosure_events e
      where e.disclosure_id = d.id
        and (e.event = 'recall_sent' or (e.event = 'not_delivered' and e.detail = ${UNSENT})))`);
  return rows.map((row) => ({
    disclosureId: BigInt(row.id),
    postId: BigInt(row.post_id),
    actorId: BigInt(row.actor_id),
    actor: row.iri,
    revision: row.revision,
    arrived: row.arrived,
  }));
}

/** Detail of a disclosure that was taken back before anything left this server. */
export const UNSENT = "taken back before it was sent";

/**
 * Drops what still waits to be sent to one actor about a post, and tells whether anything was ever
 * tried: only then they may have it.
 */
export async function dropQueuedTo(
  db: Queryable,
  { postId, actorId }: { readonly postId: Id; readonly actorId: Id },
  now: Date,
): Promise<{ readonly tried: boolean }> {
  const rows = await db.execute<{ tried: boolean }>(sql`
    with about as (
      select d.id, d.state, d.attempts
      from disclosures s
      join activities a on a.disclosure_id = s.id and a.type <> 'Delete'
      join deliveries d on d.activity_id = a.id
      where s.post_id = ${postId.toString()}::bigint and s.actor_id = ${actorId.toString()}::bigint
    ), dropped as (
      update deliveries d
      set state = 'dropped', last_result = 'withdrawn', finished_at = ${instant(now)}
      from about where d.id = about.id and about.state = 'queued'
    )
    select coalesce(bool_or(attempts > 0), false) as tried from about`);
  return { tried: rows[0]?.tried === true };
}

/** The last disclosures of a post to followers and to everybody that were not recalled. */
export async function findOpenDisclosures(db: Queryable, postId: Id): Promise<Id[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select d.id from (
      select distinct on (recipient) id from disclosures
      where post_id = ${postId.toString()}::bigint and lane = 'open'
      order by recipient, id desc
    ) d
    where not exists (
      select from disclosure_events e where e.disclosure_id = d.id and e.event = 'recall_sent')`);
  return rows.map((row) => BigInt(row.id));
}

/** One line of the record: a revision was made available to somebody, and what became of it. */
export interface DisclosureLine {
  readonly id: Id;
  readonly postId: Id;
  readonly postIri: string;
  readonly revision: number;
  readonly title: string;
  readonly recipient: "actor" | "followers" | "public";
  readonly actor: {
    readonly id: Id;
    readonly iri: string;
    readonly name: string;
    readonly handle: string;
    readonly host: string;
  } | null;
  readonly atom: string;
  readonly lane: "kin" | "notice" | "open";
  readonly label: string | null;
  readonly termsSha256: string | null;
  readonly createdAt: Date;
  readonly events: readonly {
    readonly event: DisclosureEvent;
    readonly detail: string;
    readonly at: Date;
  }[];
}

type LineRow = {
  id: string;
  post_id: string;
  post_iri: string;
  revision: number;
  title: string;
  recipient: DisclosureLine["recipient"];
  actor_id: string | null;
  actor_iri: string;
  actor_name: string;
  actor_handle: string;
  actor_host: string;
  atom: string;
  lane: DisclosureLine["lane"];
  label: string | null;
  terms_sha256: string | null;
  created_at: string;
};

type EventRow = { disclosure_id: string; event: DisclosureEvent; detail: string; at: string };

/** Which lines of the record to read, newest first. */
export interface DisclosureFilter {
  /** origin of an organization, without a slash at its end: it and everybody on its server */
  readonly origin?: string | undefined;
  readonly postId?: Id | undefined;
  readonly before?: Id | undefined;
  readonly limit: number;
}

/** Lines of the record with their events, newest first; two statements. */
export async function listLines(
  db: Queryable,
  { origin, postId, before, limit }: DisclosureFilter,
): Promise<DisclosureLine[]> {
  const rows = await db.execute<LineRow>(sql`
    select d.id, d.post_id, p.iri as post_iri, d.revision, d.title, d.recipient,
      d.actor_id, a.iri as actor_iri, a.name as actor_name, a.handle as actor_handle,
      a.host as actor_host, d.atom, d.lane, d.label, d.terms_sha256, d.created_at
    from disclosures d
    join posts p on p.id = d.post_id
    left join actors a on a.id = d.actor_id
    where ${origin === undefined ? sql`true` : sql`starts_with(a.iri, ${`${origin}/`})`}
      and ${postId === undefined ? sql`true` : sql`d.post_id = ${postId.toString()}::bigint`}
      and ${before === undefined ? sql`true` : sql`d.id < ${before.toString()}::bigint`}
    order by d.id desc
    limit ${limit}`);
  const events = await db.execute<EventRow>(sql`
    select disclosure_id, event, detail, created_at as at from disclosure_events
    where disclosure_id = any(${bigints(rows.map((row) => BigInt(row.id)))})
    order by created_at, id`);
  const byDisclosure = Map.groupBy(events, (event) => event.disclosure_id);
  return rows.map((row) => toLine(row, byDisclosure.get(row.id) ?? []));
}

function toLine(row: LineRow, events: readonly EventRow[]): DisclosureLine {
  return {
    id: BigInt(row.id),
    postId: BigInt(row.post_id),
    postIri: row.post_iri,
    revision: row.revision,
    title: row.title,
    recipient: row.recipient,
    actor:
      row.actor_id === null
        ? null
        : {
            id: BigInt(row.actor_id),
            iri: row.actor_iri,
            name: row.actor_name,
            handle: row.actor_handle,
            host: row.actor_host,
          },
    atom: row.atom,
    lane: row.lane,
    label: row.label,
    termsSha256: row.terms_sha256,
    createdAt: new Date(row.created_at),
    events: events.map(({ event, detail, at }) => ({ event, detail, at: new Date(at) })),
  };
}
