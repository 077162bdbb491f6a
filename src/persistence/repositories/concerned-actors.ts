import { sql, type SQL } from "drizzle-orm";
import type { Role } from "../../domain/audience/policy.ts";
import type { Id } from "../../domain/ids.ts";
import type { Transaction } from "../database.ts";
import { texts } from "./set-parameters.ts";

/** One of our actors whom a post may concern; whether they may see it is still to be decided. */
export interface Concerned {
  readonly id: Id;
  readonly iri: string;
  /** what whoever acts as this actor may do */
  readonly role: Role;
  /** mentioned, addressed or answered; else only told of whatever the author posts */
  readonly named: boolean;
}

/** What of a post tells whom it concerns. */
export interface ConcerningPost {
  readonly authorId: Id;
  /** IRI of the post that it answers */
  readonly inReplyTo: string | null;
  /** those of its addresses and mentions that may be of our own actors */
  readonly ownAddresses: readonly string[];
}

/** SQL: one of our actors each as JSON in a list, or null; for `toConcerned`. */
export function concernedActors({ authorId, inReplyTo, ownAddresses }: ConcerningPost): SQL {
  return sql`(select jsonb_agg(jsonb_build_object(
      'id', a.id::text, 'iri', a.iri, 'role', coalesce(m.role, 'editor'), 'named', c.named))
    from (
      select id, bool_or(named) as named from (
        select id, true as named from actors where kind <> 'remote' and iri in ${texts(ownAddresses)}
        union all select author_id, true from posts where iri = ${inReplyTo} and local
        union all select follower_id, false from follows
          where followee_id = ${authorId} and state = 'accepted' and notify
      ) as reasons group by id
    ) as c
    join actors a on a.id = c.id and a.kind in ('member', 'organization') and a.id <> ${authorId}
    left join members m on m.actor_id = a.id)`;
}

/** Drizzle leaves the jsonb of a raw statement as text. */
export function toConcerned(value: unknown): Concerned[] {
  const rows = (typeof value === "string" ? JSON.parse(value) : value) as ConcernedRow[] | null;
  return (rows ?? []).map((row) => ({ ...row, id: BigInt(row.id) }));
}

type ConcernedRow = Omit<Concerned, "id"> & { readonly id: string };

/** Those of our actors whom a post may concern; one statement. */
export async function findConcerned(tx: Transaction, post: ConcerningPost): Promise<Concerned[]> {
  const [row] = await tx.execute<{ concerned: unknown }>(
    sql`select ${concernedActors(post)} as concerned`,
  );
  return toConcerned(row?.concerned ?? null);
}

/** Those of our actors who boosted a post, or whose posts quote it. */
export async function findInvolved(
  tx: Transaction,
  postId: Id,
): Promise<(Concerned & { readonly quotes: boolean })[]> {
  const rows = await tx.execute<ConcernedRow & { readonly quotes: boolean }>(sql`
    select a.id::text as id, a.iri, coalesce(m.role, 'editor') as role, true as named, i.quotes
    from (
      select actor_id as id, false as quotes from reactions
        where post_id = ${postId} and type = 'boost'
      union select p.author_id, true from quotes q join posts p on p.id = q.post_id
        where q.quoted_id = ${postId} and q.state = 'accepted' and p.local
    ) as i
    join actors a on a.id = i.id and a.kind in ('member', 'organization')
    left join members m on m.actor_id = a.id`);
  return rows.map((row) => ({ ...row, id: BigInt(row.id) }));
}
