import { and, desc, eq, inArray, isNull, lt, or, sql, type SQL } from "drizzle-orm";
import type { Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import { follows, posts } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { viewerOf, type Member } from "./members.ts";
import { requireOrganization } from "./organization.ts";
import { partnersNow } from "./partners.ts";
import { readPosts, selectPostVersions } from "./post-reading.ts";
import { narrowTo, revealPosts } from "./visibility.ts";

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
  const followed = context.db
    .select({ id: follows.followeeId })
    .from(follows)
    .where(
      and(
        inArray(follows.followerId, [member.actorId, organization.actor.id]),
        eq(follows.state, "accepted"),
      ),
    );
  const shared = await sharedByPartners(context);
  const rows = await selectPostVersions(context.db)
    .where(
      and(
        or(inArray(posts.authorId, followed), shared),
        isNull(posts.inReplyToIri),
        await narrowTo(context, viewer),
        page.before === undefined ? undefined : lt(posts.id, page.before),
      ),
    )
    .orderBy(desc(posts.id))
    .limit(page.limit + 1);
  const found = rows.slice(0, page.limit);
  return {
    posts: await revealPosts(context, viewer, await readPosts(context, found)),
    next: rows.length > page.limit ? (found.at(-1)?.id ?? null) : null,
  };
}

/** What partners addressed to our organization; nothing to look for where there is no partner. */
async function sharedByPartners(context: Context): Promise<SQL | undefined> {
  const { partners } = await partnersNow(context);
  if (partners.standing.size + partners.single.size === 0) return undefined;
  const atom = sql.param([`partner:${context.iris.organization}`], posts.audience);
  return sql`${posts.audience} @> ${atom}`;
}
