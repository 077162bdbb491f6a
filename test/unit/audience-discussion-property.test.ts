import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPublic, type Atom } from "../../src/domain/audience/audience.ts";
import {
  audienceOfOwnReply,
  isMeantByAll,
  narrowOwnReply,
  revealReply,
} from "../../src/domain/audience/discussion.ts";
import { see, type Facts, type Guarded, type Viewer } from "../../src/domain/audience/policy.ts";

const ALPHA = "https://alpha.example/ap/org";
const ANA = "https://alpha.example/ap/actors/ana";
const REX = "https://alpha.example/ap/actors/rex";
const BRAVO = "https://bravo.example/ap/org";
const BEA = "https://bravo.example/ap/actors/bea";
const BOB = "https://bravo.example/ap/actors/bob";
const CLEO = "https://charlie.example/ap/actors/cleo";
const DAN = "https://delta.example/users/dan";

const atoms: fc.Arbitrary<Atom> = fc.oneof(
  fc.constantFrom<Atom>({ kind: "public" }, { kind: "followers" }, { kind: "members" }),
  fc.constantFrom(ALPHA, BRAVO).map((organization) => ({ kind: "partner" as const, organization })),
  fc
    .constantFrom(ANA, REX, BEA, BOB, CLEO, DAN)
    .map((actor) => ({ kind: "person" as const, actor })),
);

const audiences = fc.uniqueArray(atoms, { maxLength: 3, selector: (atom) => JSON.stringify(atom) });

const posts: fc.Arbitrary<Guarded> = fc
  .tuple(fc.constantFrom(ALPHA, ANA, REX, BRAVO, BEA, CLEO, DAN), audiences, fc.boolean())
  .map(([author, audience, relayed]) => ({
    author,
    audience,
    publishedBy:
      author === ALPHA
        ? "organization"
        : author.startsWith("https://alpha")
          ? "member"
          : "elsewhere",
    withdrawn: false,
    relayedBy: relayed && author === CLEO ? BRAVO : null,
  }));

const threads = fc.array(posts, { minLength: 1, maxLength: 4 });

const viewers = fc.constantFrom<Viewer>(
  { kind: "anonymous" },
  { kind: "local", actor: REX, role: "reader" },
  ...[BRAVO, BEA, BOB, CLEO, DAN].map((actor) => ({ kind: "remote", actor }) as const),
);

function facts(state: "active" | "paused", follows = false): Facts {
  const partners = new Set([BRAVO]);
  const none = new Set<string>();
  return {
    follows,
    blocked: false,
    activePartners: state === "active" ? partners : none,
    pausedPartners: state === "paused" ? partners : none,
    circles: new Map(),
    organization: ALPHA,
  };
}

function isSameServer(viewer: Viewer, sender: string): boolean {
  return viewer.kind === "remote" && new URL(viewer.actor).origin === new URL(sender).origin;
}

function byAna(audience: Guarded["audience"]): Guarded {
  return { author: ANA, audience, publishedBy: "member", withdrawn: false };
}

describe("whatever stands above a reply of ours", () => {
  test("it is never for everybody where not all of that is (rule 1)", () => {
    fc.assert(
      fc.property(audiences, threads, (audience, above) => {
        const asked = { author: ANA, audience };
        const open = above.every((post) => isPublic(post.audience));
        for (const reply of [
          narrowOwnReply(asked, above, facts("active")),
          audienceOfOwnReply(above, facts("active")),
        ]) {
          expect(isPublic(reply) && !open).toBe(false);
        }
      }),
    );
  });

  test("nobody reads it who may not read that, but for what their own server shows (rule 1)", () => {
    fc.assert(
      fc.property(audiences, threads, viewers, fc.boolean(), (audience, above, viewer, follows) => {
        const now = facts("active", follows);
        const reply = byAna(narrowOwnReply({ author: ANA, audience }, above, now));
        if (revealReply(viewer, reply, above, () => now) === null) return;
        for (const post of above) {
          const sender = post.relayedBy ?? post.author;
          expect(see(viewer, post, now) || isSameServer(viewer, sender)).toBe(true);
        }
      }),
    );
  });

  test("whoever is meant by all of it is named, addressed or at the partner who shared it (rule 1)", () => {
    fc.assert(
      fc.property(threads, viewers, (above, viewer) => {
        const now = facts("active");
        if (!isMeantByAll(viewer, above, () => now)) return;
        for (const post of above) {
          const toUs = post.audience.some(
            (atom) => atom.kind === "partner" && atom.organization === ALPHA,
          );
          const sender = post.relayedBy ?? post.author;
          expect(see(viewer, post, now) || (toUs && isSameServer(viewer, sender))).toBe(true);
        }
      }),
    );
  });

  test("nobody at a suspended partner reads it, below what either side shared (rule 5)", () => {
    const shared = fc.constantFrom<Guarded>(
      {
        author: BRAVO,
        audience: [{ kind: "partner", organization: ALPHA }],
        publishedBy: "elsewhere",
        withdrawn: false,
      },
      {
        author: ALPHA,
        audience: [{ kind: "partner", organization: BRAVO }],
        publishedBy: "organization",
        withdrawn: false,
      },
    );
    fc.assert(
      fc.property(audiences, threads, shared, (audience, between, root) => {
        const above = [...between, root];
        const asked = { author: ANA, audience };
        // As it was written while the partnership was in force.
        const closed = narrowOwnReply(asked, above, facts("active"));
        for (const actor of [BRAVO, BEA, BOB]) {
          const viewer: Viewer = { kind: "remote", actor };
          expect(revealReply(viewer, byAna(closed), above, () => facts("paused"))).toBeNull();
        }
      }),
    );
  });
});
