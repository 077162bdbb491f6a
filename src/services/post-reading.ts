import type { Id } from "../domain/ids.ts";
import type { PostRecord } from "../persistence/repositories/posts.ts";
import {
  findActorVersions,
  findPostVersions,
  loadActors,
  loadPosts,
  type PostVersion,
  type StoredActor,
} from "../persistence/repositories/post-versions.ts";
import type { Context } from "./context.ts";
import { recordOf, type KnownPost } from "./post-memory.ts";

export {
  selectPostVersions,
  type PostVersion,
  type PreparedList,
} from "../persistence/repositories/post-versions.ts";

/**
 * The records of what `selectPostVersions` found, in the same order; what is gone by now is left out.
 * They are current as of that query: what is in memory at that very version comes from there, all else
 * is read, in at most two statements. Not for what a transaction has changed itself. Whether anybody
 * may see a record is still to be decided (`revealPosts`).
 */
export async function readPosts(
  context: Context,
  rows: readonly PostVersion[],
): Promise<PostRecord[]> {
  const [posts, authors] = await Promise.all([
    readStored(context, rows),
    readAuthors(context, rows),
  ]);
  return rows.flatMap(({ id }) => {
    const post = posts.get(id);
    const author = post === undefined ? undefined : authors.get(post.post.authorId);
    return post === undefined || author === undefined ? [] : [recordOf(post, author)];
  });
}

/** The posts with those ids, in the same order; unknown ones are left out. */
export async function readPostsByIds(context: Context, ids: readonly Id[]): Promise<PostRecord[]> {
  if (ids.length === 0) return [];
  const versions = await findPostVersions(context.db, ids);
  const byId = new Map(versions.map((row) => [row.id, row]));
  return readPosts(
    context,
    ids.flatMap((id) => byId.get(id) ?? []),
  );
}

async function readStored(
  { db, memory }: Context,
  rows: readonly PostVersion[],
): Promise<Map<Id, KnownPost>> {
  const found = new Map<Id, KnownPost>();
  const missing: Id[] = [];
  for (const { id, version } of rows) {
    const known = memory.posts.posts.get(id);
    if (known?.version === version) found.set(id, known);
    else missing.push(id);
  }
  if (missing.length === 0) return found;
  for (const stored of await loadPosts(db, missing)) {
    const known: KnownPost = { ...stored, made: null };
    memory.posts.posts.set(stored.post.id, known);
    found.set(stored.post.id, known);
  }
  return found;
}

/** The actors with those ids; unknown ones are left out. */
export async function readActors(
  context: Context,
  ids: readonly Id[],
): Promise<Map<Id, StoredActor>> {
  return ids.length === 0
    ? new Map()
    : readAuthors(context, await findActorVersions(context.db, ids));
}

/** The actors that rows name, each of the version that the query has just seen. */
export async function readAuthors(
  { db, memory }: Context,
  rows: readonly Pick<PostVersion, "authorId" | "authorVersion">[],
): Promise<Map<Id, StoredActor>> {
  const found = new Map<Id, StoredActor>();
  const missing = new Set<Id>();
  for (const { authorId, authorVersion } of rows) {
    const known = memory.posts.actors.get(authorId);
    if (known?.version === authorVersion) found.set(authorId, known);
    else missing.add(authorId);
  }
  if (missing.size === 0) return found;
  for (const stored of await loadActors(db, [...missing])) {
    memory.posts.actors.set(stored.actor.id, stored);
    found.set(stored.actor.id, stored);
  }
  return found;
}
