import { and, desc, sql, type Placeholder, type SQL } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import { MAX_ID, type Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { preparedShapes } from "../persistence/prepared-queries.ts";
import { limitedTo, opaque } from "../persistence/planning.ts";
import { newestOfMany, placedAt, postLine } from "../persistence/repositories/newest-of-many.ts";
import { bigintsIn } from "../persistence/repositories/set-parameters.ts";
import { posts } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { viewerOf, type Member } from "./members.ts";
import { requireOrganization } from "./organization.ts";
import { partnersNow } from "./partners.ts";
import { readPosts, selectPostVersions, type PreparedList } from "./post-reading.ts";
import { prepareNarrowing, revealPosts } from "./visibility.ts";

/** One page of a member's home; `next` continues it as `before`, null at the end. */
export interface HomePage {
  readonly posts: readonly Visible<PostRecord>[];
  readonly next: Id | null;
}

/**
 * What the member reads at home, newest first: practices and posts of those whom the member or the
 * organization follows, and what partners share with the organization, whether or not anybody follows
 * them. Replies stay in their threads.
 */
export async function listHome(
  context: Context,
  member: Member,
  page: { readonly before?: Id | undefined; readonly limit: number },
): Promise<HomePage> {
  const organization = await requireOrganization(context);
  const viewer = viewerOf(member);
  const [narrowing, { partners }] = await Promise.all([
    prepareNarrowing(context, viewer),
    partnersNow(context),
  ]);
  const hasPartners = partners.standing.size + partners.single.size > 0;
  const limit = page.limit + 1;
  const query = homes(context.db, `${narrowing.key} ${hasPartners} ${limit}`, () => {
    const range = { before: sql.placeholder("before"), after: null, upwards: false, limit };
    const where = and(sql`${posts.inReplyToIri} is null`, narrowing.where());
    const followed = newestOfMany(followedBy(sql.placeholder("followers")), postLine(where), range);
    // What partners addressed to our organization; nothing to look for where there is no partner.
    const shared = placedAt(`partner:${context.iris.organization}`, where, range);
    const all = hasPartners ? sql`(${followed} union ${shared})` : followed;
    return selectPostVersions(context.db)
      .where(sql`${posts.id} in ${all}`)
      .orderBy(limitedTo(desc(posts.id), limit))
      .prepare("home");
  });
  const rows = await query.execute({
    ...narrowing.values,
    before: (page.before ?? MAX_ID).toString(),
    followers: `{${member.actorId},${organization.actor.id}}`,
  });
  const found = rows.slice(0, page.limit);
  return {
    posts: await revealPosts(context, viewer, await readPosts(context, found)),
    next: rows.length > page.limit ? (found.at(-1)?.id ?? null) : null,
  };
}

const homes = preparedShapes<PreparedList>();

/** Whom any of the actors (ids as `bigintsIn` takes them) follows, each once. */
function followedBy(followers: Placeholder): SQL {
  return sql`select distinct followee_id as id from follows
    where follower_id = any(${opaque(bigintsIn(followers))}::bigint[]) and state = 'accepted'`;
}
