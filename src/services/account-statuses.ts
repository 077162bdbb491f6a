import { and, desc, eq, isNull, or, sql, type SQL } from "drizzle-orm";
import { ANONYMOUS, type Viewer } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { actors, pins, posts, reactions } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { notHiddenFrom } from "./hiding.ts";
import { keysetSql, newestFirst, type KeysetPage } from "./keyset-page.ts";
import { readPosts, readPostsByIds, selectPostVersions } from "./post-reading.ts";
import { entryOf, type TimelineEntry } from "./status-views.ts";
import { narrowTo, revealPosts } from "./visibility.ts";

/** What of an account's posts and boosts is wanted; all that is said must hold. */
export interface AccountStatusFilter {
  readonly onlyMedia: boolean;
  /** answers to others; those to oneself stay */
  readonly withoutReplies: boolean;
  readonly withoutBoosts: boolean;
  /** a hashtag, without `#`; null = any */
  readonly tag: string | null;
}

const MOST_PINNED = 20;
/** SQL narrows so well that hardly anything is dropped afterwards; yet a page shall not end a list. */
const MOST_ROUNDS = 4;

/**
 * The posts of an account and what it boosted, as the viewer may see them, newest first. Whoever is
 * between whom there is a block sees nothing; boosts of those whom the viewer hides are left out. Visitors
 * read what others publish on the others' own pages, but for what one of ours boosted.
 */
export async function listAccountStatuses(
  context: Context,
  acting: Acting | null,
  account: ActorRecord,
  filter: AccountStatusFilter,
  page: KeysetPage,
): Promise<TimelineEntry[]> {
  const shown: TimelineEntry[] = [];
  let rest = page;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { entries, reached } = await readRound(context, acting, account, filter, rest);
    shown.push(...(page.upwards ? entries.toReversed() : entries));
    if (reached === null || shown.length >= page.limit) break;
    rest = page.upwards ? { ...rest, after: reached } : { ...rest, before: reached };
  }
  return newestFirst(page, shown.slice(0, page.limit));
}

/** What of one page the viewer may see, newest first, and where to go on; null at the end. */
async function readRound(
  context: Context,
  acting: Acting | null,
  account: ActorRecord,
  filter: AccountStatusFilter,
  page: KeysetPage,
): Promise<{ entries: TimelineEntry[]; reached: Id | null }> {
  const viewer = acting?.viewer ?? ANONYMOUS;
  const may = await narrowTo(context, viewer);
  const mayOwn = acting === null ? and(may, eq(posts.local, true)) : may;
  const [own, boosted] = await Promise.all([
    findOwn(context, account, filter, page, mayOwn),
    filter.withoutBoosts || filter.onlyMedia || filter.tag !== null
      ? []
      : findBoosts(context, acting, account, page, may),
  ]);
  const ids = [...own.map(({ id }) => id), ...boosted.map(({ id }) => id)];
  const ordered = ids.toSorted((one, other) => (one < other ? -1 : 1));
  const nearest = page.upwards
    ? ordered.slice(0, page.limit)
    : ordered.toReversed().slice(0, page.limit);
  const chosen = new Set(nearest);
  const entries = await reveal(context, viewer, account, {
    own: own.filter(({ id }) => chosen.has(id)),
    boosted: boosted.filter(({ id }) => chosen.has(id)),
  });
  const full = own.length >= page.limit || boosted.length >= page.limit;
  return { entries, reached: full ? (nearest.at(-1) ?? null) : null };
}

type OwnRow = Awaited<ReturnType<typeof findOwn>>[number];
type BoostRow = Awaited<ReturnType<typeof findBoosts>>[number];

async function reveal(
  context: Context,
  viewer: Viewer,
  account: ActorRecord,
  found: { readonly own: readonly OwnRow[]; readonly boosted: readonly BoostRow[] },
): Promise<TimelineEntry[]> {
  const [own, boosted] = await Promise.all([
    readPosts(context, found.own),
    readPostsByIds(
      context,
      found.boosted.map(({ postId }) => postId),
    ),
  ]);
  const visible = new Map(
    (await revealPosts(context, viewer, [...own, ...boosted])).map((post) => [post.id, post]),
  );
  const entries = [
    ...found.own.flatMap(({ id }): TimelineEntry[] => {
      const post = visible.get(id);
      return post === undefined ? [] : [entryOf(post)];
    }),
    ...found.boosted.flatMap(({ id, postId, iri, createdAt }): TimelineEntry[] => {
      const post = visible.get(postId);
      const boost = { iri, actor: account, createdAt };
      return post === undefined ? [] : [{ id, post, boost }];
    }),
  ];
  return entries.toSorted((one, other) => (one.id > other.id ? -1 : 1));
}

function findOwn(
  context: Context,
  account: ActorRecord,
  filter: AccountStatusFilter,
  page: KeysetPage,
  may: SQL | undefined,
) {
  const { where, orderBy } = keysetSql(page, posts.id);
  return selectPostVersions(context.db)
    .where(and(eq(posts.authorId, account.id), may, where, ...conditions(filter)))
    .orderBy(orderBy)
    .limit(page.limit);
}

function conditions({ onlyMedia, withoutReplies, tag }: AccountStatusFilter): (SQL | undefined)[] {
  const ownThread = sql`exists (select from posts parents
    where parents.id = ${posts.inReplyToId} and parents.author_id = ${posts.authorId})`;
  return [
    onlyMedia ? sql`jsonb_array_length(${posts.attachments}) > 0` : undefined,
    withoutReplies ? or(isNull(posts.inReplyToIri), ownThread) : undefined,
    tag === null
      ? undefined
      : sql`${posts.hashtags} @> ${sql.param([tag.toLowerCase()], posts.hashtags)}`,
  ];
}

function findBoosts(
  context: Context,
  acting: Acting | null,
  account: ActorRecord,
  page: KeysetPage,
  may: SQL | undefined,
) {
  const { where, orderBy } = keysetSql(page, reactions.id);
  return context.db
    .select({
      id: reactions.id,
      iri: reactions.iri,
      createdAt: reactions.createdAt,
      postId: reactions.postId,
    })
    .from(reactions)
    .innerJoin(posts, eq(posts.id, reactions.postId))
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .where(
      and(
        eq(reactions.actorId, account.id),
        eq(reactions.type, "boost"),
        may,
        notHiddenFrom(context, acting, actors),
        where,
      ),
    )
    .orderBy(orderBy)
    .limit(page.limit);
}

/** The posts that an account shows at the top of its profile, the last one that it chose first. */
export async function listPinned(
  context: Context,
  acting: Acting | null,
  account: ActorRecord,
): Promise<TimelineEntry[]> {
  const rows = await context.db
    .select({ postId: pins.postId })
    .from(pins)
    .where(eq(pins.actorId, account.id))
    .orderBy(desc(pins.id))
    .limit(MOST_PINNED);
  const records = await readPostsByIds(
    context,
    rows.map(({ postId }) => postId),
  );
  const readable = acting === null ? records.filter(({ local }) => local) : records;
  const visible = await revealPosts(context, acting?.viewer ?? ANONYMOUS, readable);
  return visible.map(entryOf);
}
