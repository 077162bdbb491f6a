import { expect, test } from "vitest";
import { escapeHtml } from "../../../../src/platform/html/escape.ts";
import { MAX_HTML_LENGTH, sanitizeHtml } from "../../../../src/platform/html/sanitize.ts";

const LINK = 'rel="nofollow noopener noreferrer" target="_blank"';

test.each([
  ["paragraphs and emphasis", "<p>a <strong>b</strong> <em>c</em><br />d</p>"],
  ["headings and rules", "<h1>a</h1><h6>b</h6><hr />"],
  [
    "lists with their numbering",
    '<ol start="3" reversed><li value="5">a</li></ol><ul><li>b</li></ul>',
  ],
  ["definition lists", "<dl><dt>a</dt><dd>b</dd></dl>"],
  [
    "quotes and code",
    '<blockquote><pre><code class="language-ts">a &lt; b</code></pre></blockquote>',
  ],
  [
    "tables with alignment",
    '<table><thead><tr><th align="right">a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>',
  ],
  ["sub, sup, del, s, u", "<sub>a</sub><sup>b</sup><del>c</del><s>d</s><u>e</u>"],
  [
    "a mention",
    `<span class="h-card"><a href="https://b.example/@bo" class="u-url mention" ${LINK}>@<span>bo</span></a></span>`,
  ],
  [
    "a shortened link",
    `<a href="https://b.example/long" ${LINK}><span class="invisible">https://</span><span class="ellipsis">b.example/l</span></a>`,
  ],
])("%s stay", (_, html) => {
  expect(sanitizeHtml(html)).toBe(html);
});

test.each([
  ["a script", "<script>alert(1)</script>", ""],
  ["an event handler", '<p onclick="alert(1)">a</p>', "<p>a</p>"],
  ["a style attribute", '<p style="position:fixed">a</p>', "<p>a</p>"],
  ["a style sheet", "<style>p{display:none}</style>a", "a"],
  ["an id", '<p id="login">a</p>', "<p>a</p>"],
  ["a foreign class", '<span class="modal mention">a</span>', '<span class="mention">a</span>'],
  ["a form", '<form action="https://evil.example"><input name="p"><button>a</button></form>', "a"],
  ["a frame", '<iframe src="https://evil.example"><b>x</b></iframe>a', "a"],
  [
    "a vector image with script in it",
    "<svg><script>alert(1)</script><title>t</title></svg>a",
    "a",
  ],
  [
    "MathML that breaks out",
    '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
    "<table></table>",
  ],
  [
    "a noscript that breaks out",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "",
  ],
  ["a base address", '<base href="https://evil.example/">a', "a"],
  ["a refresh", '<meta http-equiv="refresh" content="0;url=https://evil.example">a', "a"],
  ["a comment", "a<!-- --!><script>alert(1)</script> -->b", "a --&gt;b"],
  ["an unfinished tag", 'a<img src="x" onerror="alert(1)"', "a"],
  [
    "numbering that is no number",
    '<ol start="1e9"><li value="x">a</li></ol>',
    "<ol><li>a</li></ol>",
  ],
  [
    "alignment that is none",
    '<table><tr><td align="justify">a</td></tr></table>',
    "<table><tr><td>a</td></tr></table>",
  ],
])("%s does not get through", (_, html, clean) => {
  expect(sanitizeHtml(html)).toBe(clean);
});

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "&#106;avascript:alert(1)",
  "\u0001javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:x",
  "file:///etc/passwd",
  "//evil.example",
  "/settings/delete",
  "#login",
  "https://bank.example@evil.example/",
  `https://a.example/${"a".repeat(3000)}`,
  "",
])("a link to %j is only text", (href) => {
  expect(sanitizeHtml(`<a href="${href}">a</a>`)).toBe("<span>a</span>");
});

test.each(["https://a.example/b?c=d#e", "http://a.example", "mailto:ana@alpha.example"])(
  "a link to %s opens elsewhere and gives no credit",
  (href) => {
    expect(sanitizeHtml(`<a href="${href}" rel="me" target="_top" download>a</a>`)).toBe(
      `<a href="${href}" ${LINK}>a</a>`,
    );
  },
);

test("a link with hidden control characters is written as browsers read it", () => {
  expect(sanitizeHtml('<a href="https://a.example/\n\tb">a</a>')).toBe(
    `<a href="https://a.example/b" ${LINK}>a</a>`,
  );
});

test("an image becomes a link to it, so that reading tells nobody", () => {
  expect(
    sanitizeHtml('<p><img src="https://a.example/p.png" alt="A pump" onload="x()">b</p>'),
  ).toBe(`<p><a href="https://a.example/p.png" ${LINK}>A pump</a>b</p>`);
  expect(sanitizeHtml('<img src="https://a.example/p.png">')).toBe(
    `<a href="https://a.example/p.png" ${LINK}>https://a.example/p.png</a>`,
  );
  expect(sanitizeHtml('<img src="data:image/png;base64,AA" alt="A pump">')).toBe(
    "<span>A pump</span>",
  );
});

test("an image inside a link is its description", () => {
  expect(
    sanitizeHtml(
      '<a href="https://a.example/"><img src="https://a.example/p.png" alt="A pump"></a>',
    ),
  ).toBe(`<a href="https://a.example/" ${LINK}><span>A pump</span></a>`);
});

test("sections keep their texts apart", () => {
  expect(sanitizeHtml("<section>a</section><article>b</article>")).toBe("<div>a</div><div>b</div>");
});

test("what is clean stays the same when cleaned again", () => {
  const html =
    '<p>1 &lt; 2 &amp; <a href="https://a.example/?a=1&b=2">x</a><img src="https://a.example/i"></p>';
  const once = sanitizeHtml(html);
  expect(sanitizeHtml(once)).toBe(once);
});

test.each([
  ["nested blocks", "<div>"],
  ["nested emphasis", "<b>"],
  ["raw text", "<xmp>"],
  ["unclosed noscript", "<noscript>"],
])("100,000 %s leave only text", (_, tag) => {
  const clean = sanitizeHtml(`${tag.repeat(100_000)}deep`);
  expect(clean.length).toBeLessThan(100);
  expect(clean).not.toContain(tag.repeat(2));
});

test("text without its tags cannot turn into tags", () => {
  const clean = sanitizeHtml(`${"<b>".repeat(1000)}<<b>script>alert(1)<</b>/script>&lt;i&gt;`);
  expect(clean).not.toMatch(/<(?!\/?p>)/);
  expect(clean).toContain("&lt;i&gt;");
});

test.each([
  ["unmatched end tags in deep markup", `${"<b>".repeat(150)}${"</i>".repeat(250_000)}`],
  ["an address full of comments", `<a href="${"<!---->".repeat(140_000)}">a</a>`],
  ["100,000 attributes", `<p${Array.from({ length: 100_000 }, (_, i) => ` a${i}`).join("")}>`],
  ["angle brackets only", "<".repeat(250_000)],
  ["comment starts only", "<!--".repeat(250_000)],
])("%s take bounded time", { timeout: 5000 }, (_, html) => {
  expect(sanitizeHtml(html).length).toBeLessThanOrEqual(MAX_HTML_LENGTH);
});

test("too long a text is refused, as is one that would become too long", () => {
  const refused = expect.objectContaining({ code: "html_too_large" });
  expect(() => sanitizeHtml("a".repeat(MAX_HTML_LENGTH + 1))).toThrow(refused);
  expect(() => sanitizeHtml("&".repeat(MAX_HTML_LENGTH))).toThrow(refused);
  expect(sanitizeHtml("a".repeat(MAX_HTML_LENGTH)).length).toBe(MAX_HTML_LENGTH);
});

test("escaped text can stand in content and in attributes", () => {
  expect(escapeHtml(`<a href="x" title='y'>&</a>`)).toBe(
    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;",
  );
});
