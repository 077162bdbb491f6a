import postgres from "postgres";

/** How many remote authors there are, and how many of them the members follow. */
const AUTHORS = 120;
const FOLLOWED = 100;
/** More than this in one statement would make its transaction long. */
const BATCH = 50_000;

/**
 * Fills the database of an instance that is set up with `posts` posts of mixed audiences, written by
 * our organization (one in six) and by 120 remote authors, of whom every member follows 100. One in
 * four is a practice, one in seven a reply. One of the authors' organizations is a partner.
 */
export async function fillWithPosts(databaseUrl: string, count: number): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const [own] =
    await sql`select a.id, a.iri, a.host from organization o join actors a on a.id = o.actor_id`;
  const organization = String(own?.["iri"]);
  const origin = organization.replace(/\/ap\/org$/, "");
  await sql`
    insert into actors (iri, kind, type, handle, host, name, url, inbox, followers_iri, summary)
    select 'https://h' || n % 20 || '.example/ap/' || case when n < 20 then 'org' else 'u' || n end, 'remote',
      case when n < 20 then 'Organization' else 'Person' end, 'u' || n, 'h' || n % 20 || '.example', 'Author ' || n,
      'https://h' || n % 20 || '.example/@u' || n, 'https://h' || n % 20 || '.example/inbox',
      'https://h' || n % 20 || '.example/ap/u' || n || '/followers', repeat('Who they are. ', 20)
    from generate_series(0, ${AUTHORS - 1}::int) as n`;
  await sql`
    insert into follows (follower_id, followee_id, iri, state)
    select m.actor_id, a.id, 'https://bench.example/follows/' || m.id || '/' || a.id, 'accepted'
    from members m, (select id from actors where kind = 'remote' and handle ~ '^u[0-9]+$'
      order by id limit ${FOLLOWED}) as a`;
  await sql`
    with agreed as (insert into terms (url, sha256, markdown) values ('https://bench.example/terms', '0', '') returning id)
    insert into partnerships (partner_id, state, proposed_by, offer_iri, terms_id, label_ceiling)
    select a.id, 'active', 'us', 'https://bench.example/offer', agreed.id, 'TLP:AMBER'
    from agreed, actors a where a.iri = 'https://h7.example/ap/org'`;
  const authors =
    await sql`select id from actors where kind = 'remote' and handle ~ '^u[0-9]+$' order by id`;
  const authorIds = authors.map((row) => String(row["id"]));
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(from + BATCH, count) - 1;
    await sql`
      with numbered as (
        select n, n % 6 = 0 as ours, n % 4 = 0 as article,
          (hashint4(n) & 2147483647) % 100 as dice, (hashint4(n + 7) & 2147483647) % ${AUTHORS} as author
        from generate_series(${from}::int, ${to}::int) as n
      ), added as (
        insert into posts (iri, url, author_id, local, type, title, summary, content_html, language,
          audience, in_reply_to_iri, published_at)
        select case when ours then ${origin} else 'https://h' || author % 20 || '.example' end || '/ap/posts/' || n,
          'https://bench.example/posts/' || n,
          case when ours then ${String(own?.["id"])}::bigint else (${authorIds}::bigint[])[author + 1] end,
          ours, case when article then 'Article' else 'Note' end,
          case when article then 'Practice ' || n else '' end,
          case when article then 'A fixed order, a standing meeting and one written page.' else '' end,
          '<p>' || repeat('Every handover used to be different. ', case when article then 40 else 8 end) || '</p>',
          'en',
          case
            when dice < 50 then array['public']
            when dice < 65 then array['followers']
            when dice < 75 then array[case when ours then 'members' else 'followers' end]
            when dice < 85 then array[case when ours then 'partner:https://h7.example/ap/org'
              when author % 20 = 7 then 'partner:' || ${organization}::text
              else 'followers' end]
            when dice < 92 then array['person:https://h' || author % 20 || '.example/ap/u' || author]
            else array[]::text[]
          end,
          case when n % 7 = 3 then 'https://elsewhere.example/posts/' || n end,
          now()
        from numbered returning id, iri, type, local
      )
      insert into practices (post_id, slug, object_key, kind, topics, benefits, license, credits, markdown)
      select id, case when local then 'practice-' || id end, case when local then gen_random_uuid() end, 'practice',
        '{handover,safety}', '{services}', 'CC-BY-4.0', '{}',
        case when local then repeat('Every handover used to be different. ', 40) end
      from added where type = 'Article'`;
  }
  // One in ten posts was boosted by one of the authors.
  await sql`
    insert into reactions (id, iri, type, actor_id, post_id)
    select id + 40000, 'https://h' || n % 20 || '.example/boosts/' || id, 'boost',
      (${authorIds}::bigint[])[(hashint8(id) & 2147483647) % ${AUTHORS} + 1], id
    from (select id, row_number() over () as n from posts where audience @> '{public}') as open
    where n % 5 = 0`;
  await sql`vacuum analyze`;
  await sql.end();
}
