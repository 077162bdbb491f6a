/** An application that asks for access may say a lot, and it has to last through sign-in. */
export const LONGEST_LOCAL_PATH = 8_000;

/**
 * The path and query in `text` when it leads to a page of this instance, else `fallback`. Everything
 * that a browser could read as another host (`//evil`, `/\evil`, a tab in between) falls back.
 */
export function localPath(text: string | undefined, origin: string, fallback: string): string {
  if (text === undefined || !text.startsWith("/") || text.length > LONGEST_LOCAL_PATH)
    return fallback;
  const url = URL.parse(text, origin);
  if (url === null || url.origin !== origin || url.pathname.startsWith("//")) return fallback;
  return `${url.pathname}${url.search}`;
}
