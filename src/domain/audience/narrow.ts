import { isSameOrigin } from "../remote-iri.ts";
import { formatAtom, type Atom, type Audience } from "./audience.ts";

/** An audience with the author whose followers its `followers` atom means. */
export interface Scope {
  /** IRI of the author */
  readonly author: string;
  readonly audience: Audience;
}

/**
 * Rule 1, "a child is never wider": the audience of a reply, cut down to what every ancestor covers.
 * `ancestors` run from the parent up to the root of the discussion; `organization` is our own
 * Organization actor.
 *
 * The result is the largest set of atoms of which each is, in every state of the world, within some
 * requested atom and within each ancestor; where two atoms overlap only by circumstance (a person
 * who happens to follow), nothing remains of them. An empty intersection leaves the owner of the
 * discussion (and, as always, the reply's author).
 */
export function narrow(
  requested: Scope,
  ancestors: readonly Scope[],
  organization: string,
): Audience {
  const root = ancestors.at(-1);
  if (root === undefined) return requested.audience;
  let atoms = requested.audience;
  for (const ancestor of ancestors) {
    atoms = atoms.flatMap((atom) => within(atom, ancestor, requested.author, organization));
  }
  return atoms.length === 0 ? [{ kind: "person", actor: root.author }] : atoms;
}

/** The parts of `atom`, an atom of a reply by `author`, that are inside the ancestor's audience. */
function within(
  atom: Atom,
  ancestor: Scope,
  author: string,
  organization: string,
): readonly Atom[] {
  // The ancestor's author sees it whatever its audience is.
  if (atom.kind === "person" && atom.actor === ancestor.author) return [atom];
  if (ancestor.audience.some((limit) => limit.kind === "public")) return [atom];
  const parts: Atom[] = [];
  for (const limit of ancestor.audience) {
    const said = inWordsOf(limit, ancestor.author, author, organization);
    const part = said === null ? null : meet(atom, said, organization);
    if (part !== null) parts.push(part);
  }
  if (atom.kind === "public") parts.push({ kind: "person", actor: ancestor.author });
  return parts;
}

/**
 * An ancestor's atom as the reply has to say it. Followers of another author have no word in it;
 * members of our organization are, on what comes from elsewhere, among those whom our Organization
 * actor stands for. Whom that actor stands for depends on who addressed it (see the policy), so
 * between authors of two origins it does not carry over either.
 */
function inWordsOf(
  limit: Atom,
  ancestorAuthor: string,
  author: string,
  organization: string,
): Atom | null {
  if (limit.kind === "followers" && ancestorAuthor !== author) return null;
  if (isOwn(limit, organization) && !isSameOrigin(ancestorAuthor, author)) return null;
  return limit.kind === "members" ? { kind: "partner", organization } : limit;
}

/** What two atoms of the same author certainly share, as one atom: partnerships end, followers leave. */
function meet(one: Atom, other: Atom, organization: string): Atom | null {
  if (one.kind === "public") return other;
  if (one.kind === "members") return isOwn(other, organization) ? one : null;
  return formatAtom(one) === formatAtom(other) ? one : null;
}

function isOwn(atom: Atom, organization: string): boolean {
  return atom.kind === "partner" && atom.organization === organization;
}
