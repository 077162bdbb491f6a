import { expect, test } from "vitest";
import { MAX_MARKDOWN_LENGTH, renderMarkdown } from "../../../../src/platform/markdown/render.ts";

const html = (markdown: string): string => renderMarkdown(markdown).html;
const LINK = 'rel="nofollow noopener noreferrer" target="_blank"';

test.each([
  ["headings", "# a\n\n###### b", "<h1>a</h1>\n<h6>b</h6>"],
  [
    "emphasis and strikethrough",
    "*a* **b** ~~c~~",
    "<p><em>a</em> <strong>b</strong> <s>c</s></p>",
  ],
  [
    "ordered lists that start elsewhere",
    "3. a\n4. b",
    '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>',
  ],
  [
    "code with its language",
    "```ts\na < b\n```",
    '<pre><code class="language-ts">a &lt; b\n</code></pre>',
  ],
  ["links", "[a](https://a.example/b)", `<p><a href="https://a.example/b" ${LINK}>a</a></p>`],
  [
    "bare addresses",
    "see https://a.example/b.",
    `<p>see <a href="https://a.example/b" ${LINK}>https://a.example/b</a>.</p>`,
  ],
  [
    "images, as links",
    "![A pump](https://a.example/p.png)",
    `<p><a href="https://a.example/p.png" ${LINK}>A pump</a></p>`,
  ],
])("%s are rendered", (_, markdown, expected) => {
  expect(html(markdown)).toBe(expected);
});

test("tables keep their alignment", () => {
  const table = html("| a | b |\n|:-:|--:|\n| 1 | 2 |");
  expect(table).toContain('<th align="center">a</th>');
  expect(table).toContain('<td align="right">2</td>');
  expect(table).not.toContain("style");
});

test("task lists are boxes that survive on any server", () => {
  const list = html("- [ ] train the night shift\n- [x] print the **checklist**");
  expect(list).toContain('<li class="task-list-item">☐ train the night shift</li>');
  expect(list).toContain('<li class="task-list-item">☑ print the <strong>checklist</strong></li>');
  expect(list).not.toContain("<input");
});

test("raw HTML is shown, not obeyed", () => {
  expect(html("<script>alert(1)</script>\n\na <b onclick=x>b</b>")).toBe(
    "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>",
  );
});

test.each([
  "[a](javascript:alert(1))",
  "[a](JAVASCRIPT:alert(1))",
  "[a](data:text/html;base64,PHNjcmlwdD4=)",
  "<javascript:alert(1)>",
  "[a](/settings)",
  "[a](#login)",
  "[a](//evil.example)",
  "[a][1]\n\n[1]: vbscript:x",
  '![a](data:image/png;base64,AA"onerror="alert(1))',
])("%s makes no link", (markdown) => {
  expect(html(markdown)).not.toContain("href");
  expect(html(markdown)).not.toContain("<img");
});

test("footnotes are linked both ways", () => {
  const document = html("Turn it off.[^off] Really.[^off]\n\n[^off]: At the *main* switch.");
  expect(document).toContain('<a href="#fn1" id="fnref1">[1]</a>');
  expect(document).toContain('<a href="#fn1" id="fnref1:1">[1]</a>');
  expect(document).toContain('<li id="fn1" class="footnote-item"><p>At the <em>main</em> switch.');
  expect(document).toContain('<a href="#fnref1" class="footnote-backref">');
});

test("two documents on a page do not share footnotes", () => {
  const markdown = "a[^1]\n\n[^1]: b";
  const ids = (idPrefix: string): string[] =>
    [...renderMarkdown(markdown, { idPrefix }).html.matchAll(/ id="([^"]+)"/g)].map(
      ([, id = ""]) => id,
    );
  const both = [...ids("p7"), ...ids("p8")];
  expect(both).toHaveLength(4);
  expect(new Set(both).size).toBe(4);
  expect(renderMarkdown(markdown, { idPrefix: "p7" }).html).toContain(
    'href="#fn-p7-1" id="fnref-p7-1"',
  );
});

test("the text is the document without its markup", () => {
  const { text } = renderMarkdown(
    "# Handover\n\nTalk to *each other*.[^1]\n\n- [x] a\n- b\n\n`x < y`\n\n[^1]: At the board.",
  );
  expect(text).toBe("Handover\n\nTalk to each other.[1]\n\n☑ a\nb\n\nx < y\n\nAt the board.");
});

test("mentions and hashtags are found in the text, as written, each once", () => {
  const { mentions, hashtags } = renderMarkdown(
    "Thanks @Bo@m.Example and **@ana**! (@bo@m.example) #NightShift #nightshift\n\n> @c.d_e@localhost:3001, #Übergabe\n\n- #a_1",
  );
  expect(mentions).toEqual(["@Bo@m.Example", "@ana", "@c.d_e@localhost:3001"]);
  expect(hashtags).toEqual(["NightShift", "Übergabe", "a_1"]);
});

test.each([
  ["code", "`@ana #tag`"],
  ["code blocks", "```\n@ana #tag\n```"],
  ["links", "[@ana #tag](https://a.example/)"],
  ["addresses", "https://a.example/@ana/#tag <https://a.example/@ana#tag>"],
  ["image descriptions", "![@ana #tag](https://a.example/i.png)"],
  ["mail addresses", "bo@m.example x#tag"],
  ["escaped signs", "\\@ana \\#tag"],
  ["numbers and signs alone", "#1 #2024 # @ @@ #_ &#35;"],
  ["headings", "# tag"],
])("no mention or hashtag is found in %s", (_, markdown) => {
  const { mentions, hashtags } = renderMarkdown(markdown);
  expect({ mentions, hashtags }).toEqual({ mentions: [], hashtags: [] });
});

test("mentions and hashtags in footnotes and tables count", () => {
  const { mentions, hashtags } = renderMarkdown("a[^1]\n\n|#b|\n|-|\n\n[^1]: by @c");
  expect(mentions).toEqual(["@c"]);
  expect(hashtags).toEqual(["b"]);
});

test("handles, mail addresses and host names stay text", () => {
  expect(html("@bo@m.example ana@alpha.example example.org 10.0.0.1")).toBe(
    "<p>@bo@m.example ana@alpha.example example.org 10.0.0.1</p>",
  );
});

test("the web addresses linked to are listed once", () => {
  expect(
    renderMarkdown(
      "[a](https://a.example/) https://a.example/ <http://b.example> [m](mailto:a@b.example)",
    ).links,
  ).toEqual(["https://a.example/", "http://b.example"]);
});

test("a document of 100,000 characters is the longest", () => {
  expect(renderMarkdown("a".repeat(MAX_MARKDOWN_LENGTH)).text.length).toBe(MAX_MARKDOWN_LENGTH);
  expect(() => renderMarkdown("a".repeat(MAX_MARKDOWN_LENGTH + 1))).toThrow(
    expect.objectContaining({ code: "markdown_too_long" }),
  );
});

test.each([
  ["emphasis", "*a_ "],
  ["opening brackets", "["],
  ["link openings", "[a]("],
  ["image openings", "![a]("],
  ["quotes", "> "],
  ["quoted lists", "> - "],
  ["back-ticks", "`"],
  ["angle brackets", "<a@"],
  ["inline footnotes", "^[a]"],
  ["nested inline footnotes", "^["],
  ["footnote definitions", "[^a]:"],
  ["link definitions", "[a]: b\n"],
  ["schemes", "mailto:"],
  ["addresses", "http://a"],
  ["signs", "@a."],
  ["hash signs", "#"],
  ["entities", "&#x;"],
  ["tasks", "- [ ] a\n"],
  ["table rows", "|a|\n"],
])("100,000 characters of %s take bounded time", { timeout: 10_000 }, (_, piece) => {
  const document = piece.repeat(Math.floor(MAX_MARKDOWN_LENGTH / piece.length));
  expect(renderMarkdown(document)).toHaveProperty("html");
});

test("a document whose footnotes would swell it beyond reason is refused", () => {
  const swollen = `${"[^a]".repeat(24_000)}\n\n[^a]: b`;
  expect(() => renderMarkdown(swollen)).toThrow(
    expect.objectContaining({ code: "html_too_large" }),
  );
});
