import { isTag, normalizeTag } from "../domain/tag.ts";
import { ANONYMOUS, type Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { findTags } from "../persistence/repositories/tags.ts";
import { searchAccounts } from "./account-search.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { viewTags, type TagView } from "./followed-tags.ts";
import { readPostsByIds } from "./post-reading.ts";
import { searchPosts } from "./post-search.ts";
import { resolveUrl } from "./resolve-url.ts";
import { revealPosts } from "./visibility.ts";

export type SearchedKind = "accounts" | "statuses" | "hashtags";

/** What somebody types into a search box, and what they want of what is found. */
export interface Search {
  readonly query: string;
  /** null = everything */
  readonly kind: SearchedKind | null;
  /** looks at other instances for what is not known here */
  readonly resolve: boolean;
  /** accounts: among those whom the actor follows */
  readonly following: boolean;
  /** posts: of this author */
  readonly authorId: Id | null;
  readonly before: Id | null;
  readonly after: Id | null;
  readonly offset: number;
  readonly limit: number;
}

export interface Found {
  readonly accounts: readonly ActorRecord[];
  readonly posts: readonly Visible<PostRecord>[];
  readonly tags: readonly TagView[];
}

const LONGEST_QUERY = 500;
const NOTHING: Found = { accounts: [], posts: [], tags: [] };

/**
 * Accounts, posts and hashtags for a text; for a web address or a whole handle that one thing.
 * Visitors find accounts and hashtags of what is ours and public, and nothing is fetched for them.
 */
export async function search(
  context: Context,
  acting: Acting | null,
  asked: Search,
): Promise<Found> {
  const query = asked.query
    .normalize("NFC")
    .replaceAll(/\p{Cc}/gu, " ")
    .trim()
    .slice(0, LONGEST_QUERY);
  if (query === "") return NOTHING;
  const wants = (kind: SearchedKind) => asked.kind === null || asked.kind === kind;
  if (/^https?:\/\/\S+$/i.test(query)) {
    if (acting === null || asked.offset > 0) return NOTHING;
    const { account, post } = await resolveUrl(context, acting, query, { fetches: asked.resolve });
    return {
      accounts: account !== null && wants("accounts") ? [account] : [],
      posts: post !== null && wants("statuses") ? [post] : [],
      tags: [],
    };
  }
  const isTagOnly = query.startsWith("#");
  const isHandle = parseRemoteHandle(query) !== null || /^@\S+$/.test(query);
  const [accounts, posts, tags] = await Promise.all([
    wants("accounts") && !isTagOnly ? searchAccounts(context, acting, { ...asked, query }) : [],
    acting !== null && wants("statuses") && !isTagOnly && !isHandle
      ? searchPosts(context, acting, { ...asked, query })
      : [],
    wants("hashtags") && !isHandle ? searchTags(context, acting, query, asked) : [],
  ]);
  return { accounts, posts, tags };
}

/** Most hashtags that are looked at, and most posts of each to find one that may be seen. */
const MOST_TAGS = 200;
const MOST_POSTS = 5;

/**
 * Hashtags that begin so, in order of the alphabet: only such as stand on a public post that the
 * viewer may see. A hashtag of anything else is not there.
 */
async function searchTags(
  context: Context,
  acting: Acting | null,
  query: string,
  { offset, limit }: Search,
): Promise<TagView[]> {
  const start = normalizeTag(query);
  if (!isTag(start)) return [];
  const used = await findTags(context.db, start, { tags: MOST_TAGS, posts: MOST_POSTS });
  const ids = [...new Set(used.flatMap(({ postIds }) => postIds))];
  const posts = await readPostsByIds(context, ids);
  const viewer = acting?.viewer ?? ANONYMOUS;
  const readable = acting === null ? posts.filter(({ local }) => local) : posts;
  const visible = new Set((await revealPosts(context, viewer, readable)).map(({ id }) => id));
  const seen = used.filter(({ postIds }) => postIds.some((id) => visible.has(id)));
  const names = seen.slice(offset, offset + limit).map(({ tag }) => tag);
  return viewTags(context, acting, names);
}
