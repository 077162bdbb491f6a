import { expect, test } from "vitest";
import { fitIntoPage } from "../../../src/web/components/post-body.tsx";

test("headings go below the page's own title, and keep their order", () => {
  expect(fitIntoPage("<h1>A</h1><h2>B</h2><h6>C</h6>")).toBe("<h2>A</h2><h3>B</h3><h6>C</h6>");
});

test("a text that leaves the first level to the page stays as it is", () => {
  expect(fitIntoPage("<h2>A</h2><hr /><h3>B</h3>")).toBe("<h2>A</h2><hr /><h3>B</h3>");
});

test("tables and code can be scrolled by keyboard", () => {
  expect(fitIntoPage("<table><tr><td>1</td></tr></table>")).toBe(
    '<div class="scroll" tabindex="0"><table><tr><td>1</td></tr></table></div>',
  );
  expect(fitIntoPage("<pre><code>x</code></pre>")).toBe('<pre tabindex="0"><code>x</code></pre>');
});

test("text that only looks like a tag is left alone", () => {
  expect(fitIntoPage("<p>&lt;h1&gt; and &lt;table&gt;</p>")).toBe(
    "<p>&lt;h1&gt; and &lt;table&gt;</p>",
  );
});
