const MAX_HREF_LENGTH = 2048;
const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** What every link to somewhere else carries: no credit, no reference back, a tab of its own. */
export const EXTERNAL_LINK = { rel: "nofollow noopener noreferrer", target: "_blank" };

/**
 * The target of a link as written, or undefined if it is not an absolute http, https or mailto address
 * or hides another host behind a user name (`https://bank.example@evil.example`).
 */
export function safeHref(href: string | undefined): string | undefined {
  const written = href?.trim() ?? "";
  // The length is checked first: cleaning a long run of comments in an address is quadratic.
  if (written === "" || written.length > MAX_HREF_LENGTH) return undefined;
  const url = URL.parse(written);
  if (url === null || !SCHEMES.has(url.protocol)) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  // Browsers skip control characters and blanks inside an address; what we checked must be what they use.
  return /[\p{Cc}\s]/u.test(written) ? url.href : written;
}
