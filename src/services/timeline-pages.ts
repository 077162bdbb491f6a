import { ANONYMOUS } from "../domain/audience/policy.ts";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import type { Candidate, Stretch } from "../persistence/repositories/candidates.ts";
import type { FilterContext } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { filterMatches, isHidden, type FilterMatch, type FilterMatches } from "./filter-matches.ts";
import { newestFirst, type KeysetPage } from "./keyset-page.ts";
import { readAuthors, readPosts, readPostsByIds } from "./post-reading.ts";
import { readSurroundings, type Around, type Surroundings } from "./status-surroundings.ts";
import type { TimelineEntry } from "./status-views.ts";
import { revealPosts } from "./visibility.ts";

/** One page of a timeline, newest first. */
export interface TimelinePage {
  readonly entries: readonly TimelineEntry[];
  /** which of the viewer's filters apply */
  readonly filtered: FilterMatches;
  /** what is around the posts */
  readonly surroundings: Pick<Surroundings, "around" | "filters">;
}

/** A page of a timeline on which nothing is. */
export const EMPTY_PAGE: TimelinePage = {
  entries: [],
  filtered: new Map(),
  surroundings: { around: new Map(), filters: undefined },
};

/** How many candidates are looked at in each round: what is hidden must not make pages short. */
const SHORT_FIRST = 30;
const FIRST = 60;
const FURTHER = [120, 480, 1_920, 7_680] as const;

/**
 * Fills a page with what the viewer may see of the candidates that `find` gives, stretch by stretch.
 * One entry for each post: of a post and its boosts on one page the oldest stays. What is hidden by
 * the viewer's own filters is left out at home; elsewhere clients do that, who know the place.
 */
export async function fillPage(
  context: Context,
  acting: Acting | null,
  page: KeysetPage,
  place: FilterContext,
  find: (stretch: Stretch) => Promise<Candidate[]>,
): Promise<TimelinePage> {
  const entries = new Map<Id, TimelineEntry>();
  const filtered = new Map<Id, readonly FilterMatch[]>();
  const around = new Map<Id, Around>();
  let filters: string | undefined;
  let { before, after } = page;
  for (const most of [page.limit <= 20 ? SHORT_FIRST : FIRST, ...FURTHER]) {
    const candidates = await find({ before, after, upwards: page.upwards, most });
    const found = await show(context, acting, candidates, place);
    for (const [id, matches] of found.filtered) filtered.set(id, matches);
    for (const [id, row] of found.surroundings.around) around.set(id, row);
    filters = found.surroundings.filters ?? filters;
    for (const { id, postId } of candidates) {
      if (page.upwards) after = id;
      else before = id;
      const entry = found.entries.get(id);
      if (entry === undefined) continue;
      // The way up leads from older to newer: there the first of a post is the oldest.
      if (page.upwards && entries.has(postId)) continue;
      entries.delete(postId);
      entries.set(postId, entry);
      if (entries.size === page.limit) break;
    }
    if (entries.size === page.limit || candidates.length < most) break;
  }
  return {
    entries: newestFirst(page, [...entries.values()]),
    filtered,
    surroundings: { around, filters },
  };
}

interface Shown {
  /** by the candidate's id */
  readonly entries: ReadonlyMap<Id, TimelineEntry>;
  readonly filtered: FilterMatches;
  readonly surroundings: Surroundings;
}

async function show(
  context: Context,
  acting: Acting | null,
  candidates: readonly Candidate[],
  place: FilterContext,
): Promise<Shown> {
  const boosts = candidates.flatMap(({ boost }) => boost ?? []);
  const [posts, boosters] = await Promise.all([
    readCandidates(context, candidates),
    boosts.length === 0 ? null : readAuthors(context, boosts),
  ]);
  const visible = new Map<Id, Visible<PostRecord>>();
  const viewer = acting?.viewer ?? ANONYMOUS;
  // In one statement: what the policy must know of the authors, and what is shown beside the posts.
  const surroundings = await readSurroundings(context, acting, posts);
  const { ties, filters } = surroundings;
  const revealed = await revealPosts(context, viewer, posts, context.db, ties);
  for (const post of revealed) visible.set(post.id, post);
  const filtered = await filterMatches(context, acting, revealed, place, filters);
  const entries = candidates.flatMap(({ id, postId, boost }): [Id, TimelineEntry][] => {
    const post = visible.get(postId);
    if (post === undefined || (place === "home" && isHidden(filtered, postId))) return [];
    if (boost === null) return [[id, { id, post, boost: null }]];
    const actor = boosters?.get(boost.authorId)?.actor;
    if (actor === undefined || actor.suspendedAt !== null || actor.goneAt !== null) return [];
    return [[id, { id, post, boost: { iri: boost.iri, actor, createdAt: boost.createdAt } }]];
  });
  return { entries: new Map(entries), filtered, surroundings };
}

/** The posts, each once, most often of the versions that the candidates came with. */
function readCandidates(context: Context, candidates: readonly Candidate[]): Promise<PostRecord[]> {
  const versions = new Map(candidates.map(({ postId, version }) => [postId, version]));
  const known = [...versions.values()].filter((version) => version !== null);
  return known.length === versions.size
    ? readPosts(context, known)
    : readPostsByIds(context, [...versions.keys()]);
}
