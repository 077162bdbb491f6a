import { and, eq, inArray } from "drizzle-orm";
import { AppError, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { isTag, normalizeTag } from "../domain/tag.ts";
import { featuredTags, followedTags } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";

/** Each of them is a source of the home timeline. */
const MOST_FOLLOWED = 200;

/** A hashtag, in lower case, as whoever looks has to do with it. */
export interface TagView {
  readonly name: string;
  /** null for visitors */
  readonly own: {
    readonly following: boolean;
    /** stands on one's profile */
    readonly featuring: boolean;
  } | null;
}

/** A hashtag that somebody follows; `id` orders by when they began to. */
export interface FollowedTag {
  readonly id: Id;
  readonly tag: string;
}

/** The hashtags that whom the client acts as follows, newest first. */
export async function listFollowedTags(
  context: Context,
  { actor }: Acting,
  page: KeysetPage,
): Promise<FollowedTag[]> {
  const { where, orderBy } = keysetSql(page, followedTags.id);
  const rows = await context.db
    .select({ id: followedTags.id, tag: followedTags.tag })
    .from(followedTags)
    .where(and(eq(followedTags.actorId, actor.id), where))
    .orderBy(orderBy)
    .limit(page.limit);
  return newestFirst(page, rows);
}

/** A hashtag, used or not. @throws AppError `not_found` for what is none */
export async function viewTag(
  context: Context,
  acting: Acting | null,
  text: string,
): Promise<TagView> {
  const name = tagOf(text);
  const [view] = await viewTags(context, acting, [name]);
  return view ?? { name, own: null };
}

/** Hashtags, in the same order. */
export async function viewTags(
  context: Context,
  acting: Acting | null,
  names: readonly string[],
): Promise<TagView[]> {
  if (acting === null) return names.map((name) => ({ name, own: null }));
  if (names.length === 0) return [];
  const [followed, featured] = await Promise.all(
    [followedTags, featuredTags].map(async (table) => {
      const rows = await context.db
        .select({ tag: table.tag })
        .from(table)
        .where(and(eq(table.actorId, acting.actor.id), inArray(table.tag, [...names])));
      return new Set(rows.map(({ tag }) => tag));
    }),
  );
  return names.map((name) => ({
    name,
    own: { following: followed?.has(name) ?? false, featuring: featured?.has(name) ?? false },
  }));
}

/** Public posts under the hashtag come home from now on. @throws AppError `not_found`, `too_many_tags` */
export async function followTag(context: Context, acting: Acting, text: string): Promise<TagView> {
  const { actor } = acting;
  const name = tagOf(text);
  await context.db.transaction(async (tx) => {
    await tx.insert(followedTags).values({ actorId: actor.id, tag: name }).onConflictDoNothing();
    if ((await tx.$count(followedTags, eq(followedTags.actorId, actor.id))) > MOST_FOLLOWED) {
      throw new AppError("too_many_tags", `At most ${MOST_FOLLOWED} hashtags can be followed.`, {
        status: 422,
      });
    }
  });
  return viewTag(context, acting, name);
}

/** @throws AppError `not_found` for what is no hashtag */
export async function unfollowTag(
  context: Context,
  acting: Acting,
  text: string,
): Promise<TagView> {
  const name = tagOf(text);
  await context.db
    .delete(followedTags)
    .where(and(eq(followedTags.actorId, acting.actor.id), eq(followedTags.tag, name)));
  return viewTag(context, acting, name);
}

function tagOf(text: string): string {
  const name = normalizeTag(text);
  if (!isTag(name)) throw notFound();
  return name;
}
