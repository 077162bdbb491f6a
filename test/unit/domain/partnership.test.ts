import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalAgreement, type Agreement } from "../../../src/domain/agreement.ts";
import {
  CLOCK_TOLERANCE_MS,
  dateProblem,
  isInForce,
  nextPartnershipState,
  PARTNERSHIP_STATES,
  settleCrossing,
  type PartnershipTerm,
  type Proposal,
} from "../../../src/domain/partnership.ts";
import { LABELS } from "../../../src/domain/practice.ts";

describe("a partnership's state", () => {
  it.each([
    ["offered", "accept", "active"],
    ["asked", "accept", "active"],
    ["offered", "reject", "rejected"],
    ["asked", "reject", "rejected"],
    ["offered", "end", "ended"],
    ["asked", "end", "ended"],
    ["active", "end", "ended"],
    ["active", "accept", null],
    ["active", "reject", null],
    ["rejected", "accept", null],
    ["ended", "accept", null],
    ["rejected", "end", null],
    ["ended", "reject", null],
  ] as const)("from %s by %s is %s", (current, event, next) => {
    expect(nextPartnershipState(current, event)).toBe(next);
  });
});

const NOW = new Date("2026-11-22T12:00:00Z");
const BEFORE = new Date("2026-11-22T11:59:59Z");
const AFTER = new Date("2026-11-22T12:00:01Z");
const open: PartnershipTerm = {
  state: "active",
  startsAt: null,
  endsAt: null,
  suspendedByUsAt: null,
  suspendedByThemAt: null,
};

describe("a partnership in force", () => {
  it.each<[string, Partial<PartnershipTerm>, boolean]>([
    ["active, without dates", {}, true],
    ["begun", { startsAt: BEFORE }, true],
    ["at its first moment", { startsAt: NOW }, true],
    ["not begun", { startsAt: AFTER }, false],
    ["before its end", { endsAt: AFTER }, true],
    ["at its last moment", { endsAt: NOW }, false],
    ["over", { endsAt: BEFORE }, false],
    ["suspended by us", { suspendedByUsAt: BEFORE }, false],
    ["suspended by them", { suspendedByThemAt: BEFORE }, false],
  ])("%s", (_, changes, expected) => {
    expect(isInForce({ ...open, ...changes }, NOW)).toBe(expected);
  });

  it("is active and nothing else", () => {
    const inForce = PARTNERSHIP_STATES.filter((state) => isInForce({ ...open, state }, NOW));
    expect(inForce).toEqual(["active"]);
  });

  it("is, with clocks that differ, never in force longer than on either clock", () => {
    const moment = fc.date({ min: BEFORE, max: AFTER, noInvalidDate: true });
    fc.assert(
      fc.property(moment, moment, moment, moment, (startsAt, endsAt, ours, theirs) => {
        const term = { ...open, startsAt, endsAt };
        const both = isInForce(term, ours) && isInForce(term, theirs);
        return (
          !both || (startsAt <= ours && startsAt <= theirs && ours < endsAt && theirs < endsAt)
        );
      }),
    );
  });
});

describe("the dates of an offer", () => {
  const late = (ms: number) => new Date(NOW.getTime() - ms);
  it.each([
    [{ startsAt: null, endsAt: null }, null],
    [{ startsAt: BEFORE, endsAt: AFTER }, null],
    [{ startsAt: AFTER, endsAt: AFTER }, "ends_before_start"],
    [{ startsAt: AFTER, endsAt: NOW }, "ends_before_start"],
    [{ startsAt: null, endsAt: late(CLOCK_TOLERANCE_MS - 1) }, null],
    [{ startsAt: null, endsAt: late(CLOCK_TOLERANCE_MS) }, "run_out"],
  ])("%o: %s", (dates, expected) => {
    expect(dateProblem(dates, NOW)).toBe(expected);
  });
});

const ALPHA = "https://alpha.example/ap/org";
const BRAVO = "https://bravo.example/ap/org";

function proposal(proposer: string, changes: Partial<Proposal> = {}): Proposal {
  return {
    proposer,
    termsSha256: "a".repeat(64),
    labelCeiling: "TLP:AMBER",
    practice: null,
    startsAt: null,
    endsAt: null,
    ...changes,
  };
}

describe("two offers that cross", () => {
  it("settle as the offer of who sorts first, accepted by the other when both say the same", () => {
    expect(settleCrossing(proposal(ALPHA), proposal(BRAVO))).toBe("ours");
    expect(settleCrossing(proposal(BRAVO), proposal(ALPHA))).toBe("accepted");
  });

  it.each<[string, Partial<Proposal>]>([
    ["terms", { termsSha256: "b".repeat(64) }],
    ["label ceiling", { labelCeiling: "TLP:RED" }],
    ["practice", { practice: "https://alpha.example/ap/practices/1" }],
    ["start", { startsAt: NOW }],
    ["end", { endsAt: NOW }],
  ])("that differ in their %s leave that offer to be answered", (_, changes) => {
    expect(settleCrossing(proposal(ALPHA), proposal(BRAVO, changes))).toBe("ours");
    expect(settleCrossing(proposal(BRAVO, changes), proposal(ALPHA))).toBe("theirs");
  });

  it("come out the same on both sides, whoever they are and whatever they say", () => {
    const side = fc.record({
      termsSha256: fc.constantFrom("a".repeat(64), "b".repeat(64)),
      labelCeiling: fc.constantFrom(...LABELS),
      endsAt: fc.constantFrom(null, NOW, AFTER),
    });
    const names = fc.uniqueArray(fc.webUrl(), { minLength: 2, maxLength: 2 });
    fc.assert(
      fc.property(names, side, side, ([one = "", other = ""], saysOne, saysOther) => {
        const here = settleCrossing(proposal(one, saysOne), proposal(other, saysOther));
        const there = settleCrossing(proposal(other, saysOther), proposal(one, saysOne));
        // Exactly one of the two offers stands, and it is the same one for both.
        return (here === "ours") !== (there === "ours");
      }),
    );
  });
});

describe("the text of an agreement", () => {
  const agreement: Agreement = {
    offer: "https://alpha.example/ap/activities/1",
    proposer: ALPHA,
    accepter: BRAVO,
    termsSha256: "c".repeat(64),
    labelCeiling: "TLP:AMBER+STRICT",
    practice: null,
    startsAt: null,
    endsAt: new Date("2027-01-01T00:00:00Z"),
  };

  it("is one and the same for ever: signatures hang on it", () => {
    expect(canonicalAgreement(agreement)).toBe(
      `{"accepter":"${BRAVO}","endsAt":"2027-01-01T00:00:00.000Z","labelCeiling":"TLP:AMBER+STRICT",` +
        `"offer":"https://alpha.example/ap/activities/1","practice":null,"proposer":"${ALPHA}",` +
        `"startsAt":null,"termsSha256":"${"c".repeat(64)}","type":"praxis-partnership/1"}`,
    );
  });

  it("changes with everything that is agreed on", () => {
    const changes: Partial<Agreement>[] = [
      { offer: "x" },
      { proposer: BRAVO },
      { accepter: ALPHA },
      { termsSha256: "d" },
      { labelCeiling: "TLP:RED" },
      { practice: "y" },
      { startsAt: NOW },
      { endsAt: null },
    ];
    const texts = changes.map((change) => canonicalAgreement({ ...agreement, ...change }));
    expect(new Set([canonicalAgreement(agreement), ...texts]).size).toBe(changes.length + 1);
  });
});
