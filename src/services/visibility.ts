import { sql, type SQL } from "drizzle-orm";
import { partnerReach, partnersFor } from "../domain/audience/partners.ts";
import { notFound } from "../domain/errors.ts";
import { isOriginRefused } from "../domain/moderation.ts";
import { isPublic } from "../domain/audience/audience.ts";
import { revealReply } from "../domain/audience/discussion.ts";
import { reveal, type Facts, type Viewer, type Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { visibleTo } from "../persistence/audience.sql.ts";
import type { Queryable } from "../persistence/database.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { findTies, NO_TIES, type Ties } from "../persistence/repositories/ties.ts";
import { findAncestors, type AncestorPost } from "../persistence/repositories/threads.ts";
import type { Context } from "./context.ts";
import { isRefusedViewer, originFacts, originRules } from "./origin-rules.ts";
import { partnersNow } from "./partners.ts";

/** What is true between a viewer and many authors, read in one statement or none. */
export interface Relations {
  /** `iri` is the post's: a partnership may be for one practice alone; null for what is no post */
  factsAbout(post: { readonly author: string; readonly iri: string | null }): Facts;
}

/**
 * The facts that the policy needs about `viewer` and each of `authors` (actor IRIs); `known` are the
 * ties between them, where they were just read.
 */
export async function relationsOf(
  context: Context,
  db: Queryable,
  viewer: Viewer,
  authors: readonly string[],
  known?: Ties,
): Promise<Relations> {
  const [{ partners, circles }, rules, refused, { followed, blocked }] = await Promise.all([
    partnersNow(context),
    originRules(context),
    isRefusedViewer(context, db, viewer),
    viewer.kind === "anonymous" ? NO_TIES : (known ?? findTies(db, viewer.actor, authors)),
  ]);
  return {
    factsAbout: ({ author, iri }) => ({
      follows: followed.has(author),
      blocked: refused || blocked.has(author) || isOriginRefused(rules, author),
      activePartners: partnersFor(partners, iri),
      pausedPartners: partners.paused,
      circles,
      organization: context.iris.organization,
    }),
  };
}

/**
 * Those of `posts` that the viewer may see, in the same order: replies to few only with all above.
 * `ties` are those between the viewer and the authors, where the caller has just read them.
 */
export async function revealPosts(
  context: Context,
  viewer: Viewer,
  posts: readonly PostRecord[],
  db: Queryable = context.db,
  ties?: Ties,
): Promise<Visible<PostRecord>[]> {
  // A visitor sees no reply to few anyway, and must not wait longer for one than for what is missing.
  const threads = viewer.kind === "anonymous" ? NO_THREADS : await threadsAbove(db, posts);
  const authors = [...posts, ...[...threads.values()].flat()].map((post) => post.author);
  // Ties that were read with the posts say nothing of those above them.
  const known = threads.size === 0 ? ties : undefined;
  const relations = await relationsOf(context, db, viewer, authors, known);
  return posts
    .map((post) => {
      const above = threads.get(post.id) ?? [];
      // A partnership for one practice covers its discussion.
      const { iri } = above.at(-1) ?? post;
      return revealReply(viewer, post, above, ({ author }) =>
        relations.factsAbout({ author, iri }),
      );
    })
    .filter((post) => post !== null);
}

const NO_THREADS: ReadonlyMap<Id, AncestorPost[]> = new Map();

async function threadsAbove(
  db: Queryable,
  posts: readonly PostRecord[],
): Promise<Map<Id, AncestorPost[]>> {
  const replies = posts.filter((post) => post.inReplyToId !== null && !isPublic(post.audience));
  if (replies.length === 0) return new Map();
  return findAncestors(
    db,
    replies.map((post) => post.id),
  );
}

/** A post of our organization as it sees it itself; null when it is withdrawn. */
export async function revealToOwner(
  context: Context,
  db: Queryable,
  post: PostRecord,
): Promise<Visible<PostRecord> | null> {
  const owner: Viewer = { kind: "local", actor: context.iris.organization, role: "editor" };
  const [visible] = await revealPosts(context, owner, [post], db);
  return visible ?? null;
}

/** A post of one of our actors as its author sees it; null when it is withdrawn. */
export function revealToAuthor(context: Context, post: PostRecord): Visible<PostRecord> | null {
  const author: Viewer = { kind: "local", actor: post.author, role: "reader" };
  // Authors always see what they wrote: nothing else decides about that.
  return reveal(author, post, {
    follows: false,
    blocked: false,
    activePartners: new Set(),
    pausedPartners: new Set(),
    circles: new Map(),
    organization: context.iris.organization,
  });
}

/**
 * The policy as SQL, for lists of posts joined with their authors: narrows to what the viewer may
 * possibly see. `revealPosts` then decides about each.
 */
export async function narrowTo(context: Context, viewer: Viewer): Promise<SQL | undefined> {
  const given = await narrowing(context, viewer);
  return given === null ? sql`false` : visibleTo(context.db, viewer, given);
}

/** `narrowTo` for a query that is built once and kept, for all viewers with the same `key`. */
export interface Narrowing {
  /** names all that stands in the condition besides the viewer's IRI */
  readonly key: string;
  /** the condition; it has the placeholder `viewer` */
  where(): SQL | undefined;
  /** values for the placeholder */
  readonly values: { readonly viewer: string };
}

/** See `Narrowing`. */
export async function prepareNarrowing(context: Context, viewer: Viewer): Promise<Narrowing> {
  const given = await narrowing(context, viewer);
  const values = { viewer: viewer.kind === "anonymous" ? "" : viewer.actor };
  if (given === null) return { key: "nothing", where: () => sql`false`, values };
  const { reach, refusedHosts, organization } = given;
  const role = viewer.kind === "local" ? viewer.role : "";
  const parts = [
    viewer.kind,
    role,
    organization,
    refusedHosts,
    { ...reach, single: [...reach.single] },
  ];
  return {
    key: JSON.stringify(parts),
    where: () => visibleTo(context.db, viewer, { ...given, actor: sql.placeholder("viewer") }),
    values,
  };
}

/** What the condition depends on; null = the viewer sees nothing. */
async function narrowing(context: Context, viewer: Viewer) {
  if (await isRefusedViewer(context, context.db, viewer)) return null;
  const { partners, circles } = await partnersNow(context);
  const { refusedHosts } = await originFacts(context);
  const reach = partnerReach(viewer, partners, circles);
  return { organization: context.iris.organization, reach, refusedHosts };
}

/**
 * The one way to a single post: what `find` finds, if the viewer may see it.
 * @throws AppError `not_found`, the same whether the post is hidden or missing
 */
export async function getVisiblePost(
  context: Context,
  viewer: Viewer,
  find: (db: Queryable) => Promise<PostRecord | null>,
): Promise<Visible<PostRecord>> {
  const visible = await revealFound(context, viewer, await find(context.db));
  if (visible === null) throw notFound();
  return visible;
}

/**
 * What a look-up found, if the viewer may see it. When it found nothing, as much is read as for
 * something hidden: the time that an answer takes must not tell them apart.
 */
export async function revealFound(
  context: Context,
  viewer: Viewer,
  post: PostRecord | null,
): Promise<Visible<PostRecord> | null> {
  if (post === null) {
    await relationsOf(context, context.db, viewer, [context.iris.organization]);
    return null;
  }
  const [visible] = await revealPosts(context, viewer, [post]);
  return visible ?? null;
}
