import type { Viewer } from "./policy.ts";

/** Which organizations are partners at a moment, and for what. */
export interface Partners {
  /** Organization IRIs whose partnership covers whatever is shared with them */
  readonly standing: ReadonlySet<string>;
  /** IRI of a practice → organizations whose partnership covers that one practice */
  readonly single: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Circle → IRIs of its member organizations at the current epoch. */
export type Circles = ReadonlyMap<string, ReadonlySet<string>>;

export const NO_PARTNERS: Partners = { standing: new Set(), single: new Map() };

/** The organizations that are partners as far as this post is concerned. */
export function partnersFor(partners: Partners, postIri: string | null): ReadonlySet<string> {
  const single = postIri === null ? undefined : partners.single.get(postIri);
  return single === undefined ? partners.standing : new Set([...partners.standing, ...single]);
}

/**
 * What the atoms `partner` and `circle` open to a viewer, said so that SQL can narrow by it:
 * stored atoms that cover the viewer in any post, or in one post alone, and the origins from which
 * the organization receives what its members may read.
 */
export interface PartnerReach {
  readonly atoms: readonly string[];
  readonly single: ReadonlyMap<string, readonly string[]>;
  readonly receivesFrom: readonly string[];
  readonly receivesSingle: readonly string[];
}

const NOTHING: PartnerReach = {
  atoms: [],
  single: new Map(),
  receivesFrom: [],
  receivesSingle: [],
};

/** The reach of the partnerships for a viewer: by origin for a remote one, by receipt for a member. */
export function partnerReach(viewer: Viewer, partners: Partners, circles: Circles): PartnerReach {
  if (viewer.kind === "anonymous") return NOTHING;
  if (viewer.kind === "local") {
    return {
      ...NOTHING,
      receivesFrom: [...partners.standing].map(originOf),
      receivesSingle: [...partners.single.keys()],
    };
  }
  const origin = originOf(viewer.actor);
  const ofViewer = (organizations: Iterable<string>) =>
    [...organizations].filter((organization) => originOf(organization) === origin);
  const single = new Map<string, readonly string[]>();
  for (const [iri, organizations] of partners.single) {
    const own = ofViewer(organizations);
    if (own.length > 0) single.set(iri, atomsOf(own, circles));
  }
  return { ...NOTHING, atoms: atomsOf(ofViewer(partners.standing), circles), single };
}

function atomsOf(organizations: readonly string[], circles: Circles): string[] {
  const inside = [...circles].filter(([, members]) =>
    organizations.some((organization) => members.has(organization)),
  );
  return [
    ...organizations.map((organization) => `partner:${organization}`),
    ...inside.map(([circle]) => `circle:${circle}`),
  ];
}

function originOf(iri: string): string {
  return URL.parse(iri)?.origin ?? "none";
}
