import { isEditor, type Visible } from "../domain/audience/policy.ts";
import type { Id } from "../domain/ids.ts";
import { audienceNames } from "../services/audience-names.ts";
import type { Context } from "../services/context.ts";
import { listDisclosures, type DisclosureLine } from "../services/disclosures.ts";
import { readDiscussion, type Discussion } from "../services/discussion.ts";
import { listActors } from "../services/people.ts";
import { listRevisions, type Revision } from "../services/practice-lists.ts";
import type { PollView } from "../services/poll-views.ts";
import type { ActorRecord, PostRecord } from "../services/records.ts";
import type { Frame } from "./frame.ts";
import { readShownParts } from "./shown-parts.ts";

const REPLIES_SHOWN = 100;

/** Everything that the page of a practice or post shows. */
export interface PostView {
  readonly post: Visible<PostRecord>;
  /** those who are credited and whom we know */
  readonly credits: readonly ActorRecord[];
  /** oldest first; empty for posts and for practices of others */
  readonly revisions: readonly Revision[];
  /** IRI → actor, for the people and partners that the audience names */
  readonly audience: ReadonlyMap<string, ActorRecord>;
  /** stored atom of the audience → how people write it */
  readonly names: ReadonlyMap<string, string>;
  /** null for what is no question */
  readonly poll: PollView | null;
  /** what it quotes; null for nothing, and for what is not for the one who looks */
  readonly quoted: Visible<PostRecord> | null;
  readonly discussion: Discussion;
  /** who has received one of our practices, newest first; for editors, else empty */
  readonly disclosures: readonly DisclosureLine[];
}

const DISCLOSURES_SHOWN = 500;

/** Reads what belongs to a post that the viewer may see. */
export async function readPostView(
  context: Context,
  frame: Frame,
  post: Visible<PostRecord>,
  { after }: { readonly after?: Id | undefined } = {},
): Promise<PostView> {
  const named = frame.member === null ? [] : audienceIris(post);
  const { member } = frame;
  const mayKnowRecipients = member !== null && isEditor(member.role) && post.local;
  const [credits, revisions, audience, names, parts, discussion, disclosures] = await Promise.all([
    listActors(context, post.practice?.credits ?? []),
    post.local && post.practice !== null ? listRevisions(context, frame.viewer, post.id) : [],
    listActors(context, named),
    audienceNames(context, member === null ? [] : [post]),
    readShownParts(context, member, [post]),
    readDiscussion(context, frame.viewer, post, { after, limit: REPLIES_SHOWN }),
    mayKnowRecipients
      ? listDisclosures(context, member, { practice: post.id, limit: DISCLOSURES_SHOWN })
      : [],
  ]);
  return {
    post,
    credits,
    revisions,
    audience: new Map(audience.map((actor) => [actor.iri, actor])),
    names,
    poll: parts.polls.get(post.id) ?? null,
    quoted: parts.quoted.get(post.id) ?? null,
    discussion,
    disclosures,
  };
}

function audienceIris(post: Visible<PostRecord>): string[] {
  return post.audience.flatMap((atom) => {
    if (atom.kind === "person") return [atom.actor];
    return atom.kind === "partner" ? [atom.organization] : [];
  });
}
