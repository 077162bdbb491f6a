import { shorten } from "../text/shorten.ts";
import { sanitizeHtml } from "./sanitize.ts";

/** Blank line before and after. */
const PARAGRAPHS = new Set(
  ["p", "div", "blockquote", "pre", "ul", "ol", "dl", "table", "hr"].concat([
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
  ]),
);
/** On a line of their own. */
const LINES = new Set(["li", "dt", "dd", "tr"]);
const CELLS = new Set(["td", "th"]);
const ENTITIES: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };

/**
 * The text of `html`, for previews, search and mail: paragraphs separated by a blank line, list items
 * and table rows on lines of their own, no markup. With `maxLength`, shortened to that many characters
 * (`shorten`). Throws `html_too_large`.
 */
export function htmlToText(html: string, maxLength = Number.POSITIVE_INFINITY): string {
  const text = collectText(sanitizeHtml(html));
  return shorten(text, maxLength);
}

function collectText(clean: string): string {
  let text = "";
  let breaks = 0;
  let blank = false;
  let preformatted = 0;
  // Sanitized markup has no < or > but those of its tags, so this sees every tag and every text whole.
  for (const [piece, slash, tag] of clean.matchAll(/<(\/?)([a-z][a-z0-9]*)[^<>]*>|[^<]+/g)) {
    if (tag !== undefined) {
      if (tag === "pre") preformatted += slash === "" ? 1 : -1;
      if (PARAGRAPHS.has(tag)) breaks = 2;
      else if (tag === "br") breaks = Math.min(breaks + 1, 2);
      else if (LINES.has(tag)) breaks = Math.max(breaks, 1);
      else if (CELLS.has(tag)) blank = true;
      continue;
    }
    const run = preformatted > 0 ? piece : piece.replace(/[ \t\r\n\f]+/g, " ");
    const content = preformatted > 0 ? run.replace(/\n$/, "") : run.replace(/^ | $/g, "");
    blank ||= run.startsWith(" ");
    if (content === "") continue;
    if (text !== "") text += breaks > 0 ? "\n".repeat(breaks) : blank ? " " : "";
    text += content.replace(/&(?:lt|gt|quot|amp);/g, (entity) => ENTITIES[entity] ?? entity);
    breaks = 0;
    blank = run.endsWith(" ");
  }
  return text.trim();
}
