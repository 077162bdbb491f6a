import { and, eq, isNull } from "drizzle-orm";
import type { Viewer } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, reactions } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { findPost } from "./status-reading.ts";
import { relationsOf } from "./visibility.ts";

/** A page of those who favourited or boosted a post. */
export interface ReactingPage {
  readonly actors: readonly ActorRecord[];
  /** of their favourites or boosts, newest first */
  readonly ids: readonly Id[];
}

/**
 * Who favourited or boosted a post, for those who may see the post. With whom there is a block, either
 * way, and who is on a refused origin is not named.
 * @throws AppError `not_found`
 */
export async function listReacting(
  context: Context,
  viewer: Viewer,
  postId: Id,
  type: "favourite" | "boost",
  page: KeysetPage,
): Promise<ReactingPage> {
  const post = await findPost(context, viewer, postId);
  const { where, orderBy } = keysetSql(page, reactions.id);
  const found = await context.db
    .select({ id: reactions.id, actor: actors })
    .from(reactions)
    .innerJoin(actors, eq(actors.id, reactions.actorId))
    .where(
      and(
        eq(reactions.postId, post.id),
        eq(reactions.type, type),
        isNull(actors.suspendedAt),
        isNull(actors.goneAt),
        where,
      ),
    )
    .orderBy(orderBy)
    .limit(page.limit);
  const rows = newestFirst(page, found);
  const iris = rows.map(({ actor }) => actor.iri);
  const relations = await relationsOf(context, context.db, viewer, iris);
  const isHidden = (iri: string) => relations.factsAbout({ author: iri, iri: null }).blocked;
  return {
    actors: rows.flatMap(({ actor }) => (isHidden(actor.iri) ? [] : [actor])),
    ids: rows.map(({ id }) => id),
  };
}
