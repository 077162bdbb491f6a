import { findActorByIri } from "../persistence/repositories/actors.ts";
import type { Context } from "./context.ts";
import { knowsAnyPost } from "./relevance.ts";

/**
 * Somebody brought news of a public post without its author's signature. If the post, or what it
 * answers, is known here, a job asks the author's own server; the news itself counts for nothing
 * and is not remembered, or it could keep the real one out.
 */
export async function readForwardedPost(
  context: Context,
  post: { readonly iri: string; readonly inReplyTo: string | null },
): Promise<void> {
  const related = post.inReplyTo === null ? [post.iri] : [post.iri, post.inReplyTo];
  if (!(await knowsAnyPost(context.db, related))) return;
  await context.db.transaction((tx) =>
    context.jobs.enqueue(tx, "fetch-post", { iri: post.iri, depth: 0 }, { once: post.iri }),
  );
}

/**
 * An actor is said to be deleted and its key cannot be had any more, so nobody can prove it. If we
 * know the actor, a job asks its own server.
 */
export async function askWhetherGone(context: Context, actorIri: string): Promise<void> {
  const actor = await findActorByIri(context.db, actorIri);
  if (actor === null || actor.kind !== "remote" || actor.goneAt !== null) return;
  await refreshSoon(context, actorIri);
}

/** A job reads the actor again, at most once a minute. */
export async function refreshSoon(context: Context, actorIri: string): Promise<void> {
  await context.db.transaction((tx) =>
    context.jobs.enqueue(tx, "refresh-actor", { iri: actorIri }, { once: actorIri }),
  );
}
