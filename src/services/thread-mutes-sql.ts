import { type SQL, sql } from "drizzle-orm";
import { MAX_THREAD_DEPTH } from "../persistence/repositories/threads.ts";

/**
 * Whether an actor hears nothing of the thread that the post with that id (a column) is in. What a
 * thread began with when it was muted may have a parent by now, so all above count. Who mutes no
 * thread costs one look.
 */
export function isThreadMuted(actor: SQL, postId: SQL): SQL {
  return sql`exists (select from thread_mutes where actor_id = ${actor}) and exists (
    with recursive above as (
      select t.id, t.in_reply_to_id, 1 as depth from posts t where t.id = ${postId}
      union all
      select t.id, t.in_reply_to_id, depth + 1 from above join posts t on t.id = above.in_reply_to_id
      where depth < ${MAX_THREAD_DEPTH}
    )
    select from above join thread_mutes m on m.root_id = above.id and m.actor_id = ${actor})`;
}
