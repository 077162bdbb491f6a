import MarkdownIt from "markdown-it";
import { escapeHtml } from "../html/escape.ts";
import { safeHref } from "../html/link.ts";
import { sanitizeHtml } from "../html/sanitize.ts";
import { HASHTAG, MENTION, ONLY_DIGITS } from "./references.ts";

/** A part of a note as people type it, without any markup. */
export type Piece =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly href: string }
  | {
      readonly kind: "mention";
      readonly text: string;
      readonly username: string;
      /** null = of this organization */
      readonly host: string | null;
    }
  | { readonly kind: "hashtag"; readonly text: string; readonly name: string };

export type MentionPiece = Extract<Piece, { kind: "mention" }>;

const linkify = new MarkdownIt("zero").linkify;
// Only what says so is a link: no `example.org` or `ana@alpha.example`, which would break handles.
linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
linkify.add("ftp:", null).add("//", null).add("mailto:", null);

/** Stands for a link while names are looked for: a letter, so that none begins right behind it. */
const MASK = "x";

/** A plain text in pieces, in their order: http and https addresses, `@names`, `#tags` and the rest. */
export function readNoteText(text: string): Piece[] {
  const found: { readonly at: number; readonly piece: Piece }[] = [];
  let masked = text;
  for (const match of linkify.match(text) ?? []) {
    const href = safeHref(match.url);
    if (href === undefined) continue;
    const { index, lastIndex } = match;
    found.push({ at: index, piece: { kind: "link", text: text.slice(index, lastIndex), href } });
    masked = masked.slice(0, index) + MASK.repeat(lastIndex - index) + masked.slice(lastIndex);
  }
  for (const { 0: written, index } of masked.matchAll(MENTION)) {
    const [username = "", host = null] = written.slice(1).split("@");
    found.push({ at: index, piece: { kind: "mention", text: written, username, host } });
  }
  for (const { 0: written, 1: name = "", index } of masked.matchAll(HASHTAG)) {
    if (ONLY_DIGITS.test(name)) continue;
    found.push({ at: index, piece: { kind: "hashtag", text: written, name } });
  }
  return withTextBetween(text, found);
}

function withTextBetween(
  text: string,
  found: readonly { readonly at: number; readonly piece: Piece }[],
): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { at, piece } of found.toSorted((one, other) => one.at - other.at)) {
    if (at > end) pieces.push({ kind: "text", text: text.slice(end, at) });
    pieces.push(piece);
    end = at + piece.text.length;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}

/** Where names lead to. */
export interface NoteLinks {
  /** the page of who is mentioned; null = nobody that we know, so it stays text */
  mention(mention: MentionPiece): string | null;
  /** the page of a hashtag */
  hashtag(name: string): string;
}

/** The pieces as sanitized HTML: a blank line ends a paragraph, any other line end is one. */
export function noteHtml(pieces: readonly Piece[], links: NoteLinks): string {
  const paragraphs = pieces
    .map((piece) => pieceHtml(piece, links))
    .join("")
    .trim()
    .split(/\n\s*\n/)
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p>${paragraph.replaceAll("\n", "<br />")}</p>`);
  return sanitizeHtml(paragraphs.join(""));
}

function pieceHtml(piece: Piece, links: NoteLinks): string {
  const text = escapeHtml(piece.text);
  switch (piece.kind) {
    case "text":
      return text;
    case "link":
      return `<a href="${escapeHtml(piece.href)}">${text}</a>`;
    case "mention": {
      const page = links.mention(piece);
      if (page === null) return text;
      const name = escapeHtml(piece.username);
      return `<span class="h-card"><a href="${escapeHtml(page)}" class="u-url mention">@<span>${name}</span></a></span>`;
    }
    case "hashtag": {
      const page = escapeHtml(links.hashtag(piece.name));
      return `<a href="${page}" class="mention hashtag">#<span>${escapeHtml(piece.name)}</span></a>`;
    }
  }
}

const characters = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * How many characters clients count: those that people see, a link always as `perUrl`, a mention
 * without its host.
 */
export function noteLength(pieces: readonly Piece[], perUrl: number): number {
  return pieces.reduce((sum, piece) => {
    if (piece.kind === "link") return sum + perUrl;
    if (piece.kind === "mention") return sum + piece.username.length + 1;
    return sum + charactersOf(piece.text);
  }, 0);
}

/** The characters of a text as people see them. */
export function charactersOf(text: string): number {
  let count = 0;
  for (const _ of characters.segment(text)) count += 1;
  return count;
}
