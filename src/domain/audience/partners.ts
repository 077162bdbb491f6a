import type { Audience } from "./audience.ts";
import type { Facts, Viewer } from "./policy.ts";

/** Which organizations are partners at a moment, and for what. */
export interface Partners {
  /** Organization IRIs whose partnership covers whatever is shared with them */
  readonly standing: ReadonlySet<string>;
  /** IRI of a practice → organizations whose partnership covers that one practice */
  readonly single: ReadonlyMap<string, ReadonlySet<string>>;
  /** Organization IRIs whose partnership rests or is over, without a standing one in force */
  readonly paused: ReadonlySet<string>;
}

/** Circle at an epoch (domain/circle) → IRIs of the organizations that it covers now. */
export type Circles = ReadonlyMap<string, ReadonlySet<string>>;

/** The organizations that are partners as far as this post is concerned. */
export function partnersFor(partners: Partners, postIri: string | null): ReadonlySet<string> {
  const single = postIri === null ? undefined : partners.single.get(postIri);
  return single === undefined ? partners.standing : new Set([...partners.standing, ...single]);
}

/** The organizations that the atoms `partner` and `circle` of an audience reach now, each once. */
export function reachedOrganizations(
  audience: Audience,
  { activePartners, circles }: Pick<Facts, "activePartners" | "circles">,
): Set<string> {
  const named = audience.flatMap((atom) => {
    if (atom.kind === "partner") return [atom.organization];
    return atom.kind === "circle" ? [...(circles.get(atom.circle) ?? [])] : [];
  });
  return new Set(named.filter((organization) => activePartners.has(organization)));
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
  /** origins from which nobody reads what was received, as the partnership rests or is over */
  readonly pausedOrigins: readonly string[];
}

const NOTHING: PartnerReach = {
  atoms: [],
  single: new Map(),
  receivesFrom: [],
  receivesSingle: [],
  pausedOrigins: [],
};

/** The reach of the partnerships for a viewer: by origin for a remote one, by receipt for a member. */
export function partnerReach(viewer: Viewer, partners: Partners, circles: Circles): PartnerReach {
  if (viewer.kind === "anonymous") return NOTHING;
  if (viewer.kind === "local") {
    return {
      ...NOTHING,
      receivesFrom: [...partners.standing].map(originOf),
      receivesSingle: [...partners.single.keys()],
      pausedOrigins: [...partners.paused].map(originOf),
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
