import { escapeHtml } from "../../platform/html/escape.ts";
import { sanitizeHtml } from "../../platform/html/sanitize.ts";
import { htmlToText } from "../../platform/html/text.ts";
import { lineOf, truncate } from "./wire-values.ts";

/** Sanitized HTML of at most about `limit` characters. */
export function cleanHtml(html: string, limit: number): string {
  return html === "" ? "" : fitting(sanitizeHtml(storable(truncate(html, limit))), limit);
}

/** Sanitizing writes `&` as `&amp;` and closes what was left open, so the result may be longer. */
function fitting(clean: string, limit: number): string {
  return clean.length <= limit ? clean : sanitizeHtml(truncate(clean, limit));
}

/** Plain text (or Markdown, which reads well as plain text) as HTML: paragraphs and line breaks. */
export function textAsHtml(text: string, limit: number): string {
  const html = storable(truncate(text, limit))
    .split(/\n[ \t]*\n\s*/)
    .map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p>${escapeHtml(paragraph).replaceAll("\n", "<br />")}</p>`)
    .join("");
  return fitting(html, limit);
}

/** One line of plain text out of what may be plain text or HTML, at most `limit` characters. */
export function plainLine(text: string, limit: number): string {
  const start = truncate(text, limit * 10);
  return lineOf(/[<&]/.test(start) ? htmlToText(start) : start, limit);
}

/** Without control characters (PostgreSQL refuses NUL) and half surrogate pairs. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll(/[^\P{Cc}\n\t\r]/gu, "");
}
