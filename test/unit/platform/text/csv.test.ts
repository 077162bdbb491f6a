import { expect, test } from "vitest";
import { toCsv } from "../../../../src/platform/text/csv.ts";

test("quotes every field and ends every row", () => {
  expect(
    toCsv([
      ["a", 'say "b"'],
      ["c,d", "e\nf"],
    ]),
  ).toBe('"a","say ""b"""\r\n"c,d","e\nf"\r\n');
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])(
  "takes the meaning of a formula from %j",
  (formula) => {
    expect(toCsv([[formula]])).toBe(`"'${formula}"\r\n`);
  },
);
