import {
  and,
  desc,
  eq,
  gt,
  gte,
  inArray,
  isNotNull,
  lt,
  not,
  or,
  sql,
  type SQL,
} from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import { AppError } from "../domain/errors.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import type { Id } from "../domain/ids.ts";
import { readWithin } from "../persistence/time-limit.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import {
  actors,
  bookmarks,
  posts,
  postSearchWords,
  reactions,
} from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { notHiddenFrom } from "./hiding.ts";
import { readPosts, selectPostVersions } from "./post-reading.ts";
import { parseSearchQuery, type Being, type Having, type SearchQuery } from "./search-query.ts";
import { narrowTo, revealPosts } from "./visibility.ts";

/** What somebody looks for among posts, and which part of the findings they want. */
export interface PostSearch {
  readonly query: string;
  readonly authorId: Id | null;
  readonly before: Id | null;
  readonly after: Id | null;
  readonly offset: number;
  readonly limit: number;
}

/** How many of the newest that may fit are looked at closely. */
const MOST_LOOKED_AT = 2_000;

/** How long PostgreSQL looks: a word that is in a million posts takes a few seconds. */
const MOST_MS = 5_000;

/**
 * Posts and practices with those words, newest first, by the rules of the language that each is in.
 * Among what the viewer may see: their own, what they took part in, what was addressed to them or
 * to the organization, and what is public by authors who let themselves be found.
 * @throws AppError `search_too_broad` when so many posts have the words that looking takes too long
 */
export async function searchPosts(
  context: Context,
  acting: Acting,
  search: PostSearch,
): Promise<Visible<PostRecord>[]> {
  const query = parseSearchQuery(search.query);
  const conditions = conditionsOf(acting, query);
  if (conditions === null) return [];
  // What the index answers comes first: the words of a post are read again for the newest alone.
  const newest = context.db
    .select({ id: posts.id })
    .from(posts)
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .where(
      and(
        await narrowTo(context, acting.viewer),
        isFindable(context, acting),
        notHiddenFrom(context, acting, { id: actors.id, host: actors.host }),
        ...conditions,
        search.authorId === null ? undefined : eq(posts.authorId, search.authorId),
        search.before === null ? undefined : lt(posts.id, search.before),
        search.after === null ? undefined : gt(posts.id, search.after),
      ),
    )
    .orderBy(desc(posts.id))
    .limit(MOST_LOOKED_AT);
  const rows = await readWithin(context.db, MOST_MS, (tx) =>
    selectPostVersions(tx)
      .where(and(inArray(posts.id, newest), ...inOwnLanguage(query)))
      .orderBy(desc(posts.id))
      .offset(search.offset)
      .limit(search.limit),
  );
  if (rows === undefined) {
    const safe = "Too many posts have these words. Add another one.";
    throw new AppError("search_too_broad", safe, { status: 422 });
  }
  return revealPosts(context, acting.viewer, await readPosts(context, rows));
}

/** Others may not want to be found by strangers: that holds for what they say to everybody. */
function isFindable(context: Context, { actor }: Acting): SQL | undefined {
  const mention = sql`${JSON.stringify([{ type: "Mention", href: actor.iri }])}::text::jsonb`;
  const open = sql`${posts.audience} && '{public,followers}'`;
  const took = (table: typeof bookmarks | typeof reactions) =>
    sql`${posts.id} in ${context.db.select({ id: table.postId }).from(table).where(eq(table.actorId, actor.id))}`;
  return or(
    eq(posts.authorId, actor.id),
    not(open),
    and(eq(actors.indexable, true), eq(posts.quiet, false)),
    took(reactions),
    took(bookmarks),
    sql`${posts.tags} @> ${mention}`,
  );
}

/** Null for a query that says nothing. */
function conditionsOf(acting: Acting, query: SearchQuery): SQL[] | null {
  const all: SQL[] = [];
  const words = postSearchWords(posts);
  if (query.words.trim() !== "") {
    all.push(sql`${words} @@ (select praxis_search_query(${query.words}))`);
  }
  if (query.from.length > 0) all.push(isFrom(acting, query.from));
  const narrowing = [...query.has.map(having), ...query.is.map(being)];
  if (all.length + narrowing.length === 0) return null;
  all.push(
    ...narrowing,
    ...query.notHas.map((each) => not(having(each))),
    ...query.notIs.map((each) => not(being(each))),
  );
  if (query.language !== null) {
    all.push(sql`split_part(lower(${posts.language}), '-', 1) = ${query.language}`);
  }
  if (query.before !== null) all.push(lt(posts.publishedAt, query.before));
  if (query.after !== null) all.push(gte(posts.publishedAt, query.after));
  return all;
}

/** Any reading of the words finds a post by the index; what counts is the one in its own language. */
function inOwnLanguage({ words, without }: SearchQuery): SQL[] {
  const own = postSearchWords(posts);
  return [
    ...(words.trim() === "" ? [] : [sql`${own} @@ ${inLanguage(words)}`]),
    ...without.map((word) => sql`not ${own} @@ ${inLanguage(word)}`),
  ];
}

function inLanguage(words: string): SQL {
  return sql`websearch_to_tsquery(praxis_search_config(${posts.language}), ${words})`;
}

function isFrom({ actor }: Acting, handles: readonly string[]): SQL {
  const each = handles.map((handle) => {
    if (handle === "me") return eq(posts.authorId, actor.id);
    const remote = parseRemoteHandle(handle);
    if (remote === null) {
      return and(sql`lower(${actors.handle}) = ${handle}`, sql`${actors.kind} <> 'remote'`);
    }
    return and(sql`lower(${actors.handle}) = ${remote.username}`, eq(actors.host, remote.host));
  });
  return or(...each) ?? sql`false`;
}

function having(what: Having): SQL {
  if (what === "media") return sql`${posts.attachments} <> '[]'`;
  if (what === "poll") return eq(posts.type, "Question");
  if (what === "link") {
    return sql`regexp_like(${posts.contentHtml}, '<a href="[^"]*"(?! class="(mention|hashtag))')`;
  }
  return sql`exists (select from jsonb_array_elements(${posts.attachments}) as file
    where starts_with(file ->> 'mediaType', ${`${what}/`}))`;
}

function being(what: Being): SQL {
  if (what === "reply") return isNotNull(posts.inReplyToIri);
  if (what === "sensitive") return eq(posts.sensitive, true);
  return sql`${posts.audience} @> '{public}'`;
}
