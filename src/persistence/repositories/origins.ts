import { eq, sql, type AnyColumn, type InferSelectModel, type SQL } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Queryable, Transaction } from "../database.ts";
import { actors, organization, origins, partnerships } from "../schema/index.ts";
import { instant, texts } from "./set-parameters.ts";

export type OriginRecord = InferSelectModel<typeof origins>;

/** The host in a stored IRI, with its port where there is one. */
export function hostIn(iri: AnyColumn | SQL): SQL<string> {
  return sql<string>`substring(${iri} from '^[a-z]+://([^/?#]+)')`;
}

/** All rules, whether only listed origins may federate, and the IRIs of active partners. */
export async function loadOrigins(db: Queryable): Promise<{
  origins: OriginRecord[];
  allowListOnly: boolean;
  partners: string[];
}> {
  const [rules, [mode], partners] = await Promise.all([
    db.select().from(origins).orderBy(origins.host),
    db.select({ only: organization.allowListOnly }).from(organization),
    db
      .selectDistinct({ iri: actors.iri })
      .from(partnerships)
      .innerJoin(actors, eq(actors.id, partnerships.partnerId))
      .where(eq(partnerships.state, "active")),
  ]);
  return {
    origins: rules,
    allowListOnly: mode?.only ?? false,
    partners: partners.map((partner) => partner.iri),
  };
}

/** The hosts of all actors elsewhere that we know, as `hostIn` writes them. */
export async function knownHosts(db: Queryable): Promise<string[]> {
  const rows = await db.execute<{ host: string }>(
    sql`select distinct ${hostIn(sql`a.iri`)} as host from actors a where a.kind = 'remote'`,
  );
  return rows.map((row) => row.host);
}

/** What there is between us and one host. */
export interface Ties {
  readonly host: string;
  /** accepted followers of our actors, and requests that wait for us */
  readonly followers: number;
  /** whom our actors follow, or have asked to */
  readonly followed: number;
  readonly partnerships: number;
  /** offers of a partnership that wait for either side */
  readonly offers: number;
}

/** What there is between us and each host that we have anything with. */
export async function tiesByHost(db: Queryable): Promise<Ties[]> {
  const rows = await db.execute<{ [Field in keyof Ties]: string }>(sql`
    select host, sum(followers) as followers, sum(followed) as followed,
      sum(partnerships) as partnerships, sum(offers) as offers
    from (
      select ${hostIn(sql`a.iri`)} as host, 1 as followers, 0 as followed, 0 as partnerships, 0 as offers
      from follows f join actors a on a.id = f.follower_id join actors o on o.id = f.followee_id
      where a.kind = 'remote' and o.kind <> 'remote' and f.state in ('pending', 'accepted')
      union all
      select ${hostIn(sql`a.iri`)}, 0, 1, 0, 0
      from follows f join actors a on a.id = f.followee_id join actors o on o.id = f.follower_id
      where a.kind = 'remote' and o.kind <> 'remote' and f.state in ('pending', 'accepted')
      union all
      select ${hostIn(sql`a.iri`)}, 0, 0, (p.state = 'active')::int, (p.state <> 'active')::int
      from partnerships p join actors a on a.id = p.partner_id
      where p.state in ('offered', 'asked', 'active')
    ) ties
    group by host order by host`);
  return rows.map((row) => ({
    host: row.host,
    followers: Number(row.followers),
    followed: Number(row.followed),
    partnerships: Number(row.partnerships),
    offers: Number(row.offers),
  }));
}

/** Ends all follows between our actors and those on the hosts, with the counters that hang on them. */
export async function endFollowsWith(
  tx: Transaction,
  hosts: readonly string[],
  now: Date,
): Promise<void> {
  if (hosts.length === 0) return;
  await tx.execute(sql`
    with ended as (
      select f.id, f.follower_id, f.followee_id, f.state, fr.kind = 'remote' as from_there
      from follows f join actors fr on fr.id = f.follower_id join actors fe on fe.id = f.followee_id
      where f.state in ('pending', 'accepted') and (fr.kind = 'remote') <> (fe.kind = 'remote')
        and ${hostIn(sql`case when fr.kind = 'remote' then fr.iri else fe.iri end`)} in ${texts(hosts)}
      for update of f
    ), changed as (
      update follows f
      set state = case when e.from_there then 'rejected' else 'cancelled' end, decided_at = ${instant(now)}
      from ended e where f.id = e.id
    )
    update actors a
    set followers_count = greatest(0, a.followers_count - lost.followers),
      following_count = greatest(0, a.following_count - lost.followed)
    from (
      select actor_id, sum(followers) as followers, sum(followed) as followed
      from (
        select followee_id as actor_id, 1 as followers, 0 as followed from ended where state = 'accepted'
        union all
        select follower_id, 0, 1 from ended where state = 'accepted'
      ) each group by actor_id
    ) lost
    where a.id = lost.actor_id`);
}

/** Organizations on the hosts with which a partnership is active that we have not suspended. */
export async function partnersOn(db: Queryable, hosts: readonly string[]): Promise<Id[]> {
  if (hosts.length === 0) return [];
  const rows = await db.execute<{ id: string }>(sql`
    select distinct a.id from partnerships p join actors a on a.id = p.partner_id
    where p.state = 'active' and p.suspended_by_us_at is null and ${hostIn(sql`a.iri`)} in ${texts(hosts)}
    order by a.id`);
  return rows.map((row) => BigInt(row.id));
}
