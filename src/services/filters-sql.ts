import { sql, type SQL } from "drizzle-orm";

/** SQL: all filters of an actor as JSON in a text; null for none. See `compiledFilters`. */
export function filtersOf(actor: SQL): SQL {
  return sql`(select json_agg(json_build_object('id', f.id::text, 'title', f.title, 'context', f.context,
      'action', f.action, 'expiresAt', f.expires_at,
      'keywords', array(select json_build_object('id', k.id::text, 'keyword', k.keyword,
        'wholeWord', k.whole_word) from filter_keywords k where k.filter_id = f.id order by k.id),
      'posts', array(select json_build_object('id', s.id::text, 'postId', s.post_id::text)
        from filter_posts s where s.filter_id = f.id order by s.id)) order by f.id)
    from filters f where f.owner_id = ${actor})::text`;
}
