import { sql } from "drizzle-orm";
import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { findActorsByIris, type ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { bigints } from "../persistence/repositories/set-parameters.ts";
import type { Acting } from "./acting.ts";
import { audienceNames } from "./audience-names.ts";
import type { Context } from "./context.ts";
import {
  filterMatches,
  type FilterContext,
  type FilterMatch,
  type FilterMatches,
} from "./filter-matches.ts";
import { viewPolls, type PollView } from "./poll-views.ts";
import { seeQuotes, type QuoteState } from "./quote-views.ts";
import { isThreadMuted } from "./thread-mutes-sql.ts";
import { showFiles, type ShownFile } from "./shown-files.ts";

/** Something in a timeline: a post, or somebody's boost of it. */
export interface TimelineEntry {
  /** the post's id, or the boost's: timelines are ordered by it */
  readonly id: Id;
  readonly post: Visible<PostRecord>;
  readonly boost: Boost | null;
}

export interface Boost {
  readonly iri: string;
  readonly actor: ActorRecord;
  readonly createdAt: Date;
}

/** A post as an entry by itself. */
export function entryOf(post: Visible<PostRecord>): TimelineEntry {
  return { id: post.id, post, boost: null };
}

/** What the one who looks has to do with a post. */
export interface Involvement {
  readonly favourited: boolean;
  readonly boosted: boolean;
  readonly bookmarked: boolean;
  readonly pinned: boolean;
  /** hears no more of the thread */
  readonly muted: boolean;
}

/** A post with all that a client shows of it. */
export interface StatusView extends TimelineEntry {
  /** null for visitors */
  readonly involvement: Involvement | null;
  /** IRI of a mentioned actor → the actor, for those who are known here */
  readonly mentioned: ReadonlyMap<string, ActorRecord>;
  /** author of the post that it answers */
  readonly inReplyToActorId: Id | null;
  /** the application that it was written with */
  readonly application: { readonly name: string; readonly website: string | null } | null;
  /** who may quote it */
  readonly quotePolicy: "public" | "followers" | "nobody";
  /** whether the viewer may quote it: `unknown` for what its own server decides */
  readonly quotable: "automatic" | "denied" | "unknown";
  /** what it quotes */
  readonly quote: QuoteView | null;
  /** null for what is no question */
  readonly poll: PollView | null;
  /** stored atom → how people write it */
  readonly audienceNames: ReadonlyMap<string, string>;
  /** its files, with addresses that this viewer can load */
  readonly files: readonly ShownFile[];
  /** the viewer's filters that apply */
  readonly filtered: readonly FilterMatch[];
}

/** What a post quotes; below a quoted post only that it quotes something, not what. */
export interface QuoteView {
  readonly state: QuoteState;
  readonly quotedId: Id | null;
  /** null unless it may be shown, and below a quoted post */
  readonly quoted: StatusView | null;
}

/** Where statuses are shown, as far as filters mind: without it all filters of the viewer apply. */
export interface ShownAt {
  readonly place?: FilterContext;
  /** what applies, where the caller knows already */
  readonly filtered?: FilterMatches;
  /** within another status: what it quotes in turn is not shown */
  readonly isQuoted?: boolean;
}

const NOBODY_INVOLVED: Involvement = {
  favourited: false,
  boosted: false,
  bookmarked: false,
  pinned: false,
  muted: false,
};

/** Gathers for many entries at once what clients show beside a post; a handful of statements. */
export async function viewStatuses(
  context: Context,
  acting: Acting | null,
  entries: readonly TimelineEntry[],
  { place, filtered, isQuoted = false }: ShownAt = {},
): Promise<StatusView[]> {
  if (entries.length === 0) return [];
  const shown = [...new Map(entries.map(({ post }) => [post.id, post])).values()];
  const [around, mentioned, names, polls, files, matches] = await Promise.all([
    readAround(context, acting, shown),
    findActorsByIris(context.db, mentionsOf(shown)),
    audienceNames(context, shown),
    viewPolls(context, acting, shown),
    showFiles(context, acting, shown),
    filtered ?? filterMatches(context, acting, shown, place),
  ]);
  const quoting = shown.flatMap(({ id }) => (around.get(id)?.quotes === true ? [id] : []));
  const quoted = await viewQuotes(context, acting, quoting, { isQuoted, ...placeOf(place) });
  return entries.map((entry) => {
    const row = around.get(entry.post.id);
    return {
      ...entry,
      involvement: acting === null ? null : (row?.involvement ?? NOBODY_INVOLVED),
      mentioned,
      inReplyToActorId: row?.inReplyToActorId ?? null,
      application: row?.application ?? null,
      quotePolicy: row?.quotePolicy ?? (isPublic(entry.post.audience) ? "public" : "nobody"),
      quotable: quotableBy(acting, entry.post, row ?? null),
      quote: quoted.get(entry.post.id) ?? null,
      poll: polls.get(entry.post.id) ?? null,
      audienceNames: names,
      files: files.get(entry.post.id) ?? [],
      filtered: matches.get(entry.post.id) ?? [],
    };
  });
}

function placeOf(place: FilterContext | undefined): Pick<ShownAt, "place"> {
  return place === undefined ? {} : { place };
}

async function viewQuotes(
  context: Context,
  acting: Acting | null,
  quoting: readonly Id[],
  { isQuoted, ...shownAt }: ShownAt & { readonly isQuoted: boolean },
): Promise<Map<Id, QuoteView>> {
  const seen = await seeQuotes(context, acting, quoting);
  const posts = [...seen.values()].flatMap(({ quoted }) => (quoted === null ? [] : [quoted]));
  const views = isQuoted
    ? []
    : await viewStatuses(context, acting, posts.map(entryOf), { ...shownAt, isQuoted: true });
  const byId = new Map(views.map((view) => [view.post.id, view]));
  return new Map(
    [...seen].map(([id, { state, quoted }]) => [
      id,
      { state, quotedId: quoted?.id ?? null, quoted: byId.get(quoted?.id ?? 0n) ?? null },
    ]),
  );
}

/** Our own posts say who may quote them; what others wrote, their servers decide about. */
function quotableBy(
  acting: Acting | null,
  post: PostRecord,
  around: Around | null,
): StatusView["quotable"] {
  if (acting === null || !isPublic(post.audience)) return "denied";
  if (post.authorId === acting.actor.id) return "automatic";
  if (!post.local) return "unknown";
  const policy = around?.quotePolicy ?? "public";
  if (policy === "followers") return around?.followsAuthor === true ? "automatic" : "denied";
  return policy === "public" ? "automatic" : "denied";
}

/** One post, see `viewStatuses`. */
export async function viewStatus(
  context: Context,
  acting: Acting | null,
  post: Visible<PostRecord>,
): Promise<StatusView> {
  const [view] = await viewStatuses(context, acting, [entryOf(post)]);
  if (view === undefined) throw new Error("viewStatuses returned nothing for an entry");
  return view;
}

function mentionsOf(shown: readonly PostRecord[]): string[] {
  const iris = shown.flatMap(({ tags }) =>
    tags.flatMap(({ type, href }) => (type === "Mention" && href !== null ? [href] : [])),
  );
  return [...new Set(iris)];
}

interface Around {
  readonly involvement: Involvement;
  readonly inReplyToActorId: Id | null;
  readonly application: StatusView["application"];
  readonly quotePolicy: StatusView["quotePolicy"] | null;
  readonly followsAuthor: boolean;
  /** it quotes something */
  readonly quotes: boolean;
}

type AroundRow = Record<"favourited" | "boosted" | "bookmarked" | "pinned" | "muted", boolean> & {
  readonly follows_author: boolean;
  readonly quotes: boolean;
  readonly id: string;
  readonly parent_author: string | null;
  readonly app_name: string | null;
  readonly app_website: string | null;
  readonly quote_policy: StatusView["quotePolicy"] | null;
};

async function readAround(
  context: Context,
  acting: Acting | null,
  shown: readonly PostRecord[],
): Promise<Map<Id, Around>> {
  const actor = (acting?.actor.id ?? 0n).toString();
  const rows = await context.db.execute<AroundRow>(sql`
    select p.id::text as id,
      exists (select from reactions r
        where r.post_id = p.id and r.actor_id = ${actor}::bigint and r.type = 'favourite') as favourited,
      exists (select from reactions r
        where r.post_id = p.id and r.actor_id = ${actor}::bigint and r.type = 'boost') as boosted,
      exists (select from bookmarks b
        where b.actor_id = ${actor}::bigint and b.post_id = p.id) as bookmarked,
      exists (select from pins where pins.actor_id = ${actor}::bigint and pins.post_id = p.id) as pinned,
      ${isThreadMuted(sql`${actor}::bigint`, sql`p.id`)} as muted,
      w.quote_policy = 'followers' and exists (select from follows f where f.follower_id = ${actor}::bigint
        and f.followee_id = p.author_id and f.state = 'accepted') as follows_author,
      exists (select from quotes q where q.post_id = p.id) as quotes,
      parents.author_id::text as parent_author,
      a.name as app_name, a.website as app_website, w.quote_policy
    from posts p
    left join posts parents on parents.id = p.in_reply_to_id
    left join written_posts w on w.post_id = p.id
    left join oauth_apps a on a.id = w.app_id
    where p.id = any(${bigints(shown.map(({ id }) => id))})`);
  return new Map(rows.map((row) => [BigInt(row.id), toAround(row)]));
}

function toAround(row: AroundRow): Around {
  const { favourited, boosted, bookmarked, pinned, muted } = row;
  return {
    involvement: { favourited, boosted, bookmarked, pinned, muted },
    inReplyToActorId: row.parent_author === null ? null : BigInt(row.parent_author),
    application: row.app_name === null ? null : { name: row.app_name, website: row.app_website },
    quotePolicy: row.quote_policy,
    followsAuthor: row.follows_author,
    quotes: row.quotes,
  };
}
