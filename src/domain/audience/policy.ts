import type { Audience } from "./audience.ts";

/**
 * Who is looking. A remote viewer is the verified owner of an HTTP signature, a local one the
 * owner of a session or token (`role` is theirs; a token that acts as the organization has its IRI).
 */
export type Viewer =
  | { readonly kind: "anonymous" }
  | { readonly kind: "remote"; readonly actor: string }
  | { readonly kind: "local"; readonly actor: string; readonly role: Role };

export const ROLES = ["reader", "author", "editor", "admin"] as const;
export type Role = (typeof ROLES)[number];

export const ANONYMOUS: Viewer = { kind: "anonymous" };

/** Whether a role may release to outside audiences and act as the organization. */
export function isEditor(role: Role): boolean {
  return role === "editor" || role === "admin";
}

/** The part of a post that the policy looks at. A row that has it is not yet visible to anybody. */
export interface Guarded {
  /** IRI of the actor that the post is attributed to */
  readonly author: string;
  readonly publishedBy: "organization" | "member" | "elsewhere";
  readonly audience: Audience;
  /** deleted, recalled or retracted */
  readonly withdrawn: boolean;
  /** IRI of the discussion's owner who passed it on to us; without, it came from its author */
  readonly relayedBy?: string | null;
}

/** What the policy must know about viewer and author *now*; a service reads it from the database. */
export interface Facts {
  /** the viewer is an approved follower of the author */
  readonly follows: boolean;
  /** viewer or viewer's origin blocks the author, or the other way round, or either is suspended */
  readonly blocked: boolean;
  /** Organization IRIs whose partnership with us is active */
  readonly activePartners: ReadonlySet<string>;
  /** those with whom there is one that is not in force: suspended, not begun, over */
  readonly pausedPartners: ReadonlySet<string>;
  /** circle at an epoch (domain/circle) → IRIs of the organizations that it covers now */
  readonly circles: ReadonlyMap<string, ReadonlySet<string>>;
  /** our own Organization actor */
  readonly organization: string;
}

/** An atom → does it cover the viewer now? */
function covers(viewer: Viewer, atom: Audience[number], post: Guarded, facts: Facts): boolean {
  if (atom.kind === "public") return true;
  if (viewer.kind === "anonymous") return false;
  switch (atom.kind) {
    case "followers":
      return facts.follows;
    case "members":
      // "members" means the members of the post's own organization; it is never sent out, so on
      // anything that came from elsewhere it covers nobody.
      return viewer.kind === "local" && post.publishedBy !== "elsewhere";
    case "partner":
      return atom.organization === facts.organization
        ? isAddressedHere(viewer, post, facts)
        : isFromPartner(viewer, atom.organization, facts);
    case "circle":
      return [...(facts.circles.get(atom.circle) ?? [])].some((organization) =>
        isFromPartner(viewer, organization, facts),
      );
    case "person":
      return atom.actor === viewer.actor;
  }
}

/** One origin is one organization: whoever's actor lives on the partner's origin is its member. */
function isFromPartner(viewer: Viewer, organization: string, facts: Facts): boolean {
  if (viewer.kind === "anonymous") return false;
  return facts.activePartners.has(organization) && sameOrigin(viewer.actor, organization);
}

/**
 * What was sent to our organization: all its members when an active partner sent it (or passed it
 * on, as the owner of a discussion does), nobody when the partnership with its sender rests or is
 * over, only those who speak for the organization when anybody else sent it.
 */
function isAddressedHere(viewer: Viewer, post: Guarded, facts: Facts): boolean {
  if (viewer.kind !== "local") return false;
  const sender = post.relayedBy ?? post.author;
  const isSender = (partner: string) => sameOrigin(partner, sender);
  if ([...facts.activePartners].some(isSender)) return true;
  return isEditor(viewer.role) && ![...facts.pausedPartners].some(isSender);
}

function sameOrigin(left: string, right: string): boolean {
  return URL.parse(left)?.origin === (URL.parse(right)?.origin ?? "none");
}

/**
 * See(viewer, post): the viewer is the author (or, for what the organization publishes, one of its
 * editors), or some atom covers the viewer now; and the post is not withdrawn and nobody is blocked.
 * What the organization publishes to anyone outside is open to its own members as well.
 */
export function see(viewer: Viewer, post: Guarded, facts: Facts): boolean {
  if (post.withdrawn || facts.blocked) return false;
  if (viewer.kind !== "anonymous" && viewer.actor === post.author) return true;
  if (viewer.kind === "local" && post.publishedBy === "organization") {
    if (isEditor(viewer.role)) return true;
    if (post.audience.some(opensToOwnMembers)) return true;
  }
  return post.audience.some((atom) => covers(viewer, atom, post, facts));
}

function opensToOwnMembers(atom: Audience[number]): boolean {
  return atom.kind !== "person";
}

declare const seen: unique symbol;

/** A post that `reveal` has let through. Serializers, mappers and views take nothing else. */
export type Visible<T extends Guarded> = T & { readonly [seen]: true };

/** The post, marked as visible, when the viewer may see it; null when not: the same as "not there". */
export function reveal<T extends Guarded>(
  viewer: Viewer,
  post: T,
  facts: Facts,
): Visible<T> | null {
  return see(viewer, post, facts) ? (post as Visible<T>) : null;
}
