import { LRUCache } from "lru-cache";
import type { Id } from "../domain/ids.ts";
import type { StoredActor, StoredPost } from "../persistence/repositories/post-versions.ts";
import { toPostRecord, type PostRecord } from "../persistence/repositories/posts.ts";

/** A post in memory, with the record that was last made of it. */
export interface KnownPost extends StoredPost {
  made: { readonly author: StoredActor; readonly record: PostRecord } | null;
}

const MOST_POSTS = 5_000;
/** characters, of all posts together */
const MOST_TEXT = 16_000_000;
const ROW_SIZE = 1_000;
const MOST_ACTORS = 5_000;

/**
 * Rows of posts and actors as they were at some version. Nobody may take one for current: it is used
 * when a query has just said that this version is the one in the database (`readPosts`). Actors are
 * apart, as their rows change with every post and every follower.
 */
export class PostMemory {
  readonly posts = new LRUCache<Id, KnownPost>({
    max: MOST_POSTS,
    maxSize: MOST_TEXT,
    sizeCalculation: ({ post, practice }) =>
      ROW_SIZE + post.contentHtml.length + (practice?.markdown?.length ?? 0),
  });
  readonly actors = new LRUCache<Id, StoredActor>({ max: MOST_ACTORS });

  /** For when the database may be another one than before: it may count its transactions anew. */
  forget(): void {
    this.posts.clear();
    this.actors.clear();
  }
}

/** The record of a post: the same object as long as neither the post nor its author changes. */
export function recordOf(post: KnownPost, author: StoredActor): PostRecord {
  if (post.made?.author.version === author.version) return post.made.record;
  const record = Object.freeze(
    toPostRecord({ post: post.post, authorActor: author.actor, practice: post.practice }),
  );
  post.made = { author, record };
  return record;
}
