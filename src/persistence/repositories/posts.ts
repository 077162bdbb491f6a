import { eq, type InferSelectModel } from "drizzle-orm";
import { parseAudience } from "../../domain/audience/audience.ts";
import type { Guarded } from "../../domain/audience/policy.ts";
import type { Id } from "../../domain/ids.ts";
import type { Queryable } from "../database.ts";
import { actors, posts, practices } from "../schema/index.ts";
import type { ActorRecord } from "./actors.ts";
import type { PostParts } from "./post-parts.ts";

/** What `posts` holds of a post. */
export type PostRow = InferSelectModel<typeof posts>;

/** What only practices have. */
export type PracticePart = InferSelectModel<typeof practices>;

/**
 * A post as it is read: with its author and, for a practice, its practice part. It is `Guarded`:
 * nothing may show it before `reveal` has let it through.
 */
export interface PostRecord extends Omit<PostRow, "audience" | "relayedBy">, Guarded {
  readonly relayedBy: string | null;
  readonly authorActor: ActorRecord;
  readonly practice: PracticePart | null;
  /** in the copy for one partner: the terms that it has accepted, as its object names them */
  readonly terms?: string;
  /** what its object says beyond the post, where that was read (services/post-parts) */
  readonly parts?: PostParts;
}

/** Joins that every read of posts uses; add `where`, `orderBy` and `limit` to it. */
export function selectPosts(db: Queryable) {
  return db
    .select({ post: posts, authorActor: actors, practice: practices })
    .from(posts)
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .leftJoin(practices, eq(practices.postId, posts.id))
    .$dynamic();
}

/** One row of `selectPosts` as a record. */
export function toPostRecord(row: {
  post: PostRow;
  authorActor: ActorRecord;
  practice: PracticePart | null;
}): PostRecord {
  return {
    ...row.post,
    audience: parseAudience(row.post.audience),
    author: row.authorActor.iri,
    publishedBy: publisherOf(row.authorActor.kind),
    withdrawn:
      row.post.withdrawnAt !== null ||
      row.authorActor.suspendedAt !== null ||
      row.authorActor.goneAt !== null,
    authorActor: row.authorActor,
    practice: row.practice,
  };
}

/** Who publishes what an actor of that kind writes. */
export function publisherOf(kind: ActorRecord["kind"]): Guarded["publishedBy"] {
  if (kind === "remote") return "elsewhere";
  return kind === "member" ? "member" : "organization";
}

export async function findPostByIri(db: Queryable, iri: string): Promise<PostRecord | null> {
  const [row] = await selectPosts(db).where(eq(posts.iri, iri)).limit(1);
  return row === undefined ? null : toPostRecord(row);
}

export async function findPostById(db: Queryable, id: Id): Promise<PostRecord | null> {
  const [row] = await selectPosts(db).where(eq(posts.id, id)).limit(1);
  return row === undefined ? null : toPostRecord(row);
}

export async function findPracticeBySlug(db: Queryable, slug: string): Promise<PostRecord | null> {
  const [row] = await selectPosts(db).where(eq(practices.slug, slug)).limit(1);
  return row === undefined ? null : toPostRecord(row);
}
