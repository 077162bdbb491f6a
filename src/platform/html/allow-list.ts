import type { IOptions } from "sanitize-html";

/** What may appear in a body, from wherever it came: text structure, no media, no layout, no forms. */
export const ALLOWED_TAGS = words(`
  p br hr div span blockquote pre code h1 h2 h3 h4 h5 h6
  a b strong i em u s del sup sub
  ul ol li dl dt dd
  table thead tbody tr th td
  ruby rt rp`);

/** Elements that vanish together with what is inside them. */
export const DROPPED_WITH_CONTENT = words(
  "script style noscript template xmp title textarea option iframe object svg",
);

/** Sectioning elements: dropping the tags would glue their texts together, so they become plain blocks. */
export const PLAIN_BLOCKS = words(`
  article section aside header footer main nav address
  figure figcaption details summary center caption`);

export const ALLOWED_ATTRIBUTES: NonNullable<IOptions["allowedAttributes"]> = {
  a: ["href", "rel", "target"],
  ol: ["start", "reversed"],
  li: ["value"],
  th: ["align"],
  td: ["align"],
};

/** The classes that fediverse servers agree on (microformats, shortened links, quotes). */
export const ALLOWED_CLASSES: NonNullable<IOptions["allowedClasses"]> = {
  a: ["mention", "hashtag", "u-url", "status-link"],
  span: ["mention", "hashtag", "h-card", "invisible", "ellipsis", "quote-inline"],
  p: ["quote-inline"],
  code: ["language-*"],
};

function words(list: string): string[] {
  return list.trim().split(/\s+/);
}
