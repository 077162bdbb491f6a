/** The parts of a request's URL as they go over the wire: nothing decoded, resolved or re-encoded. */
export interface Target {
  /** `https` or `http`. */
  readonly scheme: string;
  /** Host, with the port when it is not the scheme's own. */
  readonly authority: string;
  readonly path: string;
  /** With its `?`, or empty. */
  readonly query: string;
}

/** Splits an absolute http(s) URL. Throws a TypeError for anything else (a fault of the caller, not of the peer). */
export function targetOf(url: string): Target {
  const parts = /^(https?):\/\/[^/?#]+([^?#]*)(\?[^#]*)?/i.exec(url);
  if (parts === null) throw new TypeError(`Not an absolute http(s) URL: ${url}`);
  return {
    scheme: (parts[1] ?? "").toLowerCase(),
    authority: new URL(url).host,
    path: parts[2] === undefined || parts[2] === "" ? "/" : parts[2],
    query: parts[3] ?? "",
  };
}

/** The target in absolute form, without a fragment (RFC 9421 §2.2.2). */
export function targetUri(target: Target): string {
  return `${target.scheme}://${target.authority}${target.path}${target.query}`;
}
