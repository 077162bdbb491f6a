import { isDeepStrictEqual } from "node:util";
import { asc, eq, sql } from "drizzle-orm";
import { formatAudience, type Audience } from "../domain/audience/audience.ts";
import type { Id } from "../domain/ids.ts";
import type { Queryable, Transaction } from "../persistence/database.ts";
import { postEdits } from "../persistence/schema/index.ts";

/** How often an edited post is remembered; the oldest are forgotten first. */
const MOST_EDITS = 100;

/** Remembers how a post stands before its first edit. Call it in the edit's transaction, before it. */
export async function keepOldest(tx: Transaction, postId: Id): Promise<void> {
  await tx.execute(sql`
    insert into post_edits (post_id, number, summary, content_html, sensitive, attachments, tags,
      poll_options, created_at)
    select p.id, 1, p.summary, p.content_html, p.sensitive, p.attachments, p.tags,
      ${pollOptions}, p.published_at
    from posts p where p.id = ${postId.toString()}::bigint
      and not exists (select from post_edits e where e.post_id = p.id)`);
}

/**
 * The same for a post of others that may have another audience from now on: what was said to others than
 * may read it now is nobody's history.
 */
export async function keepBefore(
  tx: Transaction,
  before: { readonly id: Id; readonly audience: Audience; readonly withdrawn: boolean },
  audience: Audience,
): Promise<void> {
  const same = isDeepStrictEqual(formatAudience(audience), formatAudience(before.audience));
  if (same && !before.withdrawn) await keepOldest(tx, before.id);
  else await forgetEdits(tx, before.id);
}

/** Remembers how a post stands after an edit, if the edit changed what is shown. */
export async function keepNewest(tx: Transaction, postId: Id): Promise<void> {
  const id = sql`${postId.toString()}::bigint`;
  const [row] = await tx.execute<{ number: number }>(sql`
    insert into post_edits (post_id, number, summary, content_html, sensitive, attachments, tags,
      poll_options, created_at)
    select p.id, last.number + 1, p.summary, p.content_html, p.sensitive, p.attachments, p.tags,
      ${pollOptions}, coalesce(p.edited_at, now())
    from posts p cross join lateral (
      select * from post_edits e where e.post_id = p.id order by e.number desc limit 1) last
    where p.id = ${id}
      and (p.summary, p.content_html, p.sensitive, p.attachments, p.tags, ${pollOptions})
        is distinct from (last.summary, last.content_html, last.sensitive, last.attachments, last.tags,
          last.poll_options)
    returning number`);
  if (row === undefined || row.number <= MOST_EDITS) return;
  await tx.execute(sql`
    delete from post_edits where post_id = ${id} and number <= ${row.number - MOST_EDITS}`);
}

const pollOptions = sql`(select array_agg(option ->> 'title' order by place)
  from polls, jsonb_array_elements(polls.options) with ordinality as options (option, place)
  where polls.post_id = p.id)`;

/** Forgets how a post stood: it is withdrawn, or others may read it now than could then. */
export async function forgetEdits(tx: Transaction, postId: Id): Promise<void> {
  await tx.delete(postEdits).where(eq(postEdits.postId, postId));
}

/** A state of a post that was edited. */
export type PostEdit = typeof postEdits.$inferSelect;

/** The states of a post, oldest first; none for one that was never edited. */
export function listEdits(db: Queryable, postId: Id): Promise<PostEdit[]> {
  return db
    .select()
    .from(postEdits)
    .where(eq(postEdits.postId, postId))
    .orderBy(asc(postEdits.number));
}
