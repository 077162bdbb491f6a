import type { Visible } from "../domain/audience/policy.ts";
import type { Context } from "../services/context.ts";
import { listActors } from "../services/people.ts";
import { listRevisions, type Revision } from "../services/practice-lists.ts";
import type { ActorRecord, PostRecord } from "../services/records.ts";
import type { Frame } from "./frame.ts";

/** Everything that the page of a practice or post shows. */
export interface PostView {
  readonly post: Visible<PostRecord>;
  /** those who are credited and whom we know */
  readonly credits: readonly ActorRecord[];
  /** oldest first; empty for posts and for practices of others */
  readonly revisions: readonly Revision[];
  /** IRI → actor, for the people and partners that the audience names */
  readonly audience: ReadonlyMap<string, ActorRecord>;
}

/** Reads what belongs to a post that the viewer may see. */
export async function readPostView(
  context: Context,
  frame: Frame,
  post: Visible<PostRecord>,
): Promise<PostView> {
  const named = frame.member === null ? [] : audienceIris(post);
  const [credits, revisions, audience] = await Promise.all([
    listActors(context, post.practice?.credits ?? []),
    post.local && post.practice !== null ? listRevisions(context, frame.viewer, post.id) : [],
    listActors(context, named),
  ]);
  return {
    post,
    credits,
    revisions,
    audience: new Map(audience.map((actor) => [actor.iri, actor])),
  };
}

function audienceIris(post: Visible<PostRecord>): string[] {
  return post.audience.flatMap((atom) => {
    if (atom.kind === "person") return [atom.actor];
    return atom.kind === "partner" ? [atom.organization] : [];
  });
}
