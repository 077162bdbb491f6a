/**
 * Who a practice or post is for: a set of atoms. The empty set means "the author only", and so does
 * a set with an atom that we cannot understand.
 */
export type Atom =
  | { readonly kind: "public" }
  | { readonly kind: "followers" }
  | { readonly kind: "members" }
  /** members of that organization, while the partnership is active; the Organization actor's IRI */
  | { readonly kind: "partner"; readonly organization: string }
  /** a circle at the epoch of publishing, see domain/circle */
  | { readonly kind: "circle"; readonly circle: string }
  | { readonly kind: "person"; readonly actor: string };

export type Audience = readonly Atom[];

const AUTHOR_ONLY: Audience = [];

const PLAIN = { public: true, followers: true, members: true } as const;

/** The stored form of an atom, for example `public` or `partner:https://bravo.example/ap/org`. */
export function formatAtom(atom: Atom): string {
  switch (atom.kind) {
    case "partner":
      return `partner:${atom.organization}`;
    case "circle":
      return `circle:${atom.circle}`;
    case "person":
      return `person:${atom.actor}`;
    default:
      return atom.kind;
  }
}

/** The stored form of an audience: sorted and without repetitions, so that equal sets are equal arrays. */
export function formatAudience(audience: Audience): string[] {
  return [...new Set(audience.map(formatAtom))].toSorted();
}

function parseAtom(text: string): Atom | null {
  if (Object.hasOwn(PLAIN, text)) return { kind: text as keyof typeof PLAIN };
  const colon = text.indexOf(":");
  const value = text.slice(colon + 1);
  if (colon < 0 || value === "") return null;
  switch (text.slice(0, colon)) {
    case "partner":
      return { kind: "partner", organization: value };
    case "circle":
      return { kind: "circle", circle: value };
    case "person":
      return { kind: "person", actor: value };
    default:
      return null;
  }
}

/** Reads the stored form. One atom that cannot be understood closes the whole set: author only. */
export function parseAudience(stored: readonly string[]): Audience {
  const atoms: Atom[] = [];
  for (const text of stored) {
    const atom = parseAtom(text);
    if (atom === null) return AUTHOR_ONLY;
    atoms.push(atom);
  }
  return atoms;
}

/** Whether the audience includes everybody. */
export function isPublic(audience: Audience): boolean {
  return audience.some((atom) => atom.kind === "public");
}
