const MAX_LENGTH = 80;

/** Latin letters that do not decompose into a base letter and marks. */
const LETTERS: Record<string, string> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  ı: "i",
  ħ: "h",
};

/**
 * `title` as a path segment: lower-case ASCII letters, digits and single hyphens, at most 80
 * characters, cut at a word where possible. `fallback` if nothing is left, as for a title in Chinese.
 */
export function slugify(title: string, fallback: string): string {
  const slug = title
    .slice(0, 1000)
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{M}'’]/gu, "")
    .replace(/\P{ASCII}/gu, (letter) => LETTERS[letter] ?? " ")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return shorten(slug) || fallback;
}

function shorten(slug: string): string {
  if (slug.length <= MAX_LENGTH) return slug;
  const cut = slug.slice(0, MAX_LENGTH + 1);
  const lastWord = cut.lastIndexOf("-");
  return lastWord > MAX_LENGTH / 2 ? cut.slice(0, lastWord) : cut.slice(0, MAX_LENGTH);
}
