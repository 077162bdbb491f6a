import sanitize from "sanitize-html";
import { AppError } from "../../domain/errors.ts";
import {
  ALLOWED_ATTRIBUTES,
  ALLOWED_CLASSES,
  ALLOWED_TAGS,
  DROPPED_WITH_CONTENT,
  PLAIN_BLOCKS,
} from "./allow-list.ts";
import { EXTERNAL_LINK, safeHref } from "./link.ts";

/** The longest HTML that is looked at, in characters. */
export const MAX_HTML_LENGTH = 1024 * 1024;

/** Elements open at once. Real documents stay below 50; the parser's cost grows with width × depth. */
const MAX_DEPTH = 200;

const ALIGNMENTS = new Set(["left", "center", "right"]);

type Attributes = sanitize.Attributes;

/** Thrown through the parser to stop it; never leaves this file. */
class TooDeep extends Error {}

/**
 * `html` reduced to the allow-list (`allow-list.ts`), safe to embed in a page.
 *
 * Links lose every scheme but http, https and mailto; ids, styles, scripts, event handlers, forms and
 * media go. An image becomes a link to it: showing it would tell its server who reads what, and when.
 * Nesting beyond 200 elements leaves the bare text. Throws `html_too_large` above 1 Mi characters, before or after.
 */
export function sanitizeHtml(html: string): string {
  return sanitizeWith(html, {});
}

/** What a renderer of our own may add to the allow-list for what it makes itself. */
export interface Extension {
  attributes?: Record<string, string[]>;
  classes?: Record<string, string[]>;
  /** Elements that stay what they are rather than become plain blocks. */
  tags?: string[];
  /** Whether an id, or the fragment that a link points to within the page, stays. */
  keepsId?: (id: string) => boolean;
}

/** `sanitizeHtml` with additions for HTML whose origin we know. Throws `html_too_large`. */
export function sanitizeWith(html: string, extension: Extension): string {
  if (html.length > MAX_HTML_LENGTH) throw tooLarge();
  const clean = sanitizeOrStrip(html, extension);
  // Escaping can make it longer; a result must itself be fit to pass here again.
  if (clean.length > MAX_HTML_LENGTH) throw tooLarge();
  return clean;
}

function tooLarge(): AppError {
  return new AppError("html_too_large", "This text is too long.", { status: 413 });
}

function sanitizeOrStrip(html: string, extension: Extension): string {
  try {
    return sanitize(html, optionsFor(extension));
  } catch (error) {
    if (error instanceof TooDeep) return bareText(html);
    throw error;
  }
}

function optionsFor(extension: Extension): sanitize.IOptions {
  let depth = 0;
  let linksOpen = 0;
  const keepsId = extension.keepsId ?? (() => false);
  return {
    allowedTags: [...ALLOWED_TAGS, ...(extension.tags ?? [])],
    allowedAttributes: { ...ALLOWED_ATTRIBUTES, ...extension.attributes },
    allowedClasses: { ...ALLOWED_CLASSES, ...extension.classes },
    allowedSchemes: ["http", "https", "mailto"],
    allowProtocolRelative: false,
    nonTextTags: DROPPED_WITH_CONTENT,
    parseStyleAttributes: false,
    onOpenTag(name) {
      depth++;
      if (depth > MAX_DEPTH) throw new TooDeep();
      if (name === "a") linksOpen++;
    },
    onCloseTag(name) {
      depth--;
      if (name === "a") linksOpen--;
    },
    transformTags: {
      ...Object.fromEntries(
        PLAIN_BLOCKS.filter((name) => extension.tags?.includes(name) !== true).map((name) => [
          name,
          "div",
        ]),
      ),
      "*": (tagName, attribs) => ({ tagName, attribs: withCheckedId(attribs, keepsId) }),
      a: (_, attribs) => link(attribs, keepsId),
      img: (_, attribs) => imageAsLink(attribs, linksOpen > 0),
      ol: (tagName, attribs) => ({ tagName, attribs: withInteger(attribs, "start") }),
      li: (tagName, attribs) => ({ tagName, attribs: withInteger(attribs, "value") }),
      th: alignedCell,
      td: alignedCell,
    },
  };
}

function link(attribs: Attributes, keepsId: (id: string) => boolean): sanitize.Tag {
  const { href = "", class: className = "", id = "" } = attribs;
  if (href.startsWith("#") && keepsId(href.slice(1))) {
    return { tagName: "a", attribs: { href, class: className, id } };
  }
  const target = safeHref(href);
  if (target === undefined) return { tagName: "span", attribs: {} };
  return { tagName: "a", attribs: { href: target, class: className, ...EXTERNAL_LINK } };
}

function imageAsLink(attribs: Attributes, insideLink: boolean): sanitize.Tag {
  const href = safeHref(attribs["src"]);
  const text = attribs["alt"]?.trim() || attribs["title"]?.trim() || href || "";
  if (insideLink || href === undefined) return { tagName: "span", attribs: {}, text };
  return { tagName: "a", attribs: { href, ...EXTERNAL_LINK }, text };
}

function alignedCell(tagName: string, attribs: Attributes): sanitize.Tag {
  const fromStyle = /^text-align:\s*(left|center|right);?$/.exec(attribs["style"] ?? "")?.[1];
  const align = fromStyle ?? attribs["align"] ?? "";
  return { tagName, attribs: ALIGNMENTS.has(align) ? { align } : {} };
}

function withInteger(attribs: Attributes, name: string): Attributes {
  if (!/^-?\d{1,9}$/.test(attribs[name] ?? "")) delete attribs[name];
  return attribs;
}

function withCheckedId(attribs: Attributes, keepsId: (id: string) => boolean): Attributes {
  if (attribs["id"] !== undefined && !keepsId(attribs["id"])) delete attribs["id"];
  return attribs;
}

/** The text of markup that is not worth parsing; entities stay, so nothing can become a tag. */
function bareText(html: string): string {
  const text = html
    .replace(/<[^<>]*>/g, " ")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
  return `<p>${text.trim()}</p>`;
}
