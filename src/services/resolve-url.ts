import { and, eq, or } from "drizzle-orm";
import { AppError } from "../domain/errors.ts";
import type { Visible } from "../domain/audience/policy.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import {
  findPostByIri,
  selectPosts,
  toPostRecord,
  type PostRecord,
} from "../persistence/repositories/posts.ts";
import { actors, posts } from "../persistence/schema/index.ts";
import { isPresent, presentAccounts } from "./accounts.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import { ensureActor } from "./remote-actors.ts";
import { storeRemotePost } from "./remote-posts.ts";
import { storeRemoteActor } from "./store-remote-actor.ts";
import { revealFound } from "./visibility.ts";

/** What is at a web address: an actor, a post that the viewer may see, or nothing for them. */
export interface Resolved {
  readonly account: ActorRecord | null;
  readonly post: Visible<PostRecord> | null;
}

/** Posts that say that they are at an address. */
const MOST_CLAIMS = 20;
const NOTHING: Resolved = { account: null, post: null };

/**
 * The actor or post with that IRI or page. What is not here, or not for the viewer, is read from its
 * origin where that is wanted: signed by the instance, so that a partner shows what is for us, and
 * stored as if it had been sent. Then the policy decides as always.
 */
export async function resolveUrl(
  context: Context,
  acting: Acting,
  url: string,
  { fetches }: { readonly fetches: boolean },
): Promise<Resolved> {
  const known = await findKnown(context, acting, url);
  const isOurs = isSameOrigin(url, context.iris.origin);
  if (known.account !== null || known.post !== null || isOurs || !fetches) return known;
  try {
    return await fetchUrl(context, acting, url);
  } catch (error) {
    // Refused, not there, or out of order: for who searches, it is all the same.
    if (error instanceof AppError) return NOTHING;
    throw error;
  }
}

async function findKnown(context: Context, acting: Acting, url: string): Promise<Resolved> {
  const rows = await selectPosts(context.db)
    .where(or(eq(posts.iri, url), eq(posts.url, url)))
    .orderBy(posts.id)
    .limit(MOST_CLAIMS);
  // Anybody can say that their post is at the address of another's page: only its own server is believed.
  const row = rows.find((found) => isSameOrigin(found.post.iri, url));
  const post = await revealFound(
    context,
    acting.viewer,
    row === undefined ? null : toPostRecord(row),
  );
  if (post !== null) return { account: null, post };
  const found = await context.db
    .select()
    .from(actors)
    .where(and(isPresent(), or(eq(actors.iri, url), eq(actors.url, url))))
    .limit(1);
  const [account] = await presentAccounts(context, found);
  return { account: account ?? null, post: null };
}

async function fetchUrl(context: Context, acting: Acting, url: string): Promise<Resolved> {
  const found = await context.remote.readObject(url);
  if (found.kind === "actor") {
    const actor = await storeRemoteActor(context, context.db, found.actor);
    const [account] = await presentAccounts(context, [actor]);
    return { account: account ?? null, post: null };
  }
  const author = await ensureActor(context, found.post.author);
  await context.db.transaction((tx) =>
    storeRemotePost(context, tx, author, found.post, { fetched: true }),
  );
  const stored = await findPostByIri(context.db, found.post.iri);
  return { account: null, post: await revealFound(context, acting.viewer, stored) };
}
