import { and, eq, inArray, isNull } from "drizzle-orm";
import type { Viewer, Visible } from "../domain/audience/policy.ts";
import { notFound } from "../domain/errors.ts";
import { parseId, type Id } from "../domain/ids.ts";
import { selectPosts, toPostRecord, type PostRecord } from "../persistence/repositories/posts.ts";
import { findAncestors, findReplies } from "../persistence/repositories/threads.ts";
import { actors, posts, reactions } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { getPostById } from "./reading.ts";
import { revealFound, revealPosts } from "./visibility.ts";

/** Replies that are read at once; longer discussions go on with `after`. */
const MOST_REPLIES = 500;

/** The discussion of a post as one viewer may read it. */
export interface Discussion {
  /** oldest first */
  readonly replies: readonly Visible<PostRecord>[];
  /** those posts, the practice among them, that the viewer has favourited */
  readonly favourited: ReadonlySet<Id>;
  /** goes on after this id; null at the end */
  readonly next: Id | null;
}

/**
 * The replies below a post, at any depth, that the viewer may see. A reply is only shown where
 * everything above it is, up to that post.
 */
export async function readDiscussion(
  context: Context,
  viewer: Viewer,
  post: Visible<PostRecord>,
  page: { readonly limit?: number; readonly after?: Id | undefined } = {},
): Promise<Discussion> {
  const limit = Math.min(page.limit ?? MOST_REPLIES, MOST_REPLIES);
  const found: Visible<PostRecord>[] = [];
  let after: Id | null = page.after ?? 0n;
  // Until there is one too many: a page that is cut short, or goes on for nothing, would tell how
  // many replies are hidden.
  while (after !== null && found.length <= limit) {
    const ids: Id[] = await findReplies(context.db, post.id, { limit: limit + 1, after });
    found.push(...(await visibleReplies(context, viewer, post, ids)));
    after = ids.length > limit ? (ids.at(-1) ?? null) : null;
  }
  const shown = found.slice(0, limit);
  return {
    replies: shown,
    favourited: await favouritesAmong(context, viewer, [post, ...shown]),
    next: found.length > limit ? (shown.at(-1)?.id ?? null) : null,
  };
}

async function visibleReplies(
  context: Context,
  viewer: Viewer,
  root: PostRecord,
  ids: readonly Id[],
): Promise<Visible<PostRecord>[]> {
  if (ids.length === 0) return [];
  const above = await findAncestors(context.db, ids);
  const between = (id: Id) => {
    const chain = (above.get(id) ?? []).map((post) => post.id);
    return chain.slice(0, chain.indexOf(root.id));
  };
  const needed = new Set([...ids, ...ids.flatMap(between)]);
  const rows = await selectPosts(context.db)
    .where(inArray(posts.id, [...needed]))
    .orderBy(posts.id);
  const revealed = await revealPosts(context, viewer, rows.map(toPostRecord));
  const visible = new Set(revealed.map((post) => post.id));
  const wanted = new Set(ids);
  return revealed.filter(
    ({ id }) => wanted.has(id) && between(id).every((higher) => visible.has(higher)),
  );
}

async function favouritesAmong(
  context: Context,
  viewer: Viewer,
  shown: readonly PostRecord[],
): Promise<Set<Id>> {
  if (viewer.kind !== "local" || shown.length === 0) return new Set();
  const rows = await context.db
    .select({ postId: reactions.postId })
    .from(reactions)
    .innerJoin(actors, eq(actors.id, reactions.actorId))
    .where(
      and(
        eq(actors.iri, viewer.actor),
        eq(reactions.type, "favourite"),
        inArray(
          reactions.postId,
          shown.map((post) => post.id),
        ),
      ),
    );
  return new Set(rows.map((row) => row.postId));
}

/**
 * The post of a practice's discussion that a reply is to answer: the reply with that id, or without
 * one the practice itself.
 * @throws AppError `not_found`, also for what is in another discussion
 */
export async function getAnswered(
  context: Context,
  viewer: Viewer,
  practiceId: string,
  replyId: string | null,
): Promise<Visible<PostRecord>> {
  const practice = await getPostById(context, viewer, practiceId);
  if (practice.practice === null) throw notFound();
  if (replyId === null || parseId(replyId) === practice.id) return practice;
  const reply = await getPostById(context, viewer, replyId);
  const above = (await findAncestors(context.db, [reply.id])).get(reply.id) ?? [];
  if (!above.some((post) => post.id === practice.id)) throw notFound();
  return reply;
}

/**
 * Everything in the discussion of one of our practices that the viewer may see, the practice first;
 * null when the practice is not for them. `total` counts the same.
 */
export async function findDiscussion(
  context: Context,
  viewer: Viewer,
  contextIri: string,
): Promise<{
  readonly practice: Visible<PostRecord>;
  readonly replies: readonly Visible<PostRecord>[];
} | null> {
  const [row] = await selectPosts(context.db)
    .where(and(eq(posts.contextIri, contextIri), eq(posts.local, true), isNull(posts.inReplyToIri)))
    .limit(1);
  const practice = await revealFound(context, viewer, row === undefined ? null : toPostRecord(row));
  if (practice === null) return null;
  const replies = await allReplies(context, viewer, practice);
  return { practice, replies };
}

async function allReplies(
  context: Context,
  viewer: Viewer,
  practice: Visible<PostRecord>,
): Promise<Visible<PostRecord>[]> {
  const found: Visible<PostRecord>[] = [];
  let after: Id | null = 0n;
  while (after !== null) {
    const page: Discussion = await readDiscussion(context, viewer, practice, { after });
    found.push(...page.replies);
    after = page.next;
  }
  return found;
}
