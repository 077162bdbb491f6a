import { sql } from "drizzle-orm";
import { parseAudience } from "../../domain/audience/audience.ts";
import type { Guarded } from "../../domain/audience/policy.ts";
import type { Id } from "../../domain/ids.ts";
import type { Label } from "../../domain/practice.ts";
import type { Queryable, Transaction } from "../database.ts";
import type { ActorRecord } from "./actors.ts";
import { publisherOf } from "./posts.ts";
import { bigints, instant } from "./set-parameters.ts";

/** Longer threads are no conversation, but a way to make each reply to them expensive. */
export const MAX_THREAD_DEPTH = 1_000;

/** A post above another one in its thread, as far as the policy and the wire need it. */
export interface AncestorPost extends Guarded {
  readonly id: Id;
  readonly iri: string;
  readonly authorId: Id;
  /** `Article` for a practice */
  readonly type: string;
  readonly contextIri: string | null;
  readonly label: Label | null;
}

type AncestorRow = {
  start: string;
  id: string;
  iri: string;
  author_id: string;
  author: string;
  author_kind: ActorRecord["kind"];
  audience: string[];
  withdrawn: boolean;
  relayed_by: string | null;
  type: string;
  context_iri: string | null;
  label: Label | null;
};

/** Post → the posts above it, parent first; those without a parent here are left out. One statement. */
export async function findAncestors(
  db: Queryable,
  ids: Iterable<Id>,
): Promise<Map<Id, AncestorPost[]>> {
  const rows = await db.execute<AncestorRow>(sql`
    with recursive above as (
      select p.id as start, p.in_reply_to_id as id, 1 as depth
      from posts p where p.id = any(${bigints(ids)}) and p.in_reply_to_id is not null
      union all
      select above.start, p.in_reply_to_id, depth + 1
      from above join posts p on p.id = above.id
      where p.in_reply_to_id is not null and depth < ${MAX_THREAD_DEPTH}
    )
    select above.start, p.id, p.iri, p.author_id, w.iri as author, w.kind as author_kind, p.audience,
      p.withdrawn_at is not null or w.suspended_at is not null or w.gone_at is not null as withdrawn,
      p.relayed_by, p.type, p.context_iri, p.label
    from above join posts p on p.id = above.id join actors w on w.id = p.author_id
    order by above.start, above.depth`);
  const found = new Map<Id, AncestorPost[]>();
  for (const row of rows) {
    const start = BigInt(row.start);
    const chain = found.get(start) ?? [];
    chain.push(toAncestorPost(row));
    found.set(start, chain);
  }
  return found;
}

function toAncestorPost(row: AncestorRow): AncestorPost {
  return {
    id: BigInt(row.id),
    iri: row.iri,
    authorId: BigInt(row.author_id),
    author: row.author,
    publishedBy: publisherOf(row.author_kind),
    audience: parseAudience(row.audience),
    withdrawn: row.withdrawn,
    relayedBy: row.relayed_by,
    type: row.type,
    contextIri: row.context_iri,
    label: row.label,
  };
}

/** The replies below a post at any depth, oldest first, at most `limit`. */
export async function findReplies(
  db: Queryable,
  id: Id,
  page: { readonly limit: number; readonly after?: Id },
): Promise<Id[]> {
  const rows = await db.execute<{ id: string }>(sql`
    with recursive below as (
      select id, 1 as depth from posts where in_reply_to_id = ${id.toString()}::bigint
      union all
      select p.id, depth + 1 from below cross join lateral (
        select id from posts where in_reply_to_id = below.id offset 0) p
      where depth < ${MAX_THREAD_DEPTH}
    )
    select below.id from below cross join lateral (
      select from posts where id = below.id and withdrawn_at is null limit 1) p
    where below.id > ${(page.after ?? 0n).toString()}::bigint
    order by below.id limit ${page.limit}`);
  return rows.map((row) => BigInt(row.id));
}

/**
 * Empties the replies from elsewhere below a post that were for few, as their discussion is over
 * here. Our own members' replies keep their text, for their authors.
 */
export async function emptyClosedBelow(tx: Transaction, id: Id, now: Date): Promise<void> {
  await tx.execute(sql`
    with recursive below as (
      select id, 1 as depth from posts where in_reply_to_id = ${id.toString()}::bigint
      union all
      select p.id, depth + 1 from below join posts p on p.in_reply_to_id = below.id
      where depth < ${MAX_THREAD_DEPTH}
    )
    , emptied as (
      update posts set withdrawn_at = ${instant(now)}, title = '', summary = '', content_html = '',
        tags = '[]', attachments = '[]'
      where id in (select id from below) and not local and withdrawn_at is null
        and not (audience @> '{public}')
      returning id)
    , unasked as (delete from polls where post_id in (select id from emptied))
    delete from post_edits where post_id in (select id from emptied)`);
}
