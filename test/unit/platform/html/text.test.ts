import { expect, test } from "vitest";
import { htmlToText } from "../../../../src/platform/html/text.ts";

test.each([
  ["paragraphs are separated by a blank line", "<p>a</p><p>b</p>", "a\n\nb"],
  ["line breaks stay", "a<br>b", "a\nb"],
  ["list items are lines", "<p>Steps</p><ul><li>a</li><li>b</li></ul>c", "Steps\n\na\nb\n\nc"],
  [
    "table rows are lines, cells are words",
    "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
    "a b\nc",
  ],
  ["emphasis leaves words whole", "un<b>believ</b>able <i>really</i>", "unbelievable really"],
  ["blanks between elements stay", "<b>a</b> <i>b</i>\n<u>c</u>", "a b c"],
  ["source line breaks are blanks", "<p>a\n   b</p>\n\n<p>c</p>", "a b\n\nc"],
  ["code keeps its lines", "<pre><code>if a:\n  b\n</code></pre><p>c</p>", "if a:\n  b\n\nc"],
  [
    "entities are characters",
    "<p>1 &lt; 2 &amp;&amp; &quot;x&quot; &amp;lt; &eacute;</p>",
    '1 < 2 && "x" &lt; é',
  ],
  ["scripts are not text", "a<script>b()</script>c", "ac"],
  [
    "a shortened link is whole",
    '<a href="https://a.example/b"><span class="invisible">https://</span>a.example/b</a>',
    "https://a.example/b",
  ],
  ["nothing is nothing", "<p> </p>", ""],
])("%s", (_, html, text) => {
  expect(htmlToText(html)).toBe(text);
});

test("a preview has at most the length asked for", () => {
  expect(htmlToText("<p>Hand <b>over</b> the shift</p>", 14)).toBe("Hand over the…");
});

test("a megabyte of paragraphs takes bounded time", { timeout: 5000 }, () => {
  expect(
    htmlToText("<p>hello <b>world</b></p>".repeat(40_000)).startsWith("hello world\n\nhello"),
  ).toBe(true);
});
