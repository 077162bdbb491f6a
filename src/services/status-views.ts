import { isPublic } from "../domain/audience/audience.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { findActorsByIris, type ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { Acting } from "./acting.ts";
import { repliesToHidden } from "./answered-posts.ts";
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
import {
  readSurroundings,
  type Around,
  type Involvement,
  type Surroundings,
} from "./status-surroundings.ts";
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

/** A post with all that a client shows of it. */
export interface StatusView extends TimelineEntry {
  /** null for visitors */
  readonly involvement: Involvement | null;
  /** IRI of a mentioned actor → the actor, for those who are known here */
  readonly mentioned: ReadonlyMap<string, ActorRecord>;
  /** the post that it answers, and that post's author; null where the viewer may not see it */
  readonly inReplyToId: Id | null;
  readonly inReplyToActorId: Id | null;
  /** the application that it was written with */
  readonly application: Around["application"];
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
  /** what is around the posts, where the caller knows already */
  readonly surroundings?: Pick<Surroundings, "around" | "filters">;
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
  { place, filtered, surroundings: given, isQuoted = false }: ShownAt = {},
): Promise<StatusView[]> {
  if (entries.length === 0) return [];
  const shown = [...new Map(entries.map(({ post }) => [post.id, post])).values()];
  const known = given ?? readSurroundings(context, acting, shown);
  const [{ around }, mentioned, names, polls, files, matches] = await Promise.all([
    known,
    findActorsByIris(context.db, mentionsOf(shown)),
    audienceNames(context, shown),
    viewPolls(context, acting, shown),
    showFiles(context, acting, shown),
    filtered ?? matchFilters(context, acting, shown, { place, known }),
  ]);
  const quoting = shown.flatMap(({ id }) => (around.get(id)?.quotes === true ? [id] : []));
  // All other replies are seen only where everything above them is.
  const answering = shown.filter(
    ({ id, audience }) => isPublic(audience) && around.get(id)?.answersFew === true,
  );
  const [quoted, answersHidden] = await Promise.all([
    viewQuotes(context, acting, quoting, { isQuoted, ...placeOf(place) }),
    repliesToHidden(context, acting, answering),
  ]);
  return entries.map((entry) => {
    const row = around.get(entry.post.id);
    const isAlone = answersHidden.has(entry.post.id);
    return {
      ...entry,
      involvement: acting === null ? null : (row?.involvement ?? NOBODY_INVOLVED),
      mentioned,
      inReplyToId: isAlone ? null : entry.post.inReplyToId,
      inReplyToActorId: isAlone ? null : (row?.inReplyToActorId ?? null),
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

async function matchFilters(
  context: Context,
  acting: Acting | null,
  shown: readonly Visible<PostRecord>[],
  at: {
    readonly place: FilterContext | undefined;
    readonly known: ShownAt["surroundings"] | Promise<Surroundings>;
  },
): Promise<FilterMatches> {
  const known = await at.known;
  return filterMatches(context, acting, shown, at.place ?? null, known?.filters);
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
