import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { address, AS_PUBLIC } from "../../src/domain/audience/address.ts";
import {
  formatAudience,
  isPublic,
  parseAudience,
  type Atom,
  type Audience,
} from "../../src/domain/audience/audience.ts";
import { classify, isQuiet } from "../../src/domain/audience/classify.ts";
import {
  ANONYMOUS,
  reveal,
  ROLES,
  see,
  type Facts,
  type Guarded,
  type Viewer,
} from "../../src/domain/audience/policy.ts";

const OURS = "https://alpha.example/ap/org";
const ANA = "https://alpha.example/ap/actors/ana";
const BRAVO = "https://bravo.example/ap/org";
const BO = "https://bravo.example/ap/actors/bo";
const CARLA = "https://charlie.example/users/carla";
const FOLLOWERS = `${OURS}/followers`;

const nothing: Facts = {
  follows: false,
  blocked: false,
  activePartners: new Set(),
  pausedPartners: new Set(),
  circles: new Map(),
  organization: OURS,
};

function ours(...audience: Atom[]): Guarded {
  return { author: OURS, publishedBy: "organization", audience, withdrawn: false };
}

function member(role: (typeof ROLES)[number]): Viewer {
  return { kind: "local", actor: ANA, role };
}

const remote = (actor: string): Viewer => ({ kind: "remote", actor });

describe("who may see what the organization publishes", () => {
  it("shows a public practice to anybody", () => {
    expect(see(ANONYMOUS, ours({ kind: "public" }), nothing)).toBe(true);
  });

  it("shows a followers-only practice to approved followers and not to others", () => {
    const post = ours({ kind: "followers" });
    expect(see(remote(CARLA), post, { ...nothing, follows: true })).toBe(true);
    expect(see(remote(CARLA), post, nothing)).toBe(false);
    expect(see(ANONYMOUS, post, { ...nothing, follows: true })).toBe(false);
  });

  it("shows what goes to any group outside to its own members too", () => {
    expect(see(member("reader"), ours({ kind: "followers" }), nothing)).toBe(true);
    const partner = ours({ kind: "partner", organization: BRAVO });
    expect(see(member("reader"), partner, nothing)).toBe(true);
  });

  it("keeps what goes to one person between the organization's editors and that person", () => {
    const post = ours({ kind: "person", actor: CARLA });
    expect(see(remote(CARLA), post, nothing)).toBe(true);
    expect(see(member("reader"), post, nothing)).toBe(false);
    expect(see(member("editor"), post, nothing)).toBe(true);
  });

  it("shows an empty audience to editors alone", () => {
    expect(see(member("editor"), ours(), nothing)).toBe(true);
    expect(see(member("author"), ours(), nothing)).toBe(false);
    expect(see(remote(CARLA), ours(), { ...nothing, follows: true })).toBe(false);
  });

  it("shows a partner's practice to every actor on the partner's origin while it is active", () => {
    const post = ours({ kind: "partner", organization: BRAVO });
    const active = { ...nothing, activePartners: new Set([BRAVO]) };
    expect(see(remote(BO), post, active)).toBe(true);
    expect(see(remote(BO), post, nothing)).toBe(false);
    expect(see(remote(CARLA), post, active)).toBe(false);
    expect(see(remote("https://bravo.example.evil/x"), post, active)).toBe(false);
  });

  it("opens a circle to the active partners that are in it now", () => {
    const post = ours({ kind: "circle", circle: "nordic" });
    const circles = new Map([["nordic", new Set([BRAVO])]]);
    const active = { ...nothing, circles, activePartners: new Set([BRAVO]) };
    expect(see(remote(BO), post, active)).toBe(true);
    expect(see(remote(BO), post, { ...active, circles: new Map() })).toBe(false);
    expect(see(remote(BO), post, { ...active, activePartners: new Set<string>() })).toBe(false);
  });

  it("shows nothing that is withdrawn, and nothing across a block", () => {
    const post = ours({ kind: "public" });
    expect(see(ANONYMOUS, { ...post, withdrawn: true }, nothing)).toBe(false);
    expect(see(member("admin"), { ...post, withdrawn: true }, nothing)).toBe(false);
    expect(see(remote(CARLA), post, { ...nothing, blocked: true })).toBe(false);
  });
});

describe("who may see what came from elsewhere", () => {
  const theirs = (...audience: Atom[]): Guarded => ({
    author: CARLA,
    publishedBy: "elsewhere",
    audience,
    withdrawn: false,
  });

  it("shows a followers-only post to the member who follows, and not to a colleague", () => {
    const post = theirs({ kind: "followers" });
    expect(see(member("reader"), post, { ...nothing, follows: true })).toBe(true);
    expect(see(member("admin"), post, nothing)).toBe(false);
  });

  it("takes `members` from elsewhere for nobody", () => {
    expect(see(member("admin"), theirs({ kind: "members" }), nothing)).toBe(false);
  });

  it("shows what a stranger sends to the organization to its editors alone", () => {
    const post = theirs({ kind: "partner", organization: OURS });
    expect(see(member("editor"), post, nothing)).toBe(true);
    expect(see(member("reader"), post, nothing)).toBe(false);
    const fromPartner = { ...post, author: BO };
    const active = { ...nothing, activePartners: new Set([BRAVO]) };
    expect(see(member("reader"), fromPartner, active)).toBe(true);
    expect(see(remote(BO), post, active)).toBe(false);
  });
});

const atom: fc.Arbitrary<Atom> = fc.oneof(
  fc.constantFrom<Atom>({ kind: "public" }, { kind: "followers" }, { kind: "members" }),
  fc.constantFrom(BRAVO, OURS).map((organization): Atom => ({ kind: "partner", organization })),
  fc.constantFrom(ANA, BO, CARLA).map((actor): Atom => ({ kind: "person", actor })),
  fc.constant<Atom>({ kind: "circle", circle: "nordic" }),
);
const audience: fc.Arbitrary<Audience> = fc.array(atom, { maxLength: 5 });
const viewer: fc.Arbitrary<Viewer> = fc.oneof(
  fc.constant(ANONYMOUS),
  fc.constantFrom(...ROLES).map(member),
  fc.constantFrom(BO, BRAVO, CARLA).map(remote),
);
const facts: fc.Arbitrary<Facts> = fc.record({
  follows: fc.boolean(),
  blocked: fc.boolean(),
  activePartners: fc.subarray([BRAVO]).map((list) => new Set(list)),
  pausedPartners: fc.subarray([BRAVO]).map((list) => new Set(list)),
  circles: fc.subarray([BRAVO]).map((list) => new Map([["nordic", new Set(list)]])),
  organization: fc.constant(OURS),
});
const post: fc.Arbitrary<Guarded> = fc.record({
  author: fc.constantFrom(OURS, ANA, BO, CARLA),
  publishedBy: fc.constantFrom("organization", "member", "elsewhere"),
  audience,
  withdrawn: fc.boolean(),
});

describe("properties of the policy", () => {
  it("never lets fewer atoms show a post to more viewers", () => {
    fc.assert(
      fc.property(viewer, post, facts, fc.nat(), (who, whole, known, seed) => {
        const kept = whole.audience.filter((_, index) => (seed >> index) % 2 === 0);
        const narrowed = { ...whole, audience: kept };
        expect(see(who, narrowed, known) && !see(who, whole, known)).toBe(false);
      }),
    );
  });

  it("marks as visible exactly what may be seen", () => {
    fc.assert(
      fc.property(viewer, post, facts, (who, what, known) => {
        expect(reveal(who, what, known) !== null).toBe(see(who, what, known));
      }),
    );
  });

  it("tells anonymous viewers nothing but what is public", () => {
    fc.assert(
      fc.property(post, facts, (what, known) => {
        const expected = isPublic(what.audience) && !what.withdrawn && !known.blocked;
        expect(see(ANONYMOUS, what, known)).toBe(expected);
      }),
    );
  });

  it("stores an audience and reads the same set back", () => {
    fc.assert(
      fc.property(audience, (atoms) => {
        const stored = formatAudience(atoms);
        expect(formatAudience(parseAudience(stored))).toEqual(stored);
      }),
    );
  });
});

describe("the stored form", () => {
  it.each([[["public", "everyone"]], [["partner:"]], [["constructor"]], [[""]]])(
    "closes a set with an atom that it cannot read: %j",
    (stored) => {
      expect(parseAudience(stored)).toEqual([]);
    },
  );
});

describe("addressing", () => {
  it("puts Public in `to` and followers in `cc`", () => {
    expect(address([{ kind: "public" }], { followers: FOLLOWERS })).toEqual({
      to: [AS_PUBLIC],
      cc: [FOLLOWERS],
    });
  });

  it("never sends out the atom `members`, nor a circle", () => {
    const atoms: Audience = [{ kind: "members" }, { kind: "circle", circle: "nordic" }];
    expect(address(atoms, { followers: FOLLOWERS })).toEqual({ to: [], cc: [] });
  });

  it("says with followers in `to` and Public in `cc` what is public but quiet", () => {
    expect(address([{ kind: "public" }], { followers: FOLLOWERS }, { quiet: true })).toEqual({
      to: [FOLLOWERS],
      cc: [AS_PUBLIC],
    });
  });

  it("is read back by the receiver as what was meant, quiet or not", () => {
    const sendable = fc.oneof(
      fc.constant<Audience>([{ kind: "public" }]),
      fc.constant<Audience>([{ kind: "followers" }]),
      fc.constant<Audience>([{ kind: "partner", organization: BRAVO }]),
      fc.constantFrom(ANA, CARLA).map((actor): Audience => [{ kind: "person", actor }]),
    );
    fc.assert(
      fc.property(sendable, fc.boolean(), (meant, asked) => {
        const quiet = asked && isPublic(meant);
        const wire = address(meant, { followers: FOLLOWERS }, { quiet });
        const receiver = { authorFollowers: FOLLOWERS, organization: BRAVO };
        expect(formatAudience(classify(wire, receiver))).toEqual(formatAudience(meant));
        expect(isQuiet(wire)).toBe(quiet);
      }),
    );
  });

  it.each(["as:Public", "Public", AS_PUBLIC])("knows %s as public", (spelling) => {
    const receiver = { authorFollowers: null, organization: OURS };
    expect(classify({ to: [], cc: [spelling] }, receiver)).toEqual([{ kind: "public" }]);
  });

  it("takes somebody else's followers collection for nobody", () => {
    const receiver = { authorFollowers: `${BO}/followers`, organization: OURS };
    const read = classify({ to: [FOLLOWERS], cc: [] }, receiver);
    const received: Guarded = {
      author: BO,
      publishedBy: "elsewhere",
      audience: read,
      withdrawn: false,
    };
    expect(see(member("admin"), received, { ...nothing, follows: true })).toBe(false);
  });
});
