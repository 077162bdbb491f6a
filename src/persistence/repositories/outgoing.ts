import { sql } from "drizzle-orm";
import { parseAudience, type Audience } from "../../domain/audience/audience.ts";
import type { Guarded } from "../../domain/audience/policy.ts";
import type { Id } from "../../domain/ids.ts";
import type { Queryable } from "../database.ts";
import type { ActorRecord } from "./actors.ts";
import { publisherOf } from "./posts.ts";
import { bigints } from "./set-parameters.ts";
import { findAncestors, type AncestorPost } from "./threads.ts";

/** An activity on its way out, with the present state of the post that it is about. */
export interface OutgoingState {
  readonly id: Id;
  readonly actorId: Id;
  readonly type: string;
  /** revision of the post that the body holds */
  readonly revision: number | null;
  readonly audience: Audience;
  readonly post: OutgoingPost | null;
  /** the line of the disclosure record that it makes or recalls */
  readonly disclosureId: Id | null;
}

/** What the policy and the queue must know of a post; its text is not among it. */
export interface OutgoingPost extends Guarded {
  readonly id: Id;
  readonly iri: string;
  readonly revision: number;
  /** the posts that it answers, parent first; read for what is not public alone */
  readonly above: readonly AncestorPost[];
}

type Row = {
  id: string;
  actor_id: string;
  type: string;
  revision: number | null;
  audience: string[];
  disclosure_id: string | null;
  post_id: string | null;
  post_revision: number;
  post_iri: string;
  post_audience: string[];
  withdrawn: boolean;
  author: string;
  author_kind: ActorRecord["kind"];
  relayed_by: string | null;
  is_closed_reply: boolean;
};

/** Activity → its present state, for those that exist; one statement, two for replies to few. */
export async function findOutgoing(
  db: Queryable,
  ids: Iterable<Id>,
): Promise<Map<Id, OutgoingState>> {
  const rows = await db.execute<Row>(sql`
    select a.id, a.actor_id, a.type, a.revision, a.audience, a.disclosure_id,
      p.id as post_id, p.iri as post_iri, p.revision as post_revision, p.audience as post_audience,
      p.withdrawn_at is not null or n.withdrawn_at is not null
        or w.suspended_at is not null or w.gone_at is not null as withdrawn,
      w.iri as author, w.kind as author_kind, p.relayed_by,
      p.in_reply_to_id is not null and not (p.audience @> '{public}') as is_closed_reply
    from activities a
    left join notices n on n.id = a.notice_id
    left join posts p on p.id = coalesce(a.post_id, n.post_id)
    left join actors w on w.id = p.author_id
    where a.id = any(${bigints(ids)})`);
  const replies = rows.flatMap(({ post_id, is_closed_reply }) =>
    post_id !== null && is_closed_reply ? [BigInt(post_id)] : [],
  );
  const above = replies.length === 0 ? NOTHING_ABOVE : await findAncestors(db, new Set(replies));
  return new Map(rows.map((row) => [BigInt(row.id), toState(row, above)]));
}

const NOTHING_ABOVE: ReadonlyMap<Id, AncestorPost[]> = new Map();

function toState(row: Row, above: ReadonlyMap<Id, AncestorPost[]>): OutgoingState {
  return {
    id: BigInt(row.id),
    actorId: BigInt(row.actor_id),
    type: row.type,
    revision: row.revision,
    audience: parseAudience(row.audience),
    disclosureId: row.disclosure_id === null ? null : BigInt(row.disclosure_id),
    post: row.post_id === null ? null : toPost(row, BigInt(row.post_id), above),
  };
}

function toPost(row: Row, id: Id, above: ReadonlyMap<Id, AncestorPost[]>): OutgoingPost {
  return {
    id,
    iri: row.post_iri,
    revision: row.post_revision,
    author: row.author,
    publishedBy: publisherOf(row.author_kind),
    audience: parseAudience(row.post_audience),
    withdrawn: row.withdrawn,
    relayedBy: row.relayed_by,
    above: above.get(id) ?? [],
  };
}

/** Activity → the bytes to send. */
export async function loadBodies(db: Queryable, ids: Iterable<Id>): Promise<Map<Id, string>> {
  const rows = await db.execute<{ id: string; body: string }>(
    sql`select id, body from activities where id = any(${bigints(ids)})`,
  );
  return new Map(rows.map((row) => [BigInt(row.id), row.body]));
}
