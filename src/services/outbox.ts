import { and, count, desc, eq, inArray, isNull, lt, or, sql } from "drizzle-orm";
import { formatAudience, parseAudience } from "../domain/audience/audience.ts";
import { reveal, type Guarded, type Viewer, type Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { findActorById, type ActorRecord } from "../persistence/repositories/actors.ts";
import {
  findPostById,
  findPostByIri,
  selectPosts,
  toPostRecord,
  type PostRecord,
} from "../persistence/repositories/posts.ts";
import { activities, actors, posts } from "../persistence/schema/index.ts";
import type { Context } from "./context.ts";
import { findNoticeActivity } from "./notice-reading.ts";
import { getOrganization } from "./organization.ts";
import { withItsParts } from "./post-parts.ts";
import { forViewer } from "./representation.ts";
import { narrowTo, relationsOf, revealFound, revealPosts } from "./visibility.ts";
import type { JsonLd } from "./wire.ts";

/** One of our own actors by IRI; null when there is none or it is suspended. */
export async function findOwnActor(context: Context, iri: string): Promise<ActorRecord | null> {
  const organization = await getOrganization(context);
  if (organization === null) return null;
  if (iri === organization.actor.iri) return organization.actor;
  if (iri === organization.instanceActor.iri) return organization.instanceActor;
  const [actor] = await context.db
    .select()
    .from(actors)
    .where(and(eq(actors.iri, iri), eq(actors.kind, "member")));
  return actor === undefined || actor.suspendedAt !== null ? null : actor;
}

/**
 * A post of ours by the IRI of its object, if the viewer may see it; else null. It says of its
 * audience what concerns the viewer, and of its other recipients nothing.
 */
export async function findOwnPost(
  context: Context,
  viewer: Viewer,
  iri: string,
): Promise<Visible<PostRecord> | null> {
  const found = await findPostByIri(context.db, iri);
  const visible = await revealFound(context, viewer, found?.local === true ? found : null);
  return visible === null ? null : represent(context, viewer, visible);
}

/** A post as it is served to that viewer. */
async function represent(
  context: Context,
  viewer: Viewer,
  post: Visible<PostRecord>,
): Promise<Visible<PostRecord>> {
  const relations = await relationsOf(context, context.db, viewer, [post.author]);
  const facts = relations.factsAbout(post);
  const shown = await forViewer(context, context.db, post, { viewer, facts });
  return withItsParts(context.db, shown);
}

/**
 * An activity of ours by its IRI, if the viewer may see it; else null. What tells of a post is said
 * again from its present state, so that an old activity does not keep an old text alive.
 */
export async function findOwnActivity(
  context: Context,
  viewer: Viewer,
  iri: string,
): Promise<{ readonly json: JsonLd; readonly open: boolean } | null> {
  const [row] = await context.db.select().from(activities).where(eq(activities.iri, iri));
  if (row === undefined) return null;
  const actor = await findActorById(context.db, row.actorId);
  if (actor === null) return null;
  const post = row.postId === null ? null : await findPostById(context.db, row.postId);
  const guarded: Guarded = {
    author: actor.iri,
    publishedBy: actor.kind === "member" ? "member" : "organization",
    audience: parseAudience(row.audience),
    withdrawn: row.type !== "Delete" && (post?.withdrawn ?? false),
  };
  const relations = await relationsOf(context, context.db, viewer, [actor.iri]);
  const facts = relations.factsAbout({ author: actor.iri, iri: post?.iri ?? null });
  if (reveal(viewer, guarded, facts) === null) return null;
  if (row.noticeId !== null && row.type !== "Delete") {
    const notice = await findNoticeActivity(context, viewer, { iri, noticeId: row.noticeId });
    return notice === null ? null : { json: notice, open: false };
  }
  const open = guarded.audience.some((atom) => atom.kind === "public");
  if (post === null || row.type === "Delete") return { json: JSON.parse(row.body), open };
  const [visible] = await revealPosts(context, viewer, [post]);
  if (visible === undefined) return null;
  // What we relay is another's: its copy for that partner, as it went out. A boost or a pin names
  // nothing of the post but its IRI.
  if (row.type === "Add" || row.type === "Announce") return { json: JSON.parse(row.body), open };
  const shown = await represent(context, viewer, visible);
  const json =
    row.type === "Update"
      ? context.wire.update(iri, shown, row.createdAt)
      : context.wire.create(iri, shown);
  return { json, open };
}

/** A page of an actor's outbox, newest first, as this viewer may see it. */
export interface OutboxPage {
  readonly items: readonly JsonLd[];
  readonly next: Id | null;
}

export async function readOutbox(
  context: Context,
  viewer: Viewer,
  actor: ActorRecord,
  page: { before: Id | null; limit: number },
): Promise<OutboxPage> {
  const rows = await selectPosts(context.db)
    .where(
      and(
        await ofAuthor(context, viewer, actor),
        page.before === null ? undefined : lt(posts.id, page.before),
      ),
    )
    .orderBy(desc(posts.id))
    .limit(page.limit + 1);
  const records = rows.slice(0, page.limit).map(toPostRecord);
  const visible = await revealPosts(context, viewer, records);
  const shown = await Promise.all(visible.map((post) => represent(context, viewer, post)));
  const iris = await createIris(context, shown);
  return {
    items: shown.flatMap((post) => {
      const iri = iris.get(post.id);
      return iri === undefined ? [] : [context.wire.create(iri, post)];
    }),
    next: rows.length > page.limit ? (records.at(-1)?.id ?? null) : null,
  };
}

/** How many posts of the actor this viewer may see. */
export async function countOutbox(
  context: Context,
  viewer: Viewer,
  actor: ActorRecord,
): Promise<number> {
  const [row] = await context.db
    .select({ total: count() })
    .from(posts)
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .where(await ofAuthor(context, viewer, actor));
  return row?.total ?? 0;
}

async function ofAuthor(context: Context, viewer: Viewer, actor: ActorRecord) {
  // What was said in a discussion for few is found through that discussion, which may be over.
  const inPlace = or(isNull(posts.inReplyToIri), sql`${posts.audience} @> '{public}'`);
  return and(eq(posts.authorId, actor.id), inPlace, await narrowTo(context, viewer));
}

/**
 * Post → IRI of the Create that announced it to the viewer: of the same representation, or for what
 * is open, of any open one (it may have become more open since).
 */
async function createIris(
  context: Context,
  shown: readonly PostRecord[],
): Promise<Map<Id, string>> {
  if (shown.length === 0) return new Map();
  const rows = await context.db
    .select({ iri: activities.iri, postId: activities.postId, audience: activities.audience })
    .from(activities)
    .where(
      and(
        eq(activities.type, "Create"),
        inArray(
          activities.postId,
          shown.map((post) => post.id),
        ),
      ),
    );
  const byPost = Map.groupBy(rows, (row) => row.postId);
  return new Map(
    shown.flatMap(({ id, audience }) => {
      const creates = byPost.get(id) ?? [];
      const wanted = formatAudience(audience).join();
      const same = creates.find((row) => row.audience.join() === wanted);
      const open = isOpen(wanted) ? creates.find((row) => isOpen(row.audience.join())) : undefined;
      const found = same ?? open;
      return found === undefined ? [] : [[id, found.iri]];
    }),
  );
}

function isOpen(audience: string): boolean {
  return audience === "public" || audience === "followers";
}

/** How many follow the actor, and how many it follows, now (the actor in memory may be older). */
export async function countFollows(
  context: Context,
  actorId: Id,
): Promise<{ followers: number; following: number }> {
  const [row] = await context.db
    .select({ followers: actors.followersCount, following: actors.followingCount })
    .from(actors)
    .where(eq(actors.id, actorId));
  return row ?? { followers: 0, following: 0 };
}

/** Figures for NodeInfo: real ones, counted now. Sign-ins stand for activity. */
export interface Usage {
  readonly members: number;
  readonly activeMonth: number;
  readonly activeHalfYear: number;
  readonly posts: number;
  readonly comments: number;
}

export async function countUsage(context: Context): Promise<Usage> {
  const [row] = await context.db.execute<Record<keyof Usage, string>>(sql`
    select
      (select count(*) from members where suspended_at is null) as "members",
      (select count(distinct member_id) from sessions where created_at > now() - interval '30 days') as "activeMonth",
      (select count(distinct member_id) from sessions where created_at > now() - interval '180 days') as "activeHalfYear",
      (select count(*) from posts where local and withdrawn_at is null and in_reply_to_iri is null
        and audience @> '{public}') as "posts",
      (select count(*) from posts where local and withdrawn_at is null and in_reply_to_iri is not null
        and audience @> '{public}') as "comments"`);
  return {
    members: Number(row?.members ?? 0),
    activeMonth: Number(row?.activeMonth ?? 0),
    activeHalfYear: Number(row?.activeHalfYear ?? 0),
    posts: Number(row?.posts ?? 0),
    comments: Number(row?.comments ?? 0),
  };
}
