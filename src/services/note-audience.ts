import { isPublic, type Atom, type Audience } from "../domain/audience/audience.ts";
import {
  isMeantByAll,
  narrowOwnReply,
  placeBelow,
  revealReply,
  type DiscussionFacts,
  type Place,
} from "../domain/audience/discussion.ts";
import type { Guarded, Viewer, Visible } from "../domain/audience/policy.ts";
import type { Visibility } from "../domain/audience/visibility.ts";
import { AppError } from "../domain/errors.ts";
import type { Id } from "../domain/ids.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { findPostById, publisherOf, type PostRecord } from "../persistence/repositories/posts.ts";
import {
  findAncestors,
  MAX_THREAD_DEPTH,
  type AncestorPost,
} from "../persistence/repositories/threads.ts";
import type { Acting } from "./acting.ts";
import { discussionFacts } from "./arriving-replies.ts";
import type { Context } from "./context.ts";
import { partnersNow } from "./partners.ts";
import { getVisiblePost, relationsOf } from "./visibility.ts";

/** What a reply answers, and where that puts it. */
export interface Thread {
  readonly parent: Visible<PostRecord>;
  /** the parent, and what is above it up to the root */
  readonly ancestors: readonly [PostRecord, ...AncestorPost[]];
  readonly facts: DiscussionFacts;
  readonly place: Place;
}

/**
 * The thread that a reply to that post joins.
 * @throws AppError `not_found`, `thread_too_long`
 */
export async function readThread(context: Context, viewer: Viewer, parentId: Id): Promise<Thread> {
  const parent = await getVisiblePost(context, viewer, (db) => findPostById(db, parentId));
  const above = (await findAncestors(context.db, [parent.id])).get(parent.id) ?? [];
  const ancestors = [parent, ...above] as const;
  if (ancestors.length >= MAX_THREAD_DEPTH) {
    throw new AppError("thread_too_long", "This discussion is too long for more replies.", {
      status: 422,
    });
  }
  const facts = await discussionFacts(context, ancestors);
  return { parent, ancestors, facts, place: placeBelow(ancestors, facts) };
}

/** What a client asks for. */
export interface WantedVisibility {
  readonly visibility: Visibility;
  /** those whom the text mentions; only `direct` means them */
  readonly mentioned: Iterable<ActorRecord>;
}

/** Whom a post is for, and whether it is quiet. */
export interface NoteAudience {
  readonly audience: Audience;
  readonly quiet: boolean;
}

/**
 * A client's visibility as an audience, cut down to what rule 1 leaves in the thread. `direct` is for
 * those who are mentioned; nothing else is made wider by a mention (rule 4).
 */
export async function noteAudience(
  context: Context,
  { actor }: Acting,
  { visibility, mentioned }: WantedVisibility,
  thread: Thread | null,
): Promise<NoteAudience> {
  const requested = await requestedBy(context, actor, { visibility, mentioned });
  const audience =
    thread === null ? requested : await withinThread(context, actor, requested, thread);
  return { audience, quiet: visibility === "unlisted" && isPublic(audience) };
}

async function requestedBy(
  context: Context,
  actor: ActorRecord,
  { visibility, mentioned }: WantedVisibility,
): Promise<Audience> {
  switch (visibility) {
    case "public":
    case "unlisted":
      return [{ kind: "public" }];
    case "private":
      return [{ kind: "followers" }];
    case "direct": {
      const { partners } = await partnersNow(context);
      const isPartner = ({ kin, iri }: ActorRecord) => kin !== null || partners.standing.has(iri);
      return [...mentioned].flatMap((other) => atomFor(actor, other, isPartner));
    }
  }
}

/**
 * Whom a mention in a direct post means. Our own organization stands for its members. Another
 * organization is a partner only when our organization itself writes: whether that can be is then
 * judged as for a practice. What a member writes to one is a letter to its account (`person`): members
 * release nothing to partners, so nobody else there may fetch it, no circle or later partnership opens
 * it, and it is no part of what a partnership shares. (Its own server shows it to whom it lets read
 * what is sent to that account.)
 */
function atomFor(
  actor: ActorRecord,
  other: ActorRecord,
  isPartner: (actor: ActorRecord) => boolean,
): Atom[] {
  if (other.kind === "organization") return [{ kind: "members" }];
  if (other.id === actor.id) return [];
  const byUs = actor.kind === "organization" && other.kind === "remote";
  if (byUs && other.type === "Organization" && isPartner(other)) {
    return [{ kind: "partner", organization: other.iri }];
  }
  return [{ kind: "person", actor: other.iri }];
}

async function withinThread(
  context: Context,
  actor: ActorRecord,
  requested: Audience,
  { ancestors, facts, place }: Thread,
): Promise<Audience> {
  if (place.kind === "open") return requested;
  const within: Atom[] = [];
  for (const atom of requested) {
    const seesAll =
      atom.kind !== "person" || (await seesAllAbove(context, actor, atom.actor, ancestors));
    if (seesAll) within.push(atom);
  }
  return narrowOwnReply({ author: actor.iri, audience: within }, ancestors, facts);
}

/** Whether a reply for that person would be shown to them, as far as what is above it decides. */
async function seesAllAbove(
  context: Context,
  { iri, kind }: ActorRecord,
  person: string,
  ancestors: readonly AncestorPost[],
): Promise<boolean> {
  const isOurs = person.startsWith(`${context.iris.origin}/`);
  const viewer: Viewer = isOurs
    ? { kind: "local", actor: person, role: "reader" }
    : { kind: "remote", actor: person };
  const reply: Guarded = {
    author: iri,
    publishedBy: publisherOf(kind),
    audience: [{ kind: "person", actor: person }],
    withdrawn: false,
  };
  const authors = [iri, ...ancestors.map(({ author }) => author)];
  const relations = await relationsOf(context, context.db, viewer, authors);
  const root = ancestors.at(-1)?.iri ?? null;
  const factsAbout = ({ author }: Guarded) => relations.factsAbout({ author, iri: root });
  return (
    revealReply(viewer, reply, ancestors, factsAbout) !== null &&
    isMeantByAll(viewer, ancestors, factsAbout)
  );
}
