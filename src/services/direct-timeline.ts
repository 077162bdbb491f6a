import { and, eq, sql } from "drizzle-orm";
import type { Candidate, Stretch } from "../persistence/repositories/candidates.ts";
import { actors, conversations, posts } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { notHiddenFrom } from "./hiding.ts";
import { keysetSql, type KeysetPage } from "./keyset-page.ts";
import { fillPage, type TimelinePage } from "./timeline-pages.ts";

/** The last post of each conversation of whom the client acts as, for clients without conversations. */
export function directTimeline(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<TimelinePage> {
  const find = async (stretch: Stretch): Promise<Candidate[]> => {
    const { where, orderBy } = keysetSql(
      { ...stretch, limit: stretch.most },
      conversations.lastPostId,
    );
    const rows = await context.db
      .select({ id: conversations.lastPostId })
      .from(conversations)
      .innerJoin(posts, eq(posts.id, conversations.lastPostId))
      .innerJoin(actors, eq(actors.id, posts.authorId))
      .where(
        and(
          eq(conversations.ownerId, acting.actor.id),
          where,
          sql`${notHiddenFrom(context, acting, { id: actors.id, host: actors.host })}`,
        ),
      )
      .orderBy(orderBy)
      .limit(stretch.most);
    return rows.map(({ id }) => ({ id, postId: id, version: null, boost: null }));
  };
  return fillPage(context, acting, page, "home", find);
}
