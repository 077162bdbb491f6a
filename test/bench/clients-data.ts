import postgres from "postgres";

const LIKED = 100;
const REPLIES = 200;

/**
 * What a member's client shows besides timelines, in a database that `fillWithPosts` has filled: a
 * hundred posts of the member, each a favourite of some hundred authors with a notification for each,
 * and one more with 200 public replies. Returns the id of the last.
 */
export async function fillForClient(databaseUrl: string, handle: string): Promise<string> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const [member] =
    await sql`select id::text as id, iri from actors where handle = ${handle} and kind = 'member'`;
  const me = String(member?.["id"]);
  const posts = await sql`
    insert into posts (iri, url, author_id, local, type, content_html, language, audience, published_at)
    select ${String(member?.["iri"])} || '/liked/' || n, 'https://bench.example/liked/' || n, ${me}::bigint, true,
      'Note', '<p>Something that many like, number ' || n || '.</p>', 'en', '{public}', now() - interval '1 day'
    from generate_series(0, ${LIKED}::int) as n returning id::text as id, iri`;
  const ids = posts.map((row) => String(row["id"]));
  const root = posts.at(-1);
  await sql`
    with liked as (
      insert into reactions (iri, type, actor_id, post_id)
      select a.iri || '/likes/' || p.id, 'favourite', a.id, p.id
      from unnest(${ids.slice(0, LIKED)}::bigint[]) as p (id), actors a
      where a.kind = 'remote' and a.handle ~ '^u[0-9]+$' returning actor_id, post_id
    )
    insert into notifications (recipient_id, type, from_id, post_id, group_key)
    select ${me}::bigint, 'favourite', actor_id, post_id, 'favourite-' || post_id || '-1' from liked
    order by hashint8(actor_id + post_id)`;
  await sql`
    insert into posts (iri, url, author_id, local, type, content_html, language, audience, published_at,
      in_reply_to_iri, in_reply_to_id)
    select a.iri || '/replies/' || n, a.url || '/replies/' || n, a.id, false, 'Note',
      '<p>' || repeat('An answer with some words in it. ', 4) || '</p>', 'en', '{public}', now(),
      ${String(root?.["iri"])}, ${String(root?.["id"])}::bigint
    from generate_series(1, ${REPLIES}::int) as n
    join lateral (select * from actors where kind = 'remote' and handle = 'u' || n % 120) as a on true`;
  await sql`vacuum analyze posts, reactions, notifications`;
  await sql.end();
  return String(root?.["id"]);
}
