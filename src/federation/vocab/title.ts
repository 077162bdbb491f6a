import { escapeHtml } from "../../platform/html/escape.ts";

/**
 * `content` with the title on top, for servers that show an article's `content` alone (GoToSocial
 * drops `name` as soon as there is a `summary`).
 */
export function withTitle(title: string, content: string): string {
  return `${heading(title)}${content}`;
}

/** The reverse of `withTitle`, for a reader who shows the title anyway; other content stays as it is. */
export function withoutTitle(title: string, content: string): string {
  const top = heading(title);
  return content.startsWith(top) ? content.slice(top.length) : content;
}

function heading(title: string): string {
  return `<h1>${escapeHtml(title)}</h1>`;
}
