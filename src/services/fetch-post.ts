import { AppError } from "../domain/errors.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import type { Context } from "./context.ts";
import type { Outcome } from "./received-activities.ts";
import { ensureActor } from "./remote-actors.ts";
import { withdrawGonePost } from "./deleted-posts.ts";
import { MAX_FETCH_DEPTH, storeRemotePost } from "./remote-posts.ts";

/**
 * Reads a post from its origin, because something here refers to it, and stores it.
 * @throws AppError `remote_…`
 */
async function fetchPost(context: Context, iri: string, depth: number): Promise<Outcome> {
  if (isSameOrigin(iri, context.iris.origin)) return "ignored:our-own";
  const found = await context.remote.readObject(iri);
  if (found.kind !== "post") return "ignored:object-type";
  const author = await ensureActor(context, found.post.author);
  return context.db.transaction((tx) =>
    storeRemotePost(context, tx, author, found.post, { fetched: true, depth }),
  );
}

/**
 * Job: `fetchPost`. Tried again only when the other server could not be reached; a post that we have
 * and that is deleted there is withdrawn.
 */
export async function handleFetchPost(
  context: Context,
  { iri, depth }: { readonly iri: string; readonly depth: number },
): Promise<void> {
  if (depth > MAX_FETCH_DEPTH) return;
  try {
    await fetchPost(context, iri, depth);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "remote_unreachable") throw error;
    if (error.code === "remote_gone") await withdrawGonePost(context, iri);
  }
}
