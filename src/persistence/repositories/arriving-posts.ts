import { sql, type SQL } from "drizzle-orm";
import { parseAudience, type Audience } from "../../domain/audience/audience.ts";
import type { Id } from "../../domain/ids.ts";
import type { Transaction } from "../database.ts";
import type { ActorRecord } from "./actors.ts";
import { concernedActors, toConcerned, type Concerned } from "./concerned-actors.ts";
import { publisherOf } from "./posts.ts";
import { MAX_THREAD_DEPTH, type AncestorPost } from "./threads.ts";

/** What must be known of a post from elsewhere that arrives. */
export interface Arriving {
  readonly iri: string;
  readonly inReplyTo: string | null;
  readonly authorId: Id;
  /** of those who number their revisions; else null */
  readonly revision: number | null;
  /** who may have deleted it before it came: its author, or the owner who relays it */
  readonly authority: string;
  /** those of its addresses and mentions that may be of our own actors */
  readonly ownAddresses: readonly string[];
}

/** The post as we have it already. */
export interface KnownPost {
  readonly id: Id;
  readonly authorId: Id;
  readonly revision: number;
  readonly publishedAt: Date;
  readonly editedAt: Date | null;
  readonly withdrawn: boolean;
  readonly audience: Audience;
  readonly inReplyToId: Id | null;
  readonly relayedBy: string | null;
}

/** The world around an arriving post. */
export interface Surroundings {
  readonly known: KnownPost | null;
  /** its author deleted it, up to this revision or for good */
  readonly suppressed: boolean;
  /** parent first */
  readonly ancestors: readonly AncestorPost[];
  /** one of our actors follows the author */
  readonly followed: boolean;
  /** those of the addresses that are our actors */
  readonly ownActors: readonly string[];
  /** our actors who may want to hear of it */
  readonly concerned: readonly Concerned[];
  /** replies are here that wait for it */
  readonly hasOrphans: boolean;
}

/** Until the end of the transaction nobody else stores or deletes the post with that IRI. */
export async function lockArrivingPost(tx: Transaction, iri: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${iri}, 0))`);
}

/** Everything in one statement: a Create has eight. */
export async function findSurroundings(
  tx: Transaction,
  { iri, inReplyTo, authorId, revision, authority, ownAddresses }: Arriving,
): Promise<Surroundings> {
  const [row] = await tx.execute<SurroundingsRow>(sql`
    with recursive above as (
      select id, in_reply_to_id, 1 as depth from posts where iri = ${inReplyTo}
      union all
      select posts.id, posts.in_reply_to_id, depth + 1
      from above join posts on posts.id = above.in_reply_to_id
      where depth < ${MAX_THREAD_DEPTH}
    )
    select
      (select jsonb_build_object(
          'id', id::text, 'authorId', author_id::text, 'revision', revision,
          'publishedAt', published_at, 'editedAt', edited_at, 'withdrawn', withdrawn_at is not null,
          'audience', to_jsonb(audience), 'inReplyToId', in_reply_to_id::text, 'relayedBy', relayed_by)
        from posts where iri = ${iri}) as known,
      exists (select from tombstones t where t.iri = ${iri} and t.actor_iri = ${authority}
        and (t.revision is null or ${revision}::int is null or t.revision >= ${revision}::int)
      ) as suppressed,
      (select jsonb_agg(jsonb_build_object(
          'id', p.id::text, 'iri', p.iri, 'authorId', p.author_id::text, 'author', w.iri,
          'kind', w.kind, 'audience', to_jsonb(p.audience), 'relayedBy', p.relayed_by,
          'withdrawn',
            p.withdrawn_at is not null or w.suspended_at is not null or w.gone_at is not null,
          'contextIri', p.context_iri, 'label', p.label) order by above.depth)
        from above join posts p on p.id = above.id join actors w on w.id = p.author_id) as ancestors,
      exists (
        select from follows join actors on actors.id = follows.follower_id
        where follows.followee_id = ${authorId} and follows.state = 'accepted'
          and actors.kind <> 'remote') as followed,
      (select jsonb_agg(actors.iri) from actors
        where actors.kind <> 'remote' and actors.iri in (${list(ownAddresses)})) as own_actors,
      ${concernedActors({ authorId, inReplyTo, ownAddresses })} as concerned,
      exists (
        select from posts where in_reply_to_iri = ${iri} and in_reply_to_id is null) as has_orphans`);
  if (row === undefined) throw new Error("a select without from returned no row");
  return {
    known: row.known === null ? null : toKnownPost(fromJsonb(row.known) as KnownRow),
    suppressed: row.suppressed,
    ancestors: ((fromJsonb(row.ancestors) ?? []) as AncestorRow[]).map(toAncestor),
    followed: row.followed,
    ownActors: (fromJsonb(row.own_actors) ?? []) as string[],
    concerned: toConcerned(row.concerned),
    hasOrphans: row.has_orphans,
  };
}

interface SurroundingsRow extends Record<string, unknown> {
  readonly known: unknown;
  readonly suppressed: boolean;
  readonly ancestors: unknown;
  readonly followed: boolean;
  readonly own_actors: unknown;
  readonly concerned: unknown;
  readonly has_orphans: boolean;
}

type KnownRow = Record<"id" | "authorId" | "publishedAt", string> &
  Record<"editedAt" | "inReplyToId" | "relayedBy", string | null> & {
    readonly revision: number;
    readonly withdrawn: boolean;
    readonly audience: string[];
  };

type AncestorRow = Omit<AncestorPost, "id" | "authorId" | "audience" | "publishedBy"> & {
  readonly id: string;
  readonly authorId: string;
  readonly audience: string[];
  readonly kind: ActorRecord["kind"];
};

/** Drizzle leaves the jsonb of a raw statement as text. */
function fromJsonb(value: unknown): unknown {
  return typeof value === "string" ? JSON.parse(value) : value;
}

function toKnownPost(row: KnownRow): KnownPost {
  return {
    ...row,
    id: BigInt(row.id),
    authorId: BigInt(row.authorId),
    publishedAt: new Date(row.publishedAt),
    editedAt: row.editedAt === null ? null : new Date(row.editedAt),
    audience: parseAudience(row.audience),
    inReplyToId: row.inReplyToId === null ? null : BigInt(row.inReplyToId),
  };
}

function toAncestor({ id, authorId, audience, kind, ...row }: AncestorRow): AncestorPost {
  return {
    ...row,
    id: BigInt(id),
    authorId: BigInt(authorId),
    audience: parseAudience(audience),
    publishedBy: publisherOf(kind),
  };
}

function list(values: readonly string[]): SQL {
  if (values.length === 0) return sql`null`;
  return sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  );
}

/**
 * Counts a public reply in (1) or out (-1) of its parent's replies: a number that anybody may read must
 * not tell of hidden ones. The database counts the posts of an author itself.
 */
export async function countReply(tx: Transaction, parent: Id | null, step: 1 | -1): Promise<void> {
  if (parent === null) return;
  await tx.execute(sql`
    update posts set replies_count = greatest(replies_count + ${step}, 0) where id = ${parent}`);
}

/** A reply whose parent has just arrived, or a reply further down. */
export interface Orphan {
  readonly id: Id;
  readonly author: string;
  readonly audience: Audience;
}

/**
 * Makes the replies that wait for `parent` its children: all, or those by actors of one origin. An
 * ancestor of it never becomes one.
 */
export async function adoptOrphans(
  tx: Transaction,
  parent: {
    readonly id: Id;
    readonly iri: string;
    readonly ancestors: readonly AncestorPost[];
    readonly onlyFrom: string | null;
  },
): Promise<void> {
  const above = parent.ancestors.map((ancestor) => ancestor.id.toString());
  await tx.execute(sql`
    with adopted as (
      update posts set in_reply_to_id = ${parent.id}
      where in_reply_to_iri = ${parent.iri} and in_reply_to_id is null
        and id <> ${parent.id} and id::text not in (${list(["", ...above])})
        and (${parent.onlyFrom}::text is null or exists (select from actors w
          where w.id = author_id and starts_with(w.iri, ${parent.onlyFrom} || '/')))
      returning 'public' = any(audience) and withdrawn_at is null as counted)
    update posts set replies_count = replies_count + (select count(*) from adopted where counted)
    where id = ${parent.id}`);
}

/** All replies below a post, each level after the one above. */
export async function findBelow(tx: Transaction, id: Id): Promise<Orphan[]> {
  const rows = await tx.execute<{ id: string; author: string; audience: string[] }>(sql`
    with recursive below as (
      select id, author_id, audience, 1 as depth from posts where in_reply_to_id = ${id}
      union all
      select posts.id, posts.author_id, posts.audience, depth + 1
      from below join posts on posts.in_reply_to_id = below.id where depth < ${MAX_THREAD_DEPTH}
    )
    select below.id::text as id, actors.iri as author, below.audience
    from below join actors on actors.id = below.author_id order by depth`);
  return rows.map((row) => ({
    id: BigInt(row.id),
    author: row.author,
    audience: parseAudience(row.audience),
  }));
}
