import { isSameOrigin } from "../remote-iri.ts";
import { formatAtom, isPublic, type Atom, type Audience } from "./audience.ts";
import type { Scope } from "./narrow.ts";
import { reveal, see, type Facts, type Guarded, type Viewer, type Visible } from "./policy.ts";

/** What decides about a discussion besides its posts. */
export interface DiscussionFacts {
  /** our own Organization actor */
  readonly organization: string;
  /** Organization IRIs whose partnership covers the practice */
  readonly activePartners: ReadonlySet<string>;
}

/**
 * Rule 1 when a reply is read: whoever is to see it must see every post above it that we hold.
 * `above` runs from the parent to the root. What came from the viewer's own origin is for that origin
 * to show or hide, unless the partnership under which it came rests; and authors always find what they
 * wrote themselves.
 */
export function revealReply<T extends Guarded, Above extends Guarded>(
  viewer: Viewer,
  reply: T,
  above: readonly Above[],
  factsAbout: (post: T | Above) => Facts,
): Visible<T> | null {
  const visible = reveal(viewer, reply, factsAbout(reply));
  if (visible === null || isPublic(reply.audience)) return visible;
  if (viewer.kind !== "anonymous" && viewer.actor === reply.author) return visible;
  const hidden = above.some((post) => {
    if (post.withdrawn) return true;
    const facts = factsAbout(post);
    return isFromViewersOrigin(viewer, post) ? isAtRest(post, facts) : !see(viewer, post, facts);
  });
  return hidden ? null : visible;
}

/**
 * Rule 1 when a reply is addressed to somebody: they are meant by everything above it. Who is at a
 * partner reads what the partner shared with us; of what others wrote to few, even on the same server,
 * we know only whom it names.
 */
export function isMeantByAll<Above extends Guarded>(
  viewer: Viewer,
  above: readonly Above[],
  factsAbout: (post: Above) => Facts,
): boolean {
  return above.every((post) => {
    const facts = factsAbout(post);
    const isShared = isFromViewersOrigin(viewer, post) && isForUs(post, facts);
    return isPublic(post.audience) || isShared || see(viewer, post, facts);
  });
}

/** What a partner shared with us is read by neither side while the partnership is suspended. */
function isAtRest(post: Guarded, facts: Facts): boolean {
  const sender = post.relayedBy ?? post.author;
  const isSender = (partner: string) => isSameOrigin(partner, sender);
  if (!isForUs(post, facts) || [...facts.activePartners].some(isSender)) return false;
  return [...facts.pausedPartners].some(isSender);
}

function isFromViewersOrigin(viewer: Viewer, { author, relayedBy }: Guarded): boolean {
  return viewer.kind === "remote" && isSameOrigin(viewer.actor, relayedBy ?? author);
}

/** Where a reply would stand, by the posts above it. */
export type Place =
  /** everything above is public */
  | { readonly kind: "open" }
  /** below what we published to few: we own the discussion */
  | { readonly kind: "ours"; readonly head: Guarded }
  /** below what an active partner shared with us; that partner's organization relays */
  | { readonly kind: "partner"; readonly head: Guarded; readonly owner: string }
  /** below what others wrote to few, whether or not their server knows our rules */
  | { readonly kind: "foreign" };

/** The place of a reply below `ancestors`, from the parent to the root of the discussion. */
export function placeBelow(ancestors: readonly Guarded[], facts: DiscussionFacts): Place {
  const head = ancestors.findLast((post) => !isPublic(post.audience));
  if (head === undefined) return { kind: "open" };
  if (head.publishedBy !== "elsewhere") return { kind: "ours", head };
  const owner = isForUs(head, facts) ? partnerBehind(head.author, facts) : null;
  return owner === null ? { kind: "foreign" } : { kind: "partner", head, owner };
}

/** What somebody at a partner writes to their followers, or to one of us, is no discussion of the partner's. */
function isForUs(
  { audience }: Guarded,
  { organization }: Pick<DiscussionFacts, "organization">,
): boolean {
  return audience.some((atom) => atom.kind === "partner" && atom.organization === organization);
}

/** The active partner on whose origin an actor lives. */
function partnerBehind(actor: string, { activePartners }: DiscussionFacts): string | null {
  return [...activePartners].find((partner) => isSameOrigin(partner, actor)) ?? null;
}

const MEMBERS: Atom = { kind: "members" };

/**
 * The audience of a reply by one of our members: the largest that rule 1 allows. In a partner's
 * discussion these are our own members and the partner, who relays it to the others.
 */
export function audienceOfOwnReply(
  ancestors: readonly Guarded[],
  facts: DiscussionFacts,
): Audience {
  const place = placeBelow(ancestors, facts);
  const [parent] = ancestors;
  if (place.kind === "open" || parent === undefined) return [{ kind: "public" }];
  const shared = sharedBy(ancestors, facts);
  if (place.kind === "ours") {
    return shared.length > 0 ? shared : [{ kind: "person", actor: place.head.author }];
  }
  const ours = shared.filter((atom) => atom.kind === "members");
  const answered: Atom = { kind: "person", actor: parent.author };
  if (place.kind === "foreign") return [...ours, answered];
  const owner: Atom = { kind: "partner", organization: place.owner };
  const named = isSameOrigin(parent.author, place.owner) && parent.author !== place.owner;
  return [...ours, owner, ...(named ? [answered] : [])];
}

/**
 * The audience of a reply by one of ours who asked for `requested`: that, within what rule 1 allows.
 * Wherever not everybody may read what is above, "public" and "my followers" mean the largest part of
 * it that is allowed; followers are meant only below what the same author wrote for them. Whoever is
 * named in `requested` was seen to be able to read all above. When nothing is left, the author and the
 * owner of the discussion remain.
 */
export function narrowOwnReply(
  requested: Scope,
  ancestors: readonly Guarded[],
  facts: DiscussionFacts,
): Audience {
  const place = placeBelow(ancestors, facts);
  if (place.kind === "open") return requested.audience;
  const largest = audienceOfOwnReply(ancestors, facts);
  if (requested.audience.some(({ kind }) => kind === "public" || kind === "followers")) {
    const own = isForFollowersOf(requested.author, ancestors);
    return own ? [{ kind: "followers" }, ...sharedBy(ancestors, facts)] : largest;
  }
  const allowed = new Set(largest.map(formatAtom));
  const within = requested.audience.filter((atom) =>
    atom.kind === "person"
      ? // A partner takes what is sent to its organization alone for a word to the whole discussion.
        place.kind !== "partner" || atom.actor !== place.owner
      : allowed.has(formatAtom(atom)),
  );
  if (within.length > 0 || place.kind === "partner") return within;
  const [parent] = ancestors;
  const owner = place.kind === "ours" ? place.head : parent;
  return owner === undefined ? [] : [{ kind: "person", actor: owner.author }];
}

function isForFollowersOf(author: string, ancestors: readonly Guarded[]): boolean {
  return ancestors.every(
    (post) =>
      isPublic(post.audience) ||
      (post.author === author && post.audience.some(({ kind }) => kind === "followers")),
  );
}

/** A reply that comes from elsewhere. */
export interface ArrivingReply extends Guarded {
  /** as its author addressed it */
  readonly audience: Audience;
}

/**
 * The audience of a reply from elsewhere in our own discussion: what its author asked for, within
 * that of every post above. A partner's member who writes to our organization alone writes to the
 * discussion; whoever addresses everybody, their own followers or nobody is on a server that does
 * not know our rules, and what is left of that stays with the owner (and, as always, the author).
 */
export function audienceInOurDiscussion(
  reply: ArrivingReply,
  ancestors: readonly Guarded[],
  facts: DiscussionFacts,
): Audience {
  const { organization } = facts;
  const shared = sharedBy(ancestors, facts).map((atom) => inWordsFromElsewhere(atom, organization));
  const toUs = formatAtom({ kind: "partner", organization });
  const allowed = new Set(shared.map(formatAtom));
  const requested = new Set(reply.audience.map(formatAtom));
  const isOpen = requested.has("public") || requested.has("followers");
  if (!isOpen && requested.has(toUs) && allowed.has(toUs)) {
    if (partnerBehind(reply.author, facts) !== null) return shared;
  }
  const within = requested.has("public")
    ? []
    : reply.audience.filter(
        (atom) => allowed.has(formatAtom(atom)) || (isOurPerson(atom, facts) && allowed.has(toUs)),
      );
  const head = ancestors.findLast((post) => !isPublic(post.audience));
  return within.length > 0 ? within : [ownerAtom(head, organization)];
}

/**
 * The audience, here, of what reaches us in a partner's discussion: our own members, or those of
 * them whom it names. Null when it is not for us.
 */
export function audienceFromPartner(
  reply: ArrivingReply,
  ancestors: readonly Guarded[],
  facts: DiscussionFacts,
): Audience | null {
  const { organization } = facts;
  if (!sharedBy(ancestors, facts).some((atom) => atom.kind === "members")) return null;
  const toUs: Atom = { kind: "partner", organization };
  const all = reply.audience.some(
    (atom) => atom.kind === "public" || formatAtom(atom) === formatAtom(toUs),
  );
  const persons = reply.audience.filter((atom) => isOurPerson(atom, facts));
  if (all) return [toUs];
  return persons.length > 0 ? persons : null;
}

/** Who owns the discussion, as an atom: our organization by its own word, else its author. */
function ownerAtom(head: Guarded | undefined, organization: string): Atom {
  return head === undefined || head.author === organization
    ? { kind: "partner", organization }
    : { kind: "person", actor: head.author };
}

function isOurPerson(atom: Atom, { organization }: DiscussionFacts): boolean {
  return atom.kind === "person" && isSameOrigin(atom.actor, organization);
}

/**
 * The atoms that all closed posts have in common, with `members` for our own members. Followers are
 * those of one author, so nobody else's reply can be for them.
 */
function sharedBy(ancestors: readonly Guarded[], { organization }: DiscussionFacts): Audience {
  const closed = ancestors.filter((post) => !isPublic(post.audience));
  const [first = [], ...others] = closed.map((post) => limitsOf(post, organization));
  return first.filter((atom) =>
    others.every((limits) => limits.some((limit) => formatAtom(limit) === formatAtom(atom))),
  );
}

function limitsOf(post: Guarded, organization: string): Atom[] {
  const limits = new Map<string, Atom>();
  for (const atom of post.audience) {
    const isOurs = atom.kind === "partner" && atom.organization === organization;
    const limit = isOurs ? MEMBERS : atom;
    if (atom.kind !== "followers") limits.set(formatAtom(limit), limit);
    // What the organization publishes to anyone outside is open to its own members as well.
    if (post.publishedBy === "organization" && atom.kind !== "person") {
      limits.set(formatAtom(MEMBERS), MEMBERS);
    }
  }
  return [...limits.values()];
}

/** On what comes from elsewhere, our members are those whom our Organization actor stands for. */
function inWordsFromElsewhere(atom: Atom, organization: string): Atom {
  return atom.kind === "members" ? { kind: "partner", organization } : atom;
}
