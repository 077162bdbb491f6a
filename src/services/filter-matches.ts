import { inArray, sql } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { polls, type FilterContext } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { filtersOf } from "./filters-sql.ts";
import { contains, fold, toWords, type Words } from "./filter-words.ts";

export type { FilterContext } from "../persistence/schema/index.ts";

/** A filter with all that belongs to it. */
export interface Filter {
  readonly id: Id;
  readonly title: string;
  readonly context: readonly FilterContext[];
  readonly action: "warn" | "hide" | "blur";
  readonly expiresAt: Date | null;
  readonly keywords: readonly FilterKeyword[];
  readonly posts: readonly FilteredPost[];
}

export interface FilterKeyword {
  readonly id: Id;
  readonly keyword: string;
  readonly wholeWord: boolean;
}

/** A post that a filter names itself. */
export interface FilteredPost {
  readonly id: Id;
  readonly postId: Id;
}

/** Why a filter applies to a post. */
export interface FilterMatch {
  readonly filter: Filter;
  readonly keywords: readonly string[];
  readonly postIds: readonly Id[];
}

/** Post → the filters that apply to it; posts without any are left out. */
export type FilterMatches = ReadonlyMap<Id, readonly FilterMatch[]>;

/** The filters of an actor as they were at some reading, ready to be compared with posts. */
export interface CompiledFilters {
  /** what was read: the same text means the same filters */
  readonly text: string;
  readonly filters: readonly { readonly filter: Filter; readonly words: readonly Words[] }[];
}

const NONE: FilterMatches = new Map();

/**
 * Which filters of whoever looks apply to these posts: at `place`, or anywhere without one, as clients
 * look at a filter's contexts themselves. Nobody's own posts are filtered. `text` is what the filters
 * are, where it was just read (`Surroundings`). One statement without it, and one more if there are
 * filters and polls.
 */
export async function filterMatches(
  context: Context,
  acting: Acting | null,
  posts: readonly Visible<PostRecord>[],
  place: FilterContext | null = null,
  text?: string,
): Promise<FilterMatches> {
  if (acting === null || posts.length === 0) return NONE;
  const now = context.now();
  const active = (await compiledFilters(context, acting.actor.id, text)).filters.filter(
    ({ filter }) =>
      (filter.expiresAt === null || filter.expiresAt > now) &&
      (place === null || filter.context.includes(place)),
  );
  const others =
    active.length === 0 ? [] : posts.filter(({ authorId }) => authorId !== acting.actor.id);
  if (others.length === 0) return NONE;
  const options = await pollOptions(context, others);
  const found = new Map<Id, FilterMatch[]>();
  for (const post of others) {
    const text = [textOf(post), ...(options.get(post.id) ?? [])].join("\n");
    const matches = active.flatMap(({ filter, words }) => {
      const keywords = words.filter((each) => contains(text, each)).map(({ keyword }) => keyword);
      const postIds = filter.posts.some(({ postId }) => postId === post.id) ? [post.id] : [];
      return keywords.length + postIds.length === 0 ? [] : [{ filter, keywords, postIds }];
    });
    if (matches.length > 0) found.set(post.id, matches);
  }
  return found;
}

/** Whether a post is to be left out altogether. */
export function isHidden(matches: FilterMatches, id: Id): boolean {
  return matches.get(id)?.some(({ filter }) => filter.action === "hide") ?? false;
}

/** All filters of an actor, those that have expired too, oldest first. */
export async function readFilters(context: Context, actorId: Id): Promise<Filter[]> {
  return (await compiledFilters(context, actorId)).filters.map(({ filter }) => filter);
}

/** Read each time, which is cheap; made ready again only when they have changed. */
async function compiledFilters(
  context: Context,
  actorId: Id,
  given?: string,
): Promise<CompiledFilters> {
  const text = given ?? (await readText(context, actorId));
  const known = context.memory.filters.get(actorId);
  if (known?.text === text) return known;
  const compiled = compile(text);
  context.memory.filters.set(actorId, compiled);
  return compiled;
}

async function readText({ db }: Context, actorId: Id): Promise<string> {
  const [row] = await db.execute<{ text: string | null }>(
    sql`select ${filtersOf(sql`${actorId.toString()}::bigint`)} as text`,
  );
  return row?.text ?? "[]";
}

interface StoredFilter extends Omit<Filter, "id" | "expiresAt" | "keywords" | "posts"> {
  readonly id: string;
  readonly expiresAt: string | null;
  readonly keywords: readonly (Omit<FilterKeyword, "id"> & { readonly id: string })[];
  readonly posts: readonly { readonly id: string; readonly postId: string }[];
}

function compile(text: string): CompiledFilters {
  const stored = JSON.parse(text) as StoredFilter[];
  const filters = stored.map((row) => ({
    filter: {
      ...row,
      id: BigInt(row.id),
      expiresAt: row.expiresAt === null ? null : new Date(row.expiresAt),
      keywords: row.keywords.map((keyword) => ({ ...keyword, id: BigInt(keyword.id) })),
      posts: row.posts.map(({ id, postId }) => ({ id: BigInt(id), postId: BigInt(postId) })),
    },
    words: row.keywords.map(({ keyword, wholeWord }) => toWords(keyword, wholeWord)),
  }));
  return { text, filters };
}

const texts = new WeakMap<PostRecord, string>();

/** What a post says, folded. Its record is the same object as long as it says the same. */
function textOf(post: PostRecord): string {
  const known = texts.get(post);
  if (known !== undefined) return known;
  const files = post.attachments.map(({ name, description = "" }) => `${name}\n${description}`);
  const text = fold([post.title, post.summary, plain(post.contentHtml), ...files].join("\n"));
  texts.set(post, text);
  return text;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&amp;": "&",
};

/** Sanitized HTML as text: what stands in one line for a reader stands in one line here. */
function plain(html: string): string {
  return html
    .replaceAll(/<(\/?[a-z][a-z0-9]*)[^<>]*>/g, (_, tag: string) =>
      /^\/?(?:p|br|div|li|ul|ol|h\d|pre|blockquote|t[rdh]|table)$/.test(tag) ? "\n" : "",
    )
    .replaceAll(/&(?:lt|gt|quot|amp|#39);/g, (entity) => ENTITIES[entity] ?? entity);
}

async function pollOptions(
  context: Context,
  posts: readonly PostRecord[],
): Promise<Map<Id, string[]>> {
  const ids = posts.filter(({ type }) => type === "Question").map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await context.db
    .select({ postId: polls.postId, options: polls.options })
    .from(polls)
    .where(inArray(polls.postId, ids));
  return new Map(
    rows.map(({ postId, options }) => [postId, options.map(({ title }) => fold(title))]),
  );
}
