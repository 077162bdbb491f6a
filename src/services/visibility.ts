import { and, eq, inArray, or, type SQL } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { partnerReach, partnersFor } from "../domain/audience/partners.ts";
import { notFound } from "../domain/errors.ts";
import { reveal, type Facts, type Viewer, type Visible } from "../domain/audience/policy.ts";
import { visibleTo } from "../persistence/audience.sql.ts";
import type { Queryable } from "../persistence/database.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { actors, blocks, follows } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { partnersNow } from "./partners.ts";

const NOBODY: ReadonlySet<string> = new Set();

/** What is true between a viewer and many authors, read in at most two statements. */
export interface Relations {
  /** `iri` is the post's: a partnership may be for one practice alone; null for what is no post */
  factsAbout(post: { readonly author: string; readonly iri: string | null }): Facts;
}

/** The facts that the policy needs about `viewer` and each of `authors` (actor IRIs). */
export async function relationsOf(
  context: Context,
  db: Queryable,
  viewer: Viewer,
  authors: readonly string[],
): Promise<Relations> {
  const others = [...new Set(authors)];
  const { partners, circles } = await partnersNow(context);
  const [followed, blocked] =
    viewer.kind === "anonymous" || others.length === 0
      ? [NOBODY, NOBODY]
      : await Promise.all([
          followedBy(db, viewer.actor, others),
          blockedWith(db, viewer.actor, others),
        ]);
  return {
    factsAbout: ({ author, iri }) => ({
      follows: followed.has(author),
      blocked: blocked.has(author),
      activePartners: partnersFor(partners, iri),
      circles,
      organization: context.iris.organization,
    }),
  };
}

async function followedBy(db: Queryable, viewer: string, authors: string[]): Promise<Set<string>> {
  const followers = alias(actors, "followers");
  const rows = await db
    .select({ iri: actors.iri })
    .from(follows)
    .innerJoin(followers, eq(followers.id, follows.followerId))
    .innerJoin(actors, eq(actors.id, follows.followeeId))
    .where(
      and(eq(followers.iri, viewer), eq(follows.state, "accepted"), inArray(actors.iri, authors)),
    );
  return new Set(rows.map((row) => row.iri));
}

/** Authors with whom there is a block in either direction. */
async function blockedWith(db: Queryable, viewer: string, authors: string[]): Promise<Set<string>> {
  const blockers = alias(actors, "blockers");
  const blocked = alias(actors, "blocked");
  const rows = await db
    .select({ blocker: blockers.iri, blocked: blocked.iri })
    .from(blocks)
    .innerJoin(blockers, eq(blockers.id, blocks.blockerId))
    .innerJoin(blocked, eq(blocked.id, blocks.blockedId))
    .where(
      or(
        and(eq(blockers.iri, viewer), inArray(blocked.iri, authors)),
        and(eq(blocked.iri, viewer), inArray(blockers.iri, authors)),
      ),
    );
  return new Set(rows.map((row) => (row.blocker === viewer ? row.blocked : row.blocker)));
}

/** Those of `posts` that the viewer may see, in the same order. */
export async function revealPosts(
  context: Context,
  viewer: Viewer,
  posts: readonly PostRecord[],
): Promise<Visible<PostRecord>[]> {
  const authors = posts.map((post) => post.author);
  const relations = await relationsOf(context, context.db, viewer, authors);
  return posts
    .map((post) => reveal(viewer, post, relations.factsAbout(post)))
    .filter((post) => post !== null);
}

/**
 * The policy as SQL, for lists of posts joined with their authors: narrows to what the viewer may
 * possibly see. `revealPosts` then decides about each.
 */
export async function narrowTo(context: Context, viewer: Viewer): Promise<SQL | undefined> {
  const { partners, circles } = await partnersNow(context);
  const reach = partnerReach(viewer, partners, circles);
  return visibleTo(context.db, viewer, { organization: context.iris.organization, reach });
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
  const post = await find(context.db);
  const [visible] = post === null ? [] : await revealPosts(context, viewer, [post]);
  if (visible === undefined) throw notFound();
  return visible;
}
