import { and, eq, sql } from "drizzle-orm";
import { AppError, invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { Transaction } from "../persistence/database.ts";
import {
  filterKeywords,
  filterPosts,
  filters,
  type FilterContext,
} from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import {
  readFilters,
  type Filter,
  type FilterKeyword,
  type FilteredPost,
} from "./filter-matches.ts";
import { findPost } from "./status-reading.ts";

export type { Filter, FilterContext, FilterKeyword, FilteredPost } from "./filter-matches.ts";

/** What one actor may have at most. */
const MOST_FILTERS = 200;
const MOST_KEYWORDS = 100;
const MOST_KEYWORDS_OF_ALL = 2_000;
const MOST_POSTS = 500;

/** What a client says of a filter; what is left out stays as it is. */
export interface FilterChanges {
  readonly title?: string | undefined;
  readonly context?: readonly FilterContext[] | undefined;
  readonly action?: Filter["action"] | undefined;
  /** from now on; null = for good */
  readonly expiresInSeconds?: number | null | undefined;
  readonly keywords?: readonly KeywordChange[] | undefined;
}

/** A keyword to add (without id), to change, or to take away. */
export interface KeywordChange {
  readonly id?: Id | undefined;
  readonly keyword?: string | undefined;
  readonly wholeWord?: boolean | undefined;
  readonly remove?: boolean | undefined;
}

/** The filters of whom the client acts as, oldest first. */
export function listFilters(context: Context, { actor }: Acting): Promise<Filter[]> {
  return readFilters(context, actor.id);
}

/** @throws AppError `not_found`, for those of others too */
export async function getFilter(context: Context, acting: Acting, id: Id): Promise<Filter> {
  const found = (await listFilters(context, acting)).find((filter) => filter.id === id);
  if (found === undefined) throw notFound();
  return found;
}

/** @throws AppError `invalid_request`, `too_many_filters` */
export async function createFilter(
  context: Context,
  acting: Acting,
  changes: FilterChanges,
): Promise<Filter> {
  const { title, context: places, action } = changes;
  if (title === undefined || title.trim() === "") throw invalid({ title: "can't be blank" });
  if (places === undefined || places.length === 0) throw invalid({ context: "can't be blank" });
  const id = await change(context, acting, async (tx) => {
    const [row] = await tx
      .insert(filters)
      .values({
        ownerId: acting.actor.id,
        title: title.trim(),
        context: [...new Set(places)],
        ...(action === undefined ? {} : { action }),
        expiresAt: expiryOf(context, changes) ?? null,
      })
      .returning({ id: filters.id });
    if (row === undefined) throw new Error("insert into filters returned no row");
    await changeKeywords(tx, row.id, changes.keywords ?? []);
    return row.id;
  });
  return getFilter(context, acting, id);
}

/** @throws AppError `not_found`, `invalid_request`, `too_many_filters` */
export async function updateFilter(
  context: Context,
  acting: Acting,
  id: Id,
  changes: FilterChanges,
): Promise<Filter> {
  const { title, context: places, action } = changes;
  if (title?.trim() === "") throw invalid({ title: "can't be blank" });
  if (places?.length === 0) throw invalid({ context: "can't be blank" });
  const expiresAt = expiryOf(context, changes);
  await change(context, acting, async (tx) => {
    const mine = and(eq(filters.id, id), eq(filters.ownerId, acting.actor.id));
    const [row] = await tx
      .update(filters)
      .set({
        id,
        ...(title === undefined ? {} : { title: title.trim() }),
        ...(places === undefined ? {} : { context: [...new Set(places)] }),
        ...(action === undefined ? {} : { action }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      })
      .where(mine)
      .returning({ id: filters.id });
    if (row === undefined) throw notFound();
    await changeKeywords(tx, id, changes.keywords ?? []);
  });
  return getFilter(context, acting, id);
}

/** @throws AppError `not_found` */
export async function deleteFilter(context: Context, acting: Acting, id: Id): Promise<void> {
  const deleted = await context.db
    .delete(filters)
    .where(and(eq(filters.id, id), eq(filters.ownerId, acting.actor.id)))
    .returning({ id: filters.id });
  if (deleted.length === 0) throw notFound();
}

/** A keyword of one of the actor's filters, with that filter. @throws AppError `not_found` */
export async function getKeyword(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<{ readonly filter: Filter; readonly keyword: FilterKeyword }> {
  for (const filter of await listFilters(context, acting)) {
    const keyword = filter.keywords.find((each) => each.id === id);
    if (keyword !== undefined) return { filter, keyword };
  }
  throw notFound();
}

/** The keyword that was added. @throws AppError as `updateFilter` */
export async function addKeyword(
  context: Context,
  acting: Acting,
  filterId: Id,
  keyword: KeywordChange,
): Promise<FilterKeyword> {
  const { keywords } = await updateFilter(context, acting, filterId, { keywords: [keyword] });
  const added = keywords.toSorted((left, right) => (left.id < right.id ? -1 : 1)).at(-1);
  if (added === undefined) throw new Error("a keyword that was added is not there");
  return added;
}

/** A post that one of the actor's filters names, with that filter. @throws AppError `not_found` */
export async function getFilteredPost(
  context: Context,
  acting: Acting,
  id: Id,
): Promise<{ readonly filter: Filter; readonly post: FilteredPost }> {
  for (const filter of await listFilters(context, acting)) {
    const post = filter.posts.find((each) => each.id === id);
    if (post !== undefined) return { filter, post };
  }
  throw notFound();
}

/** Filters one post, which the actor may see. @throws AppError `not_found`, `too_many_filters` */
export async function addFilteredPost(
  context: Context,
  acting: Acting,
  filterId: Id,
  postId: Id,
): Promise<FilteredPost> {
  const filter = await getFilter(context, acting, filterId);
  const post = await findPost(context, acting.viewer, postId);
  const known = filter.posts.find((each) => each.postId === post.id);
  if (known !== undefined) return known;
  if (filter.posts.length >= MOST_POSTS)
    throw tooMany(`A filter names at most ${MOST_POSTS} posts.`);
  const [row] = await context.db
    .insert(filterPosts)
    .values({ filterId, postId: post.id })
    .returning({ id: filterPosts.id, postId: filterPosts.postId });
  if (row === undefined) throw new Error("insert into filter_posts returned no row");
  return row;
}

/** @throws AppError `not_found` */
export async function removeFilteredPost(context: Context, acting: Acting, id: Id): Promise<void> {
  await getFilteredPost(context, acting, id);
  await context.db.delete(filterPosts).where(eq(filterPosts.id, id));
}

/** Two clients that add at once wait for each other, so that what is counted holds. */
async function change<T>(
  context: Context,
  { actor }: Acting,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return context.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${actor.id.toString()}::bigint)`);
    const result = await work(tx);
    const [row] = await tx.execute<{ filters: number; keywords: number; longest: number }>(sql`
      select count(*)::int as filters, coalesce(sum(k), 0)::int as keywords, coalesce(max(k), 0)::int as longest
      from (select (select count(*) from filter_keywords w where w.filter_id = f.id) as k
        from filters f where f.owner_id = ${actor.id.toString()}::bigint) as each`);
    if ((row?.filters ?? 0) > MOST_FILTERS) throw tooMany(`At most ${MOST_FILTERS} filters.`);
    if ((row?.longest ?? 0) > MOST_KEYWORDS) {
      throw tooMany(`A filter has at most ${MOST_KEYWORDS} keywords.`);
    }
    if ((row?.keywords ?? 0) > MOST_KEYWORDS_OF_ALL) {
      throw tooMany(`All filters together have at most ${MOST_KEYWORDS_OF_ALL} keywords.`);
    }
    return result;
  });
}

async function changeKeywords(
  tx: Transaction,
  filterId: Id,
  changes: readonly KeywordChange[],
): Promise<void> {
  for (const { id, keyword, wholeWord, remove = false } of changes) {
    if (keyword?.trim() === "") throw invalid({ keyword: "can't be blank" });
    if (id === undefined) {
      if (remove) continue;
      if (keyword === undefined) throw invalid({ keyword: "can't be blank" });
      await tx
        .insert(filterKeywords)
        .values({ filterId, keyword, ...(wholeWord === undefined ? {} : { wholeWord }) });
      continue;
    }
    const here = and(eq(filterKeywords.id, id), eq(filterKeywords.filterId, filterId));
    const rows = remove
      ? await tx.delete(filterKeywords).where(here).returning({ id: filterKeywords.id })
      : await tx
          .update(filterKeywords)
          .set({
            id,
            ...(keyword === undefined ? {} : { keyword }),
            ...(wholeWord === undefined ? {} : { wholeWord }),
          })
          .where(here)
          .returning({ id: filterKeywords.id });
    if (rows.length === 0) throw notFound();
  }
}

function expiryOf(context: Context, { expiresInSeconds }: FilterChanges): Date | null | undefined {
  if (expiresInSeconds === undefined || expiresInSeconds === null) return expiresInSeconds;
  return new Date(context.now().getTime() + expiresInSeconds * 1000);
}

function tooMany(sentence: string): AppError {
  return new AppError("too_many_filters", sentence, { status: 422 });
}
