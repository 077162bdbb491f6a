import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { circleAt, circlesByEpoch, parseCircleAt } from "../../src/domain/circle.ts";

const BRAVO = "https://bravo.example/ap/org";
const CHARLIE = "https://charlie.example/ap/org";

describe("a circle at an epoch", () => {
  it("covers who was in it then and is in it now", () => {
    const circles = circlesByEpoch([
      {
        circle: "7",
        epoch: 3,
        members: [
          { organization: BRAVO, seesFrom: 1 },
          { organization: CHARLIE, seesFrom: 3 },
        ],
      },
    ]);
    expect([...(circles.get("7@1") ?? [])]).toEqual([BRAVO]);
    expect([...(circles.get("7@2") ?? [])]).toEqual([BRAVO]);
    expect([...(circles.get("7@3") ?? [])]).toEqual([BRAVO, CHARLIE]);
    expect(circles.get("7@4")).toBeUndefined();
  });

  it("covers nobody before the first of its members came", () => {
    const members = [{ organization: CHARLIE, seesFrom: 2 }];
    const circles = circlesByEpoch([{ circle: "7", epoch: 2, members }]);
    expect([...circles.keys()]).toEqual(["7@2"]);
  });

  it("never covers fewer at a later epoch", () => {
    const member = fc.record({
      organization: fc.constantFrom("a", "b", "c", "d"),
      seesFrom: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(member, { selector: (each) => each.organization }), (members) => {
        const circles = circlesByEpoch([{ circle: "1", epoch: 6, members }]);
        for (let epoch = 1; epoch < 6; epoch += 1) {
          const now = circles.get(circleAt("1", epoch)) ?? new Set();
          const later = circles.get(circleAt("1", epoch + 1)) ?? new Set();
          expect([...now].every((organization) => later.has(organization))).toBe(true);
        }
      }),
    );
  });

  it.each(["7", "7@", "@3", "7@x", "nordic@1", "7@3@4"])("is not named %s", (name) => {
    expect(parseCircleAt(name)).toBeNull();
  });

  it("is named by both numbers", () => {
    expect(parseCircleAt(circleAt("7", 3))).toEqual({ circle: "7", epoch: 3 });
  });
});
