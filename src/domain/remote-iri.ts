/** The longest IRI that is stored, in bytes (an index holds no more); longer ones are nobody's in practice. */
const MAX_LENGTH = 2048;
const UTF8 = new TextEncoder();

/**
 * An IRI of another instance in the one form in which it is stored and compared: scheme and host in
 * lower case, the host in its ASCII form, without the scheme's own port; path, query and fragment
 * stay as written. Null for everything that is not a plain http(s) IRI, or is plain http where that
 * is not allowed.
 */
export function normalizeIri(text: string, allowHttp: boolean): string | null {
  if (text.length > MAX_LENGTH || !text.isWellFormed()) return null;
  if (UTF8.encode(text).length > MAX_LENGTH) return null;
  const match = /^https?:\/\/[^\s/?#\\]+([/?#][^\s"<>\\\p{Cc}]*)?$/iu.exec(text);
  const url = match === null ? null : URL.parse(text);
  if (match === null || url === null) return null;
  if (url.username !== "" || url.password !== "") return null;
  if (url.protocol !== "https:" && !(allowHttp && url.protocol === "http:")) return null;
  return `${url.protocol}//${url.host}${match[1] ?? ""}`;
}

/** Whether two IRIs live on one origin: only there may one speak for the other. */
export function isSameOrigin(left: string, right: string): boolean {
  const origin = URL.parse(left)?.origin;
  return origin !== undefined && origin !== "null" && origin === URL.parse(right)?.origin;
}
