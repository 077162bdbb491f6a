import type { Token } from "markdown-it";

/** What a document refers to, in order of first appearance, each once. */
export interface References {
  /** `@user@host` and, for someone of this organization, `@user`; as written. */
  mentions: string[];
  /** Without the `#`, as written. */
  hashtags: string[];
  /** The http and https addresses linked to. */
  links: string[];
}

/** `@user` and `@user@host` in running text. */
export const MENTION =
  /(?<![\p{L}\p{N}_@./])@[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*(?:@[\p{L}\p{N}]+(?:[.-]+[\p{L}\p{N}]+)*(?::\d{1,5})?)?/gu;
/** `#name`, with the name as its group. */
export const HASHTAG = /(?<![\p{L}\p{N}_&/#@])#([\p{L}\p{M}\p{N}_]{1,100})(?![\p{L}\p{M}\p{N}_])/gu;
/** What looks like a hashtag but is a number. */
export const ONLY_DIGITS = /^[\p{N}_]+$/u;
/** Stands for what is not text (code, links, images): no letter, so a mention may follow it. */
const NOT_TEXT = "\uFFFC";

/**
 * The references of parsed Markdown. Mentions and hashtags count only in running text: not in code,
 * links, addresses or image descriptions, and not behind a backslash (`\@ana`).
 *
 * Expects the tokens as they are before `text_join`, while escaped characters are still marked.
 */
export function collectReferences(tokens: readonly Token[]): References {
  const mentions = new Map<string, string>();
  const hashtags = new Map<string, string>();
  const links = new Set<string>();
  for (const token of tokens) {
    if (token.type !== "inline" || token.children === null) continue;
    for (const child of token.children) {
      const href = child.type === "link_open" ? String(child.attrGet("href")) : "";
      if (/^https?:/i.test(href)) links.add(href);
    }
    const text = runningText(token.children);
    for (const [mention] of text.matchAll(MENTION)) addOnce(mentions, mention);
    for (const [, hashtag = ""] of text.matchAll(HASHTAG)) {
      if (!ONLY_DIGITS.test(hashtag)) addOnce(hashtags, hashtag);
    }
  }
  return { mentions: [...mentions.values()], hashtags: [...hashtags.values()], links: [...links] };
}

function runningText(tokens: readonly Token[]): string {
  let text = "";
  let linksOpen = 0;
  for (const { type, content } of tokens) {
    if (type === "link_open") linksOpen++;
    else if (type === "link_close") linksOpen--;
    if (linksOpen > 0) text += NOT_TEXT;
    else if (type === "text") text += content;
    else if (type === "text_special")
      text += content === "@" || content === "#" ? NOT_TEXT : content;
    else if (type === "softbreak" || type === "hardbreak") text += "\n";
    // Emphasis is invisible: `**@ana**` is a mention, `un**#believ**able` is not a hashtag.
    else if (!type.endsWith("_open") && !type.endsWith("_close")) text += NOT_TEXT;
  }
  return text;
}

function addOnce(found: Map<string, string>, name: string): void {
  const key = name.toLowerCase();
  if (!found.has(key)) found.set(key, name);
}
