import { and, asc, desc, eq, lt, sql } from "drizzle-orm";
import { parseAudience } from "../domain/audience/audience.ts";
import { see, type Viewer, type Visible } from "../domain/audience/policy.ts";
import { MAX_ID, type Id } from "../domain/ids.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import { normalizeTopic, type PracticeKind } from "../domain/practice.ts";
import { findActorByHandle } from "../persistence/repositories/actors.ts";
import { limitedTo, opaque } from "../persistence/planning.ts";
import { preparedShapes } from "../persistence/prepared-queries.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import { arrayText } from "../persistence/repositories/set-parameters.ts";
import {
  actors,
  posts,
  postWords,
  practiceRevisions,
  practices,
} from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { readPosts, selectPostVersions, type PreparedList } from "./post-reading.ts";
import { getVisiblePost, prepareNarrowing, relationsOf, revealPosts } from "./visibility.ts";

/** Narrows a list of practices; all that is given must hold. */
export interface PracticeFilter {
  /** IRI of the publishing organization */
  readonly organization?: string | undefined;
  readonly topic?: string | undefined;
  readonly kind?: PracticeKind | undefined;
  /** IRI of a credited actor */
  readonly credited?: string | undefined;
  /** words, as people type them into a search box */
  readonly query?: string | undefined;
  /** older than this practice */
  readonly before?: Id | undefined;
  readonly limit: number;
}

/** One page; `next` continues it as `before`, null at the end. */
export interface PracticePage {
  readonly practices: readonly Visible<PostRecord>[];
  readonly next: Id | null;
}

/**
 * Practices that the viewer may see, newest first. Visitors are shown our own: what others publish
 * is on their own pages.
 */
export async function listPractices(
  context: Context,
  viewer: Viewer,
  filter: PracticeFilter,
): Promise<PracticePage> {
  const narrowing = await prepareNarrowing(context, viewer);
  const { before, limit, ...given } = valuesOf(filter);
  const names = Object.keys(given) as (keyof typeof CONDITIONS)[];
  const list = lists(context.db, `${narrowing.key} ${names.join()} ${limit}`, () =>
    selectPostVersions(context.db)
      .where(
        and(
          sql`${posts.type} = 'Article'`,
          narrowing.where(),
          viewer.kind === "anonymous" ? sql`${posts.local}` : undefined,
          ...names.map((name) => CONDITIONS[name]),
          lt(posts.id, opaque(sql`${sql.placeholder("before")}::text::bigint`)),
        ),
      )
      .orderBy(limitedTo(desc(posts.id), limit))
      .prepare("practices"),
  );
  const rows = await list.execute({ ...narrowing.values, ...given, before });
  const page = rows.slice(0, filter.limit);
  return {
    practices: await revealPosts(context, viewer, await readPosts(context, page)),
    next: rows.length > filter.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

const lists = preparedShapes<PreparedList>();

const CONDITIONS = {
  organization: sql`${actors.iri} = ${sql.placeholder("organization")}`,
  kind: sql`${practices.kind} = ${sql.placeholder("kind")}`,
  topics: sql`${practices.topics} @> ${sql.placeholder("topics")}::text::text[]`,
  credits: sql`${practices.credits} @> ${sql.placeholder("credits")}::text::text[]`,
  query: sql`${postWords(posts)} @@ websearch_to_tsquery('simple', ${sql.placeholder("query")})`,
};

/** The values for the placeholders; without those that are not given. */
function valuesOf({ organization, kind, topic, credited, query, before, limit }: PracticeFilter) {
  return {
    ...(organization !== undefined && { organization }),
    ...(kind !== undefined && { kind }),
    ...(topic !== undefined && { topics: arrayText([normalizeTopic(topic)]) }),
    ...(credited !== undefined && { credits: arrayText([credited]) }),
    ...(query !== undefined && { query }),
    before: (before ?? MAX_ID).toString(),
    limit: limit + 1,
  };
}

/** One published revision of a practice. */
export interface Revision {
  readonly number: number;
  readonly title: string;
  readonly summary: string;
  readonly markdown: string;
  readonly changeNote: string;
  readonly editor: string;
  readonly createdAt: Date;
}

/**
 * The revisions of one of our practices, oldest first, for whoever may see the practice: the present
 * one, and those that were for the viewer when they were published. To widen a practice is to publish
 * what it says now, not what it said before (rule 4).
 * @throws AppError `not_found`
 */
export async function listRevisions(context: Context, viewer: Viewer, id: Id): Promise<Revision[]> {
  const post = await getVisiblePost(context, viewer, (db) => findPostById(db, id));
  const relations = await relationsOf(context, context.db, viewer, [post.author]);
  const facts = relations.factsAbout(post);
  const rows = await context.db
    .select({
      number: practiceRevisions.number,
      title: practiceRevisions.title,
      summary: practiceRevisions.summary,
      markdown: practiceRevisions.markdown,
      changeNote: practiceRevisions.changeNote,
      editor: actors.iri,
      createdAt: practiceRevisions.createdAt,
      audience: practiceRevisions.audience,
    })
    .from(practiceRevisions)
    .innerJoin(actors, eq(actors.id, practiceRevisions.editorId))
    .where(eq(practiceRevisions.postId, post.id))
    .orderBy(asc(practiceRevisions.number));
  return rows.flatMap(({ audience, ...revision }) => {
    const then = { ...post, audience: parseAudience(audience) };
    return revision.number === post.revision || see(viewer, then, facts) ? [revision] : [];
  });
}

/** The object behind a practice's page; whether anybody may see it is decided with the object. */
export async function findOwnPracticeIri(context: Context, slug: string): Promise<string | null> {
  const [row] = await context.db
    .select({ iri: posts.iri })
    .from(practices)
    .innerJoin(posts, eq(posts.id, practices.postId))
    .where(eq(practices.slug, slug));
  return row?.iri ?? null;
}

/**
 * The IRI of an organization given as `@bravo@bravo.example`, as a page or as an IRI. For one that
 * we do not know it is a text that no actor has: a filter by it finds nothing.
 */
export async function findOrganizationIri(context: Context, text: string): Promise<string> {
  const handle = parseRemoteHandle(text);
  const actor =
    handle === null ? null : await findActorByHandle(context.db, handle.username, handle.host);
  return actor?.iri ?? text.slice(0, 2000);
}
