import type { HttpClient } from "../../platform/http/client.ts";
import { remoteInvalid } from "./problems.ts";

const MAX_BYTES = 1024 * 1024;
const MAX_LINKS = 1_000;
const TIMEOUT_MS = 10_000;

/**
 * Whether a page has a link with `rel="me"` to one of `targets`, as `<a>` or `<link>` (microformats
 * rel-me). Only https pages are asked, unless plain http is open for closed networks.
 * @throws AppError what the client throws, or `remote_invalid` for an address that is not asked
 */
export async function linksBack(
  http: HttpClient,
  url: string,
  targets: readonly string[],
): Promise<boolean> {
  const page = URL.parse(url);
  if (page === null) throw remoteInvalid("This is not a valid web address.");
  page.hash = "";
  const {
    status,
    headers,
    body,
    url: address,
  } = await http.request({
    method: "GET",
    url: page.href,
    headers: { accept: "text/html" },
    redirects: 3,
    maxBytes: MAX_BYTES,
    timeoutMs: TIMEOUT_MS,
  });
  const isPage = /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(
    headers["content-type"] ?? "",
  );
  if (status !== 200 || !isPage) return false;
  const wanted = new Set(targets.map(comparable));
  return ownLinks(body.toString("utf8")).some((href) => {
    const target = URL.parse(href, address);
    return target !== null && wanted.has(comparable(target.href));
  });
}

/** The targets of all links that say `rel="me"`. Comments are no links. */
function ownLinks(html: string): string[] {
  const shown = html.replaceAll(/<!--.*?(?:-->|$)/gs, "");
  const links = Array.from(shown.matchAll(/<(?:a|link)\s([^<>]{1,4000})>/gi)).slice(0, MAX_LINKS);
  return links.flatMap(([, attributes = ""]) => {
    const found = attributesIn(attributes);
    const isOwn = (found.get("rel") ?? "").toLowerCase().split(/\s+/).includes("me");
    const href = found.get("href");
    return isOwn && href !== undefined ? [href] : [];
  });
}

function attributesIn(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", quoted, single, bare] of text.matchAll(
    /(?<![^\s"'])([a-z]{1,20})\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi,
  )) {
    const key = name.toLowerCase();
    if (!found.has(key)) found.set(key, decode(quoted ?? single ?? bare ?? ""));
  }
  return found;
}

function decode(text: string): string {
  return text
    .replaceAll(/&(?:#38|#x26|amp);/gi, "&")
    .replaceAll(/&(?:#x2f|#47);/gi, "/")
    .replaceAll(/&(?:#64|#x40);/gi, "@");
}

/** Without a fragment, a slash at the end, or upper case where it means nothing. */
function comparable(address: string): string {
  const url = URL.parse(address);
  if (url === null) return "";
  url.hash = "";
  return url.href.replace(/\/$/, "");
}
