import { isIP } from "node:net";
import { isPublicAddress } from "./address.ts";
import { badUrl, blockedAddress } from "./failure.ts";

const MAX_URL_LENGTH = 4096;
const FIRST_UNPRIVILEGED_PORT = 1024;

/**
 * The parsed URL, if this server may call it; a host name is judged again once it is resolved (`resolve.ts`).
 *
 * Only `https:` without credentials, on port 443 or an unprivileged one: ports below 1024 belong to
 * other protocols, and private services are out of reach by address. With `allowPrivateNetwork`, also
 * `http:`, every port and every address. The WHATWG parser has already turned odd spellings of an
 * address (`0x7f.1`, `2130706433`, `①②⑦.0.0.1`) into the plain one.
 *
 * The fragment is removed. Throws `http_bad_url` or `http_blocked_address`.
 */
export function guardUrl(input: string, allowPrivateNetwork: boolean, base?: URL): URL {
  const url = input.length > MAX_URL_LENGTH ? null : URL.parse(input, base?.href);
  if (url === null) throw badUrl("This is not a valid web address.");
  if (url.protocol !== "https:" && !(allowPrivateNetwork && url.protocol === "http:")) {
    throw badUrl("Only https addresses can be fetched.");
  }
  if (url.username !== "" || url.password !== "") {
    throw badUrl("A web address must not contain a user name or password.");
  }
  // Fragments (`…/actor#main-key`) are ours to know and never sent.
  if (url.hash !== "") url.hash = "";
  if (allowPrivateNetwork) return url;
  if (url.port !== "" && Number(url.port) < FIRST_UNPRIVILEGED_PORT) {
    throw badUrl(`Port ${url.port} is not one that web servers use.`);
  }
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw blockedAddress(url.host);
  return url;
}
