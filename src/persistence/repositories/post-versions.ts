import { eq, sql } from "drizzle-orm";
import type { Id } from "../../domain/ids.ts";
import type { Database, Queryable } from "../database.ts";
import { opaque } from "../planning.ts";
import { preparedQuery } from "../prepared-queries.ts";
import { actors, posts, practices } from "../schema/index.ts";
import type { ActorRecord } from "./actors.ts";
import type { PostRow, PracticePart } from "./posts.ts";
import { bigintsIn } from "./set-parameters.ts";

/**
 * Which content a post and its author have at the moment of a query, without the content. A version
 * is the transaction that wrote a row (`xmin`) and the place where it did (`ctid`): PostgreSQL never
 * changes a row where it stands, so for one id the same version means the same content. That holds
 * for what is committed; a transaction may write a row more than once before anybody else sees it.
 */
export interface PostVersion {
  readonly id: Id;
  /** of the post and its practice part */
  readonly version: string;
  readonly authorId: Id;
  readonly authorVersion: string;
}

/** A post as it is stored, of a known version. */
export interface StoredPost {
  readonly version: string;
  readonly post: PostRow;
  readonly practice: PracticePart | null;
}

/** An actor as it is stored, of a known version. */
export interface StoredActor {
  readonly version: string;
  readonly actor: ActorRecord;
}

/** SQL: the version of a post with its practice part, where `posts` and `practices` are joined. */
export const postVersion = sql<string>`concat(${posts}.xmin, ${posts}.ctid, ${practices}.xmin, ${practices}.ctid)`;
/** SQL: the version of an actor, where `actors` is joined. */
export const actorVersion = sql<string>`concat(${actors}.xmin, ${actors}.ctid)`;

/**
 * What a list of posts selects, instead of `selectPosts`, with the same joins: add `where`, `orderBy`
 * and `limit` to it, and give the rows to `readPosts`, which has most of the content in memory.
 */
export function selectPostVersions(db: Queryable) {
  return db
    .select({
      id: posts.id,
      version: postVersion.as("version"),
      authorId: posts.authorId,
      authorVersion: actorVersion.as("author_version"),
    })
    .from(posts)
    .innerJoin(actors, eq(actors.id, posts.authorId))
    .leftJoin(practices, eq(practices.postId, posts.id))
    .$dynamic();
}

/** `selectPostVersions(…).prepare(…)`, as far as lists need it. */
export interface PreparedList {
  execute(values: Readonly<Record<string, unknown>>): Promise<PostVersion[]>;
}

const versionsById = preparedQuery((db) =>
  selectPostVersions(db)
    .where(sql`${posts.id} = any(${opaque(bigintsIn(sql.placeholder("ids")))}::bigint[])`)
    .prepare("post_versions"),
);

/** The versions of those posts that exist, in any order. */
export function findPostVersions(db: Database, ids: readonly Id[]): Promise<PostVersion[]> {
  return versionsById(db).execute({ ids: `{${ids.join(",")}}` });
}

const actorVersions = preparedQuery((db) =>
  db
    .select({ authorId: actors.id, authorVersion: actorVersion.as("author_version") })
    .from(actors)
    .where(sql`${actors.id} = any(${opaque(bigintsIn(sql.placeholder("ids")))}::bigint[])`)
    .prepare("actor_versions"),
);

/** The versions of those actors that exist, in any order. */
export function findActorVersions(
  db: Database,
  ids: readonly Id[],
): Promise<Pick<PostVersion, "authorId" | "authorVersion">[]> {
  return actorVersions(db).execute({ ids: `{${ids.join(",")}}` });
}

const storedPosts = preparedQuery((db) =>
  db
    .select({ version: postVersion.as("version"), post: posts, practice: practices })
    .from(posts)
    .leftJoin(practices, eq(practices.postId, posts.id))
    .where(sql`${posts.id} = any(${opaque(bigintsIn(sql.placeholder("ids")))}::bigint[])`)
    .prepare("stored_posts"),
);

/** Those posts as they are now, in any order. */
export function loadPosts(db: Database, ids: readonly Id[]): Promise<StoredPost[]> {
  return storedPosts(db).execute({ ids: `{${ids.join(",")}}` });
}

const storedActors = preparedQuery((db) =>
  db
    .select({ version: actorVersion.as("version"), actor: actors })
    .from(actors)
    .where(sql`${actors.id} = any(${opaque(bigintsIn(sql.placeholder("ids")))}::bigint[])`)
    .prepare("stored_actors"),
);

/** Those actors as they are now, in any order. */
export function loadActors(db: Database, ids: readonly Id[]): Promise<StoredActor[]> {
  return storedActors(db).execute({ ids: `{${ids.join(",")}}` });
}
