import { and, eq, or } from "drizzle-orm";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { AppError, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { Database, Queryable } from "../persistence/database.ts";
import { findActorById } from "../persistence/repositories/actors.ts";
import { selectPosts, toPostRecord, type PostRecord } from "../persistence/repositories/posts.ts";
import { posts, reactions } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { readPostsByIds } from "./post-reading.ts";
import { entryOf, type TimelineEntry } from "./status-views.ts";
import { getVisiblePost, relationsOf, revealPosts } from "./visibility.ts";

/**
 * The post with that id, or the one that the boost with that id is of, for whoever may see it: in
 * timelines both have ids of the same kind. Visitors read what others publish on the others' pages.
 * @throws AppError `not_found`
 */
export async function findPost(
  context: Context,
  viewer: Viewer,
  id: Id,
): Promise<Visible<PostRecord>> {
  const post = await getVisiblePost(context, viewer, (db) => findByStatusId(db, id));
  if (!post.local && viewer.kind === "anonymous") throw notFound();
  return post;
}

/**
 * The same as an entry of a timeline: the id of a boost leads to the boost, unless its booster is
 * hidden from the viewer.
 * @throws AppError `not_found`
 */
export async function findEntry(context: Context, viewer: Viewer, id: Id): Promise<TimelineEntry> {
  const post = await findPost(context, viewer, id);
  if (post.id === id) return entryOf(post);
  const [row] = await context.db.select().from(reactions).where(eq(reactions.id, id));
  const actor = row === undefined ? null : await findActorById(context.db, row.actorId);
  if (row === undefined || actor === null) throw notFound();
  const relations = await relationsOf(context, context.db, viewer, [actor.iri]);
  const { blocked } = relations.factsAbout({ author: actor.iri, iri: null });
  if (blocked || actor.suspendedAt !== null || actor.goneAt !== null) throw notFound();
  return { id, post, boost: { iri: row.iri, actor, createdAt: row.createdAt } };
}

/** Those of several that the viewer may see, in the same order. */
export async function findEntries(
  context: Context,
  viewer: Viewer,
  ids: readonly Id[],
): Promise<TimelineEntry[]> {
  const records = await readPostsByIds(context, ids);
  const visible = await revealPosts(
    context,
    viewer,
    records.filter((post) => post.local || viewer.kind !== "anonymous"),
  );
  const found = new Map(visible.map((post) => [post.id, entryOf(post)]));
  const known = new Set(records.map((post) => post.id));
  for (const id of ids) {
    if (known.has(id)) continue;
    const boost = await findEntry(context, viewer, id).catch((error: unknown) => {
      if (error instanceof AppError) return null;
      throw error;
    });
    if (boost !== null) found.set(id, boost);
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** One statement, whatever the id is of: the time that it takes tells nothing. */
async function findByStatusId(db: Queryable, id: Id): Promise<PostRecord | null> {
  const boosted = (db as Database)
    .select({ postId: reactions.postId })
    .from(reactions)
    .where(and(eq(reactions.id, id), eq(reactions.type, "boost")));
  const [row] = await selectPosts(db)
    .where(or(eq(posts.id, id), eq(posts.id, boosted)))
    .limit(1);
  return row === undefined ? null : toPostRecord(row);
}

/** What the policy of a post does not let its readers do. */
export function notAllowed(sentence: string): AppError {
  return new AppError("not_allowed", sentence, { status: 403 });
}
