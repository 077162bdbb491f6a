import { and, asc, desc, eq, lt, sql, type SQL } from "drizzle-orm";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { MAX_ID, type Id } from "../domain/ids.ts";
import { parseRemoteHandle } from "../domain/handle.ts";
import { normalizeTopic, type PracticeKind } from "../domain/practice.ts";
import { findActorByHandle } from "../persistence/repositories/actors.ts";
import { limitedTo, opaque } from "../persistence/planning.ts";
import { findPostById, type PostRecord } from "../persistence/repositories/posts.ts";
import {
  actors,
  posts,
  postWords,
  practiceRevisions,
  practices,
} from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { readPosts, selectPostVersions } from "./post-reading.ts";
import { getVisiblePost, narrowTo, revealPosts } from "./visibility.ts";

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
  const rows = await selectPostVersions(context.db)
    .where(
      and(
        sql`${posts.type} = 'Article'`,
        await narrowTo(context, viewer),
        viewer.kind === "anonymous" ? sql`${posts.local}` : undefined,
        ...conditions(filter),
      ),
    )
    .orderBy(limitedTo(desc(posts.id), filter.limit + 1));
  const page = rows.slice(0, filter.limit);
  return {
    practices: await revealPosts(context, viewer, await readPosts(context, page)),
    next: rows.length > filter.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

function conditions(filter: PracticeFilter): SQL[] {
  const all: SQL[] = [];
  if (filter.organization !== undefined) all.push(eq(actors.iri, filter.organization));
  if (filter.kind !== undefined) all.push(eq(practices.kind, filter.kind));
  if (filter.topic !== undefined) {
    const topics = sql.param([normalizeTopic(filter.topic)], practices.topics);
    all.push(sql`${practices.topics} @> ${topics}`);
  }
  if (filter.credited !== undefined) {
    all.push(sql`${practices.credits} @> ${sql.param([filter.credited], practices.credits)}`);
  }
  if (filter.query !== undefined) {
    all.push(sql`${postWords(posts)} @@ websearch_to_tsquery('simple', ${filter.query})`);
  }
  // Always there: a statement without any parameter would not be prepared.
  all.push(lt(posts.id, opaque(sql`${(filter.before ?? MAX_ID).toString()}::text::bigint`)));
  return all;
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
 * The revisions of one of our practices, oldest first, for whoever may see the practice.
 * @throws AppError `not_found`
 */
export async function listRevisions(context: Context, viewer: Viewer, id: Id): Promise<Revision[]> {
  const post = await getVisiblePost(context, viewer, (db) => findPostById(db, id));
  return context.db
    .select({
      number: practiceRevisions.number,
      title: practiceRevisions.title,
      summary: practiceRevisions.summary,
      markdown: practiceRevisions.markdown,
      changeNote: practiceRevisions.changeNote,
      editor: actors.iri,
      createdAt: practiceRevisions.createdAt,
    })
    .from(practiceRevisions)
    .innerJoin(actors, eq(actors.id, practiceRevisions.editorId))
    .where(eq(practiceRevisions.postId, post.id))
    .orderBy(asc(practiceRevisions.number));
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
