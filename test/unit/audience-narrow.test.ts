import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Atom, Audience } from "../../src/domain/audience/audience.ts";
import { narrow, type Scope } from "../../src/domain/audience/narrow.ts";
import { see, type Facts, type Viewer } from "../../src/domain/audience/policy.ts";

const OURS = "https://alpha.example/ap/org";
const ANA = "https://alpha.example/ap/actors/ana";
const BRAVO = "https://bravo.example/ap/org";
const BEA = "https://bravo.example/ap/actors/bea";
const EVE = "https://elsewhere.example/users/eve";

const people = [OURS, ANA, BRAVO, BEA, EVE];
const person = fc.constantFrom(...people);
const atom: fc.Arbitrary<Atom> = fc.oneof(
  fc.constantFrom<Atom>({ kind: "public" }, { kind: "followers" }),
  fc.constantFrom(OURS, BRAVO).map((organization): Atom => ({ kind: "partner", organization })),
  fc.constantFrom("one", "two").map((circle): Atom => ({ kind: "circle", circle })),
  person.map((actor): Atom => ({ kind: "person", actor })),
);
const ancestorAtom = fc.oneof(atom, fc.constant<Atom>({ kind: "members" }));
const audience = fc.array(atom, { maxLength: 4 });
const reply = fc.record({ author: fc.constantFrom(BRAVO, BEA, EVE), audience });
const ancestor = fc.record({
  author: fc.constantFrom(OURS, ANA),
  audience: fc.array(ancestorAtom, { maxLength: 4 }),
});
const ancestors = fc.array(ancestor, { maxLength: 4 });

interface World {
  readonly viewer: Viewer;
  readonly followed: ReadonlySet<string>;
  readonly partners: ReadonlySet<string>;
  readonly circles: ReadonlyMap<string, ReadonlySet<string>>;
}

const world: fc.Arbitrary<World> = fc.record({
  viewer: fc.oneof(
    fc.constant<Viewer>({ kind: "anonymous" }),
    fc
      .tuple(person, fc.constantFrom("reader" as const, "editor" as const))
      .map(([actor, role]): Viewer =>
        actor === OURS || actor === ANA
          ? { kind: "local", actor, role }
          : { kind: "remote", actor },
      ),
  ),
  followed: fc.uniqueArray(person).map((list) => new Set(list)),
  partners: fc.subarray([BRAVO]).map((list) => new Set(list)),
  circles: fc.tuple(fc.subarray([OURS, BRAVO]), fc.subarray([OURS, BRAVO])).map(
    ([one, two]) =>
      new Map([
        ["one", new Set(one)],
        ["two", new Set(two)],
      ]),
  ),
});

function seesReply(scope: Scope, { viewer, ...rest }: World): boolean {
  return sees(scope, "elsewhere", viewer, rest);
}

function sees(
  { author, audience }: Scope,
  publishedBy: "elsewhere" | "member",
  viewer: Viewer,
  { followed, partners, circles }: Omit<World, "viewer">,
): boolean {
  const facts: Facts = {
    follows: followed.has(author),
    blocked: false,
    activePartners: partners,
    pausedPartners: new Set(),
    circles,
    organization: OURS,
  };
  return see(viewer, { author, audience, publishedBy, withdrawn: false }, facts);
}

const isActor = (viewer: Viewer, iri: string): boolean =>
  viewer.kind !== "anonymous" && viewer.actor === iri;

describe("a child is never wider", () => {
  test("whoever sees a narrowed reply sees every ancestor, unless they wrote it or own the discussion", () => {
    fc.assert(
      fc.property(reply, ancestors, world, (asked, above, now) => {
        const narrowed = { ...asked, audience: narrow(asked, above, OURS) };
        const owner = above.at(-1)?.author ?? "";
        fc.pre(!isActor(now.viewer, asked.author) && !isActor(now.viewer, owner));
        if (!seesReply(narrowed, now)) return;
        expect(seesReply(asked, now)).toBe(true);
        for (const each of above) expect(sees(each, "member", now.viewer, now)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test("narrowing twice is narrowing once", () => {
    fc.assert(
      fc.property(reply, ancestors, (asked, above) => {
        const once = narrow(asked, above, OURS);
        const twice = narrow({ ...asked, audience: once }, above, OURS);
        const key = (set: Audience) => new Set(set.map((each) => JSON.stringify(each)));
        expect(key(twice)).toEqual(key(once));
      }),
    );
  });

  test("a reply without ancestors keeps what its author asked for", () => {
    fc.assert(
      fc.property(reply, (asked) => {
        expect(narrow(asked, [], OURS)).toEqual(asked.audience);
      }),
    );
  });
});

describe("what remains of a reply", () => {
  const followersOnly: Scope = { author: OURS, audience: [{ kind: "followers" }] };

  test("a public reply inside a followers-only practice is kept to author and owner", () => {
    const asked: Scope = { author: BEA, audience: [{ kind: "public" }] };
    expect(narrow(asked, [followersOnly], OURS)).toEqual([{ kind: "person", actor: OURS }]);
  });

  test("a reply to its author's followers is kept to author and owner, for those are other people", () => {
    const asked: Scope = { author: BEA, audience: [{ kind: "followers" }] };
    expect(narrow(asked, [followersOnly], OURS)).toEqual([{ kind: "person", actor: OURS }]);
  });

  test("a public reply inside a public practice stays public", () => {
    const asked: Scope = { author: BEA, audience: [{ kind: "public" }] };
    const open: Scope = { author: OURS, audience: [{ kind: "public" }] };
    expect(narrow(asked, [open], OURS)).toEqual([{ kind: "public" }]);
  });

  test("a reply to us and a stranger, inside a practice for our members, is for our members alone", () => {
    const asked: Scope = {
      author: BEA,
      audience: [
        { kind: "partner", organization: OURS },
        { kind: "person", actor: EVE },
      ],
    };
    const own: Scope = { author: OURS, audience: [{ kind: "members" }] };
    expect(narrow(asked, [own], OURS)).toEqual([{ kind: "partner", organization: OURS }]);
  });

  test("every ancestor counts, not the parent alone", () => {
    const asked: Scope = { author: BEA, audience: [{ kind: "public" }] };
    const open: Scope = { author: ANA, audience: [{ kind: "public" }] };
    expect(narrow(asked, [open, followersOnly], OURS)).toEqual([{ kind: "person", actor: OURS }]);
  });
});
