import { and, eq, sql } from "drizzle-orm";
import { formatAudience } from "../domain/audience/audience.ts";
import type { Id } from "../domain/ids.ts";
import { isPublicStream, PUBLIC_STREAMS, type Stream } from "../domain/stream.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { bigints, textArray } from "../persistence/repositories/set-parameters.ts";
import { reactions } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import type { KeysetPage } from "./keyset-page.ts";
import { requireOrganization } from "./organization.ts";
import { EMPTY_PAGE } from "./timeline-pages.ts";
import {
  homeTimeline,
  listTimeline,
  publicTimeline,
  tagTimeline,
  type TimelinePage,
} from "./timelines.ts";
import { revealPosts } from "./visibility.ts";
import { knowsOfWithdrawal } from "./withdrawals.ts";

/**
 * The post or boost with that id, if it stands in the timeline that the stream continues, for whom the
 * client acts as, at this moment: a stream shows what a timeline would show that is read now.
 * @throws AppError `not_found` for another's list
 */
export function findInStream(
  context: Context,
  acting: Acting,
  stream: Stream,
  id: Id,
): Promise<TimelinePage> {
  const page: KeysetPage = { before: id + 1n, after: id - 1n, upwards: false, limit: 1 };
  if (isPublicStream(stream)) {
    return publicTimeline(context, acting, PUBLIC_STREAMS[stream.name], page);
  }
  switch (stream.name) {
    case "user":
      return homeTimeline(context, acting, page);
    case "list":
      return listTimeline(context, acting, stream.list, page);
    case "hashtag":
    case "hashtag:local": {
      const asked = { tag: stream.tag, any: [], all: [], none: [] };
      const local = stream.name === "hashtag:local";
      return tagTimeline(
        context,
        acting,
        { ...asked, local, remote: false, onlyMedia: false },
        page,
      );
    }
    default:
      return Promise.resolve(EMPTY_PAGE);
  }
}

/** Whose doing it is, and what brings it before people whether or not they follow anybody. */
export interface Happening {
  readonly authorId: Id;
  /** stored atoms; empty for a boost */
  readonly audience: readonly string[];
  /** lower case, without `#` */
  readonly hashtags: readonly string[];
}

/** Who of many may have it in their home or lists: a first look, for all of them in one statement. */
export interface Interested {
  /** ids of actors */
  readonly homes: ReadonlySet<Id>;
  readonly lists: ReadonlySet<Id>;
}

/**
 * Those actors and lists in whose timelines it can stand at all. Whether it does is for `findInStream`
 * to say; whether they may see it as well.
 */
export async function findInterested(
  context: Context,
  { authorId, audience, hashtags }: Happening,
  { actorIds, listIds }: { readonly actorIds: readonly Id[]; readonly listIds: readonly Id[] },
): Promise<Interested> {
  if (actorIds.length + listIds.length === 0) return { homes: new Set(), lists: new Set() };
  const { actor: organization } = await requireOrganization(context);
  const author = sql`${authorId.toString()}::bigint`;
  const shared = ["members", `partner:${organization.iri}`].some((atom) => audience.includes(atom));
  const rows = await context.db.execute<{ kind: "home" | "list"; id: string }>(sql`
    select 'home' as kind, a.id::text as id from actors a
    where a.id = any(${bigints(actorIds)}) and (${shared} or a.id = ${author}
      or exists (select from follows f where f.followee_id = ${author} and f.state = 'accepted'
        and f.follower_id in (a.id, ${organization.id.toString()}::bigint))
      or 'person:' || a.iri = any(${textArray(audience)})
      or exists (select from followed_tags t
        where t.actor_id = a.id and t.tag = any(${textArray(hashtags)})))
    union all
    select 'list', m.list_id::text from list_members m
    where m.list_id = any(${bigints(listIds)}) and m.actor_id = ${author}`);
  const ids = (kind: string) =>
    new Set(rows.flatMap((row) => (row.kind === kind ? [BigInt(row.id)] : [])));
  return { homes: ids("home"), lists: ids("list") };
}

/** What is known of a stored post in advance, see `Happening`. */
export function happeningOf({ authorId, audience, hashtags }: PostRecord): Happening {
  return { authorId, audience: formatAudience(audience), hashtags: hashtags ?? [] };
}

/** Whose boost that is; null when it has been taken back. */
export async function findBoost({ db }: Context, id: Id): Promise<{ readonly actorId: Id } | null> {
  const [row] = await db
    .select({ actorId: reactions.actorId })
    .from(reactions)
    .where(and(eq(reactions.id, id), eq(reactions.type, "boost")));
  return row ?? null;
}

/**
 * Whether who looks can have seen a post before it went, and so may be told that it is gone: they
 * could see it if it were not withdrawn, or had it under a partnership that is over by now.
 */
export async function couldSee(
  context: Context,
  { viewer }: Acting,
  post: PostRecord,
): Promise<boolean> {
  const [before] = await revealPosts(context, viewer, [{ ...post, withdrawn: false }]);
  return before !== undefined || (await knowsOfWithdrawal(context, viewer, post));
}
