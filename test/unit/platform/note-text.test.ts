import { describe, expect, it } from "vitest";
import { noteHtml, noteLength, readNoteText } from "../../../src/platform/markdown/note-text.ts";

const html = (text: string) =>
  noteHtml(readNoteText(text), {
    mention: ({ username, host }) =>
      username === "nobody" ? null : `https://${host ?? "alpha.example"}/@${username}`,
    hashtag: (name) => `https://alpha.example/tags/${name.toLowerCase()}`,
  });

const kinds = (text: string) =>
  readNoteText(text)
    .filter((piece) => piece.kind !== "text")
    .map((piece) => `${piece.kind} ${piece.text}`);

describe("a note as people type it", () => {
  it("has links, names and tags", () => {
    expect(
      kinds("See https://bravo.example/x?a=1, @ana and @bo@bravo.example: #Night_Shift!"),
    ).toEqual([
      "link https://bravo.example/x?a=1",
      "mention @ana",
      "mention @bo@bravo.example",
      "hashtag #Night_Shift",
    ]);
  });

  it.each([
    "example.org and ana@alpha.example are text",
    "ftp://bravo.example and javascript:alert(1) are text",
    "#1 is a number, a#b and C# are words",
    "mailto:ana@alpha.example",
  ])("finds nothing in: %s", (text) => {
    expect(kinds(text)).toEqual([]);
  });

  it("finds no names inside addresses or right behind them", () => {
    expect(kinds("https://bank.example@evil.example/")).toEqual(["link https://bank.example"]);
    expect(kinds("https://m.example/@ana#top @ana")).toEqual([
      "link https://m.example/@ana#top",
      "mention @ana",
    ]);
  });

  it("keeps paragraphs and line ends", () => {
    expect(html("one\ntwo\n\n\nthree")).toBe("<p>one<br />two</p><p>three</p>");
  });

  it("takes no markup from the text", () => {
    expect(html('<b>x</b> & "q" **y**')).toBe(
      "<p>&lt;b&gt;x&lt;/b&gt; &amp; &quot;q&quot; **y**</p>".replaceAll("&quot;", '"'),
    );
  });

  it("links names that lead somewhere, and leaves the others", () => {
    expect(html("@bo@bravo.example @nobody")).toBe(
      '<p><span class="h-card"><a href="https://bravo.example/@bo" class="u-url mention" ' +
        'rel="nofollow noopener noreferrer" target="_blank">@<span>bo</span></a></span> @nobody</p>',
    );
  });

  it("counts links as 23, mentions without their host, and what people see as one", () => {
    const length = (text: string) => noteLength(readNoteText(text), 23);
    expect(length(`https://bravo.example/${"x".repeat(200)}`)).toBe(23);
    expect(length("@bo@bravo.example")).toBe(3);
    expect(length("👩‍👩‍👧 é")).toBe(3);
  });

  it("is read in no time, however odd it is", () => {
    const started = performance.now();
    for (const odd of ["@a".repeat(25_000), "#a ".repeat(16_000), "https://a/".repeat(5_000)]) {
      readNoteText(odd);
    }
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
