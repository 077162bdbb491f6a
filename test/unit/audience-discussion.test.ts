import { describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import {
  audienceFromPartner,
  audienceInOurDiscussion,
  audienceOfOwnReply,
  narrowOwnReply,
  placeBelow,
  revealReply,
  type ArrivingReply,
} from "../../src/domain/audience/discussion.ts";
import type { Facts, Guarded } from "../../src/domain/audience/policy.ts";

const ALPHA = "https://alpha.example/ap/org";
const ANA = "https://alpha.example/ap/actors/ana";
const BRAVO = "https://bravo.example/ap/org";
const BEA = "https://bravo.example/ap/actors/bea";
const CHARLIE = "https://charlie.example/ap/org";
const CLEO = "https://charlie.example/ap/actors/cleo";
const BOTH = new Set([BRAVO, CHARLIE]);

const partner = (organization: string) => ({ kind: "partner", organization }) as const;
const person = (actor: string) => ({ kind: "person", actor }) as const;
const MEMBERS = { kind: "members" } as const;
const PUBLIC = { kind: "public" } as const;
const FOLLOWERS = { kind: "followers" } as const;

function post(author: string, audience: Audience, changes: Partial<Guarded> = {}): Guarded {
  const publishedBy = author === ALPHA ? "organization" : author === ANA ? "member" : "elsewhere";
  return { author, audience, publishedBy, withdrawn: false, ...changes };
}

function arriving(author: string, audience: Audience): ArrivingReply {
  return { author, audience, publishedBy: "elsewhere", withdrawn: false };
}

const shared = post(ALPHA, [partner(BRAVO), partner(CHARLIE)]);
const AT_ALPHA = { organization: ALPHA, activePartners: BOTH };

describe("in our own discussion", () => {
  test("a member's reply is for our members and the same partners", () => {
    expect(audienceOfOwnReply([shared], AT_ALPHA)).toEqual([
      partner(BRAVO),
      MEMBERS,
      partner(CHARLIE),
    ]);
  });

  test("a partner's member who writes to our organization writes to the discussion", () => {
    const reply = arriving(BEA, [partner(ALPHA), person(ANA)]);
    expect(audienceInOurDiscussion(reply, [shared], AT_ALPHA)).toEqual([
      partner(BRAVO),
      partner(ALPHA),
      partner(CHARLIE),
    ]);
  });

  test.each([
    ["everybody", [PUBLIC]],
    ["everybody and us", [PUBLIC, partner(ALPHA)]],
    ["their own followers", [FOLLOWERS]],
    ["nobody", []],
    ["a stranger", [person("https://delta.example/users/dan")]],
  ] satisfies [string, Audience][])(
    "what is addressed to %s stays with author and owner",
    (_, audience) => {
      expect(audienceInOurDiscussion(arriving(BEA, audience), [shared], AT_ALPHA)).toEqual([
        partner(ALPHA),
      ]);
    },
  );

  test("what is addressed to the author's followers and us is for us alone", () => {
    const reply = arriving(BEA, [FOLLOWERS, partner(ALPHA)]);
    expect(audienceInOurDiscussion(reply, [shared], AT_ALPHA)).toEqual([partner(ALPHA)]);
  });

  test("what is addressed to one of us is for that one", () => {
    const reply = arriving(BEA, [person(ANA)]);
    expect(audienceInOurDiscussion(reply, [shared], AT_ALPHA)).toEqual([person(ANA)]);
  });

  test("somebody who is no partner's writes to us alone", () => {
    const practice = post(ALPHA, [partner(BRAVO), person(CLEO)]);
    const facts = { organization: ALPHA, activePartners: new Set([BRAVO]) };
    const reply = arriving(CLEO, [partner(ALPHA)]);
    expect(audienceInOurDiscussion(reply, [practice], facts)).toEqual([partner(ALPHA)]);
  });

  test("a nested reply is no wider than any reply above it", () => {
    const narrower = post(BEA, [partner(ALPHA), partner(BRAVO)]);
    expect(audienceOfOwnReply([narrower, shared], AT_ALPHA)).toEqual([MEMBERS, partner(BRAVO)]);
    const reply = arriving(CLEO, [partner(ALPHA)]);
    expect(audienceInOurDiscussion(reply, [narrower, shared], AT_ALPHA)).toEqual([
      partner(ALPHA),
      partner(BRAVO),
    ]);
  });

  test("a reply below what is for our followers is for our members: followers are another's", () => {
    const practice = post(ALPHA, [FOLLOWERS]);
    expect(audienceOfOwnReply([practice], AT_ALPHA)).toEqual([MEMBERS]);
  });

  test("a reply below a public practice is public", () => {
    expect(audienceOfOwnReply([post(ALPHA, [PUBLIC])], AT_ALPHA)).toEqual([PUBLIC]);
  });
});

describe("in a partner's discussion", () => {
  const received = post(ALPHA, [partner(BRAVO)], { publishedBy: "elsewhere" });
  const AT_BRAVO = { organization: BRAVO, activePartners: new Set([ALPHA]) };

  test("a member's reply is for our members and the partner, who relays it", () => {
    expect(audienceOfOwnReply([received], AT_BRAVO)).toEqual([MEMBERS, partner(ALPHA)]);
  });

  test("one that answers somebody there names them too, but nobody on a third server", () => {
    const byAna = post(ANA, [partner(BRAVO)], { publishedBy: "elsewhere" });
    expect(audienceOfOwnReply([byAna, received], AT_BRAVO)).toEqual([
      MEMBERS,
      partner(ALPHA),
      person(ANA),
    ]);
    const relayed = post(CLEO, [partner(BRAVO)], { relayedBy: ALPHA });
    expect(audienceOfOwnReply([relayed, received], AT_BRAVO)).toEqual([MEMBERS, partner(ALPHA)]);
  });

  test("without a partnership it is for our members and whom it answers", () => {
    const facts = { organization: BRAVO, activePartners: new Set<string>() };
    expect(placeBelow([received], facts).kind).toBe("foreign");
    expect(audienceOfOwnReply([received], facts)).toEqual([MEMBERS, person(ALPHA)]);
  });

  test("what arrives is for our members; what names none of us is not for us", () => {
    const toUs = arriving(ANA, [partner(BRAVO), partner(CHARLIE)]);
    expect(audienceFromPartner(toUs, [received], AT_BRAVO)).toEqual([partner(BRAVO)]);
    const toOthers = arriving(ANA, [partner(CHARLIE)]);
    expect(audienceFromPartner(toOthers, [received], AT_BRAVO)).toBeNull();
    const toBea = arriving(ANA, [person(BEA)]);
    expect(audienceFromPartner(toBea, [received], AT_BRAVO)).toEqual([person(BEA)]);
  });
});

describe("a reply is read with everything above it", () => {
  const facts: Facts = {
    follows: false,
    blocked: false,
    activePartners: BOTH,
    pausedPartners: new Set(),
    circles: new Map(),
    organization: ALPHA,
  };
  const reply = post(ANA, [MEMBERS, partner(BRAVO), partner(CHARLIE)]);
  const see = (actor: string, above: readonly Guarded[]) =>
    revealReply({ kind: "remote", actor }, reply, above, () => facts) !== null;

  test("who lost the practice has lost its replies", () => {
    expect(see(CHARLIE, [shared])).toBe(true);
    const narrowed = post(ALPHA, [partner(BRAVO)]);
    expect(see(CHARLIE, [narrowed])).toBe(false);
    expect(see(BRAVO, [narrowed])).toBe(true);
  });

  test("nobody but its author finds a reply below what was withdrawn", () => {
    const gone = post(ALPHA, [partner(BRAVO)], { withdrawn: true });
    expect(see(BRAVO, [gone])).toBe(false);
    const author = { kind: "local", actor: ANA, role: "reader" } as const;
    expect(revealReply(author, reply, [gone], () => facts)).not.toBeNull();
    const colleague = { kind: "local", actor: `${ANA}2`, role: "admin" } as const;
    expect(revealReply(colleague, reply, [gone], () => facts)).toBeNull();
  });

  test("what lives on the viewer's own server is for that server to hide", () => {
    const theirs = post(BEA, [person(ANA)], { publishedBy: "elsewhere" });
    expect(see(BRAVO, [theirs])).toBe(true);
    expect(see(CHARLIE, [theirs])).toBe(false);
    const relayed = post(CLEO, [partner(ALPHA)], { publishedBy: "elsewhere", relayedBy: BRAVO });
    expect(see(BRAVO, [relayed])).toBe(true);
    expect(see(CHARLIE, [{ ...relayed, author: "https://delta.example/users/dan" }])).toBe(false);
    expect(see(BRAVO, [{ ...theirs, withdrawn: true }])).toBe(false);
  });
});

describe("what one of ours asks for below a post", () => {
  const asks = (audience: Audience, above: readonly Guarded[], facts = AT_ALPHA) =>
    narrowOwnReply({ author: ANA, audience }, above, facts);
  const theirs = post(BRAVO, [partner(ALPHA)]);
  const AT_BRAVOS = { organization: ALPHA, activePartners: BOTH };

  test("is as it is where everybody may read all above", () => {
    const open = [post(ALPHA, [PUBLIC])];
    for (const asked of [[PUBLIC], [FOLLOWERS], [person(BEA)], []]) {
      expect(asks(asked, open)).toEqual(asked);
    }
  });

  test.each([[[PUBLIC]], [[FOLLOWERS]]])("is the largest part that is left of %j", (asked) => {
    expect(asks(asked, [shared])).toEqual([partner(BRAVO), MEMBERS, partner(CHARLIE)]);
    expect(asks(asked, [theirs], AT_BRAVOS)).toEqual([MEMBERS, partner(BRAVO)]);
  });

  test("is for followers again where the same author wrote for them", () => {
    const own = post(ANA, [FOLLOWERS]);
    expect(asks([FOLLOWERS], [own])).toEqual([FOLLOWERS]);
    expect(asks([FOLLOWERS], [own, post(ALPHA, [FOLLOWERS])])).toEqual([person(ALPHA)]);
    expect(narrowOwnReply({ author: ALPHA, audience: [PUBLIC] }, [own], AT_ALPHA)).toEqual([
      person(ANA),
    ]);
  });

  test("is for the people who are named, of our members where these may read it", () => {
    expect(asks([person(BEA)], [shared])).toEqual([person(BEA)]);
    expect(asks([MEMBERS], [shared])).toEqual([MEMBERS]);
    expect(asks([MEMBERS, person(BEA)], [post(ANA, [person(BEA)])])).toEqual([person(BEA)]);
  });

  test("leaves author and owner when nothing of it is left", () => {
    expect(asks([], [shared])).toEqual([person(ALPHA)]);
    expect(asks([partner("https://delta.example/ap/org")], [shared])).toEqual([person(ALPHA)]);
    expect(asks([], [post("https://m.example/bo", [person(ANA)])])).toEqual([
      person("https://m.example/bo"),
    ]);
  });

  test("never speaks to a partner's whole discussion when it is for somebody", () => {
    expect(asks([person(BRAVO)], [theirs], AT_BRAVOS)).toEqual([]);
    expect(asks([person(BRAVO), person(BEA)], [theirs], AT_BRAVOS)).toEqual([person(BEA)]);
  });
});

test("what a partner's people write to followers or to one of us is no discussion of the partner's", () => {
  for (const audience of [[FOLLOWERS], [person(ANA)]]) {
    expect(placeBelow([post(BEA, audience)], AT_ALPHA).kind).toBe("foreign");
  }
  expect(placeBelow([post(BRAVO, [partner(ALPHA)])], AT_ALPHA)).toMatchObject({
    kind: "partner",
    owner: BRAVO,
  });
});
