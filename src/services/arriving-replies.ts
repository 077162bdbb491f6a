import { isPublic, type Audience } from "../domain/audience/audience.ts";
import {
  audienceFromPartner,
  audienceInOurDiscussion,
  placeBelow,
  revealReply,
  type ArrivingReply,
  type DiscussionFacts,
  type Place,
} from "../domain/audience/discussion.ts";
import { narrow } from "../domain/audience/narrow.ts";
import { partnersFor } from "../domain/audience/partners.ts";
import type { Guarded, Viewer } from "../domain/audience/policy.ts";
import { isSameOrigin } from "../domain/remote-iri.ts";
import { strictestLabel, type Label } from "../domain/practice.ts";
import type { Transaction } from "../persistence/database.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import type { AncestorPost } from "../persistence/repositories/threads.ts";
import type { Context } from "./context.ts";
import { partnersNow } from "./partners.ts";
import type { Outcome } from "./received-activities.ts";
import { relationsOf } from "./visibility.ts";

/** Where a post from elsewhere stands, and whom it is for here. */
export interface Placed {
  readonly kind: Place["kind"];
  readonly audience: Audience;
  /** the strictest of the discussion; null where none is kept */
  readonly label: Label | null;
  /** the only origin whose actors may answer below it, unless the owner relays them; null = any */
  readonly onlyFrom: string | null;
}

/** What arrives, and by whose hands. */
export interface Arrived {
  readonly author: ActorRecord;
  /** as its author addressed it */
  readonly requested: Audience;
  /** the discussion's owner who passed it on; null when its author sent it */
  readonly relayedBy: string | null;
}

/** The facts that decide about a discussion: a partnership for one practice covers it whole. */
export async function discussionFacts(
  context: Context,
  ancestors: readonly { readonly iri: string }[],
): Promise<DiscussionFacts> {
  const { partners } = await partnersNow(context);
  const practice = ancestors.at(-1)?.iri ?? null;
  return {
    organization: context.iris.organization,
    activePartners: partnersFor(partners, practice),
  };
}

/**
 * Rule 1 for what arrives: its audience below `ancestors` (parent first). In our own discussion only
 * those may write who may read the parent now; in a partner's only the partner's people, and whom
 * the partner's organization passes on. Anything else is refused.
 */
export async function placeArriving(
  context: Context,
  tx: Transaction,
  arrived: Arrived,
  ancestors: readonly AncestorPost[],
): Promise<Placed | Extract<Outcome, `ignored:${string}`>> {
  const { author, requested, relayedBy } = arrived;
  const facts = await discussionFacts(context, ancestors);
  const place = placeBelow(ancestors, facts);
  const open = { kind: place.kind, label: null, onlyFrom: null };
  if (relayedBy !== null && place.kind !== "partner") return "ignored:not-the-owner";
  const reply: ArrivingReply = {
    author: author.iri,
    publishedBy: "elsewhere",
    audience: requested,
    withdrawn: false,
  };
  const label = strictestLabel(ancestors.map((post) => post.label));
  switch (place.kind) {
    case "open":
      return { ...open, audience: requested };
    case "foreign": {
      const audience = narrow(reply, ownAndClosed(ancestors), facts.organization);
      return { ...open, audience };
    }
    case "ours": {
      if (!(await maySeeParent(context, tx, author, ancestors))) return "ignored:not-in-audience";
      return { ...open, label, audience: audienceInOurDiscussion(reply, ancestors, facts) };
    }
    case "partner": {
      const owner = place.head.author;
      const isTheirs = relayedBy === null && isSameOrigin(author.iri, owner);
      if (relayedBy !== owner && !isTheirs) return "ignored:not-the-owner";
      if (ancestors.some((post) => post.withdrawn)) return "ignored:deleted";
      const audience = audienceFromPartner(reply, ancestors, facts);
      if (audience === null) return "ignored:not-for-us";
      return { kind: "partner", label, audience, onlyFrom: new URL(owner).origin };
    }
  }
}

/** What is left of replies that were here before what links them to our discussion. */
export async function placeLate(
  context: Context,
  reply: Guarded,
  ancestors: readonly AncestorPost[],
): Promise<Audience> {
  const facts = await discussionFacts(context, ancestors);
  return audienceInOurDiscussion(reply, ancestors, { ...facts, activePartners: new Set() });
}

async function maySeeParent(
  context: Context,
  tx: Transaction,
  author: ActorRecord,
  ancestors: readonly AncestorPost[],
): Promise<boolean> {
  const [parent, ...above] = ancestors;
  if (parent === undefined) return true;
  const viewer: Viewer = { kind: "remote", actor: author.iri };
  const authors = ancestors.map((post) => post.author);
  const relations = await relationsOf(context, tx, viewer, authors);
  const { iri } = ancestors.at(-1) ?? parent;
  const factsAbout = (post: Guarded) => relations.factsAbout({ author: post.author, iri });
  return revealReply(viewer, parent, above, factsAbout) !== null;
}

function ownAndClosed(ancestors: readonly AncestorPost[]): AncestorPost[] {
  return ancestors.filter((post) => post.publishedBy !== "elsewhere" && !isPublic(post.audience));
}
