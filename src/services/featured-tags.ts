import { and, eq, sql } from "drizzle-orm";
import { AppError, invalid, notFound } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import { normalizeTag } from "../domain/tag.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { featuredTags } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";

/** A hashtag on a profile, with what there is of it for everybody. */
export interface FeaturedTag {
  readonly id: Id;
  /** as it was written, without `#` */
  readonly name: string;
  /** public posts of the account that have it */
  readonly posts: number;
  readonly lastPostAt: Date | null;
}

export const MOST_TAGS = 10;
const SUGGESTED = 10;
/** Letters, digits, marks and underscores, not digits alone. */
const TAG = /^(?=.*[^\p{Nd}_])[\p{L}\p{M}\p{N}_]{1,100}$/u;

/** The hashtags that an account shows on its profile. Of accounts elsewhere none are known. */
export async function listFeaturedTags(
  context: Context,
  account: ActorRecord,
): Promise<FeaturedTag[]> {
  const rows = await context.db.execute<{
    id: string;
    name: string;
    posts: number;
    last_ms: number | null;
  }>(sql`
    select t.id::text as id, t.name, counted.posts, counted.last_ms
    from featured_tags t cross join lateral (
      select count(*)::int as posts,
        (extract(epoch from max(p.published_at)) * 1000)::float8 as last_ms
      from posts p where p.author_id = t.actor_id and p.hashtags @> array[t.tag]
        and p.audience @> '{public}' and p.withdrawn_at is null) as counted
    where t.actor_id = ${account.id}
    order by counted.posts desc, t.id desc`);
  return rows.map(({ id, name, posts, last_ms }) => ({
    id: BigInt(id),
    name,
    posts,
    lastPostAt: last_ms === null ? null : new Date(last_ms),
  }));
}

/**
 * The actor shows a hashtag on its profile; again is the same as once.
 * @throws AppError `invalid_request`, `too_many_tags`
 */
export async function featureTag(
  context: Context,
  acting: Acting,
  text: string,
): Promise<FeaturedTag> {
  const name = text.trim().replace(/^#/, "");
  if (!TAG.test(name)) throw invalid({ name: "a hashtag" });
  const actorId = acting.actor.id;
  const tag = name.toLowerCase();
  const present = await listFeaturedTags(context, acting.actor);
  const known = present.find((one) => one.name.toLowerCase() === tag);
  if (known !== undefined) return known;
  if (present.length >= MOST_TAGS) {
    throw new AppError("too_many_tags", `You can feature at most ${MOST_TAGS} hashtags.`, {
      status: 422,
    });
  }
  await context.db.insert(featuredTags).values({ actorId, tag, name }).onConflictDoNothing();
  const added = (await listFeaturedTags(context, acting.actor)).find(
    (one) => one.name.toLowerCase() === tag,
  );
  if (added === undefined) throw notFound();
  return added;
}

/** @throws AppError `not_found` when it is none of the actor's */
export async function removeFeaturedTag(context: Context, acting: Acting, id: Id): Promise<void> {
  const removed = await context.db
    .delete(featuredTags)
    .where(and(eq(featuredTags.id, id), eq(featuredTags.actorId, acting.actor.id)))
    .returning({ id: featuredTags.id });
  if (removed.length === 0) throw notFound();
}

/** The actor does not show a hashtag any more; nothing happens when it did not. */
export async function stopFeaturing(context: Context, acting: Acting, text: string): Promise<void> {
  const tag = normalizeTag(text);
  await context.db
    .delete(featuredTags)
    .where(and(eq(featuredTags.tag, tag), eq(featuredTags.actorId, acting.actor.id)));
}

/** The hashtags that the actor uses most in public and does not feature yet. */
export async function suggestTags(context: Context, acting: Acting): Promise<string[]> {
  const rows = await context.db.execute<{ tag: string }>(sql`
    select used.tag from (
      select unnest(p.hashtags) as tag from posts p
      where p.author_id = ${acting.actor.id} and p.audience @> '{public}' and p.withdrawn_at is null
      order by p.id desc limit 2000) as used
    where not exists (select from featured_tags t
      where t.actor_id = ${acting.actor.id} and t.tag = used.tag)
    group by used.tag order by count(*) desc, used.tag limit ${SUGGESTED}`);
  return rows.map(({ tag }) => tag);
}
