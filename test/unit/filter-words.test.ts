import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contains, fold, toWords } from "../../src/services/filter-words.ts";

const finds = (text: string, keyword: string, wholeWord = true) =>
  contains(fold(text), toWords(keyword, wholeWord));

describe("a filtered keyword", () => {
  test.each([
    ["The Pump is loud", "pump", true],
    ["The pumps are loud", "pump", false],
    ["A heat-pump", "pump", true],
    ["#pump", "pump", true],
    ["pump_3", "pump", false],
    ["pump3", "pump", false],
    ["Die Prüfung", "prüfung", true],
    ["Die PRÜFUNGEN", "prüfung", false],
    ["Das Prüfungsamt", "prüfung", false],
    ["Prüfung", "PRU\u0308FUNG", true],
    ["насос сломан", "насос", true],
    ["насосы", "насос", false],
    ["I like C++ a lot", "c++", true],
    ["I like C++17", "c++", true],
    ["spoilers, then a spoiler", "spoiler", true],
    ["two words here", "two words", true],
    ["two wordsmiths", "two words", false],
    ["𝕏 pump𐐨", "pump", false],
  ])("as a whole word: %j by %j: %s", (text, keyword, expected) => {
    expect(finds(text, keyword)).toBe(expected);
  });

  test("matches inside of words when it need not be a whole one", () => {
    expect(finds("The pumps", "ump", false)).toBe(true);
    expect(finds("The pumps", "ump")).toBe(false);
    expect(finds("anything", " ", false)).toBe(false);
  });

  test("takes no longer for texts that are made to repeat it", () => {
    const text = fold("a".repeat(100_000));
    const before = performance.now();
    expect(contains(text, toWords("a".repeat(400), true))).toBe(false);
    expect(contains(text, toWords("(a+)+$", false))).toBe(false);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  test("costs as little for as many keywords as somebody may have", () => {
    const text = fold("a".repeat(100_000));
    const before = performance.now();
    for (let length = 1; length <= 500; length += 1) {
      expect(contains(text, toWords("a".repeat(length), true))).toBe(false);
    }
    expect(performance.now() - before).toBeLessThan(4_000);
  });

  test("is found wherever it stands between what is no letter", () => {
    const letters = fc.constantFrom("a", "b", " ", "-", "é", "𐐨");
    const texts = fc.array(letters, { maxLength: 12 }).map((each) => each.join(""));
    fc.assert(
      fc.property(texts, texts, (text, keyword) => {
        const { folded, startsWord, endsWord } = toWords(keyword, true);
        const before = startsWord ? String.raw`(?<![\p{L}\p{M}\p{N}_])` : "";
        const after = endsWord ? String.raw`(?![\p{L}\p{M}\p{N}_])` : "";
        const expected = folded !== "" && new RegExp(`${before}${folded}${after}`, "u").test(text);
        expect(finds(text, keyword)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
