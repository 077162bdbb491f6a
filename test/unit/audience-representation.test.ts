import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Atom } from "../../src/domain/audience/audience.ts";
import {
  ANONYMOUS,
  reveal,
  see,
  type Facts,
  type Guarded,
  type Viewer,
} from "../../src/domain/audience/policy.ts";
import { representTo } from "../../src/domain/audience/representation.ts";
import { mayKnowOfWithdrawal } from "../../src/domain/audience/withdrawal.ts";

const OURS = "https://alpha.example/ap/org";
const BRAVO = "https://bravo.example/ap/org";
const BO = "https://bravo.example/ap/actors/bo";
const CHARLIE = "https://charlie.example/ap/org";
const CARLA = "https://charlie.example/users/carla";
const PARTNERS = [BRAVO, CHARLIE];

const remote = (actor: string): Viewer => ({ kind: "remote", actor });
const viewers: Viewer[] = [ANONYMOUS, ...[BRAVO, BO, CHARLIE, CARLA].map(remote)];

const atom: fc.Arbitrary<Atom> = fc.oneof(
  fc.constantFrom<Atom>({ kind: "public" }, { kind: "followers" }, { kind: "members" }),
  fc.constantFrom(...PARTNERS).map((organization): Atom => ({ kind: "partner", organization })),
  fc.constantFrom(BO, CARLA).map((actor): Atom => ({ kind: "person", actor })),
  fc.constant<Atom>({ kind: "circle", circle: "7@1" }),
);
const facts: fc.Arbitrary<Facts> = fc.record({
  follows: fc.boolean(),
  blocked: fc.boolean(),
  activePartners: fc.subarray(PARTNERS).map((list) => new Set(list)),
  pausedPartners: fc.constant(new Set<string>()),
  circles: fc.subarray(PARTNERS).map((list) => new Map([["7@1", new Set(list)]])),
  organization: fc.constant(OURS),
});
const post: fc.Arbitrary<Guarded> = fc.record({
  author: fc.constant(OURS),
  publishedBy: fc.constant("organization" as const),
  audience: fc.array(atom, { maxLength: 5 }),
  withdrawn: fc.boolean(),
});

describe("a post as somebody elsewhere gets it", () => {
  it("shows it to that viewer, and to nobody who could not see it before", () => {
    fc.assert(
      fc.property(post, facts, fc.constantFrom(...viewers), (what, known, viewer) => {
        const visible = reveal(viewer, what, known);
        if (visible === null) return;
        const theirs = representTo(visible, viewer, known);
        expect(see(viewer, theirs, known)).toBe(true);
        for (const other of viewers) {
          expect(see(other, theirs, known) && !see(other, what, known)).toBe(false);
        }
      }),
    );
  });

  it("names no other partner, person or circle", () => {
    fc.assert(
      fc.property(post, facts, fc.constantFrom(BO, CARLA), (what, known, actor) => {
        const viewer = remote(actor);
        const visible = reveal(viewer, what, known);
        if (visible === null) return;
        for (const part of representTo(visible, viewer, known).audience) {
          expect(part.kind).not.toBe("circle");
          if (part.kind === "person") expect(part.actor).toBe(actor);
          if (part.kind === "partner") {
            expect(new URL(part.organization).origin).toBe(new URL(actor).origin);
          }
        }
      }),
    );
  });
});

describe("that something is withdrawn", () => {
  const nothing: Facts = {
    follows: false,
    blocked: false,
    activePartners: new Set(),
    pausedPartners: new Set([BRAVO]),
    circles: new Map(),
    organization: OURS,
  };
  const received = {
    author: BRAVO,
    publishedBy: "elsewhere" as const,
    audience: [{ kind: "partner" as const, organization: OURS }],
    withdrawn: true,
    withdrawnAt: new Date(),
  };
  const member: Viewer = { kind: "local", actor: `${OURS}/ana`, role: "reader" };

  it("is told to our own members who could see it, also when the partnership is over", () => {
    expect(mayKnowOfWithdrawal(member, received, nothing)).toBe(true);
  });

  it("is told to nobody else", () => {
    const toOne = { ...received, audience: [{ kind: "person" as const, actor: BO }] };
    expect(mayKnowOfWithdrawal(member, toOne, nothing)).toBe(false);
    expect(mayKnowOfWithdrawal(remote(BO), received, nothing)).toBe(false);
    expect(mayKnowOfWithdrawal(ANONYMOUS, received, nothing)).toBe(false);
    expect(mayKnowOfWithdrawal(member, { ...received, withdrawnAt: null }, nothing)).toBe(false);
    // What a stranger sent to the organization was never for its readers.
    const strange = { ...nothing, pausedPartners: new Set<string>() };
    expect(mayKnowOfWithdrawal(member, received, strange)).toBe(false);
  });
});
