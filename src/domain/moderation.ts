import { AppError } from "./errors.ts";

/** What the administrators decided about whole hosts. Hosts are as `hostOf` writes them. */
export interface OriginRules {
  /** refused, with all their subdomains */
  readonly blocked: ReadonlySet<string>;
  /** listed, each for itself; those of active partners are among them */
  readonly allowed: ReadonlySet<string>;
  /** federate with listed hosts only */
  readonly allowListOnly: boolean;
  /** our own, which nothing refuses */
  readonly own: string;
}

/**
 * In place of whoever signs with a key on a refused origin, before anybody has looked at the
 * signature. Nothing can be shared with it, and `isOriginRefused` refuses it under any rules.
 */
export const REFUSED_ACTOR = "about:refused";

const DEFAULT_PORT = /:(?:80|443)$/;
const LONGEST_HOST = 260;

/**
 * The host of an IRI, origin or URL in the one form in which hosts are compared: lower case, ASCII,
 * without the dot at the end that names the same host, and with its port unless that is the usual
 * one. Null when there is none.
 */
export function hostOf(iri: string): string | null {
  const url = URL.parse(iri);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) return null;
  const port = url.port === "" ? "" : `:${url.port}`;
  return `${url.hostname.replace(/\.+$/, "")}${port}`.replace(DEFAULT_PORT, "");
}

/**
 * A host as a person writes it (`Evil.Example`, `bücher.example:8443`, `*.evil.example`, an address
 * copied from the browser), in the form of `hostOf`.
 * @throws AppError `host_invalid`
 */
export function parseHost(text: string): string {
  const written = text.trim().replace(/^\*\./, "");
  const isAddress = /^https?:\/\//i.test(written);
  const isHost = !/[\s/?#\\@]/.test(written);
  const host =
    written.length > LONGEST_HOST || !(isAddress || isHost)
      ? null
      : hostOf(isAddress ? written : `https://${written}`);
  if (host !== null && host !== "") return host;
  throw new AppError("host_invalid", "Write a host such as evil.example.", { status: 422 });
}

/**
 * Whether the server that an IRI (of an actor, a key, an inbox …) is on is refused: it or a domain
 * above it is blocked, or it is not listed where only listed ones may federate. A block is stronger
 * than a listing, and one without a port is for all ports. What has no host is refused.
 */
export function isOriginRefused(rules: OriginRules, iri: string): boolean {
  const host = hostOf(iri);
  if (host === null) return true;
  if (host === rules.own) return false;
  if (rules.blocked.size > 0 && domainsAbove(host).some((name) => rules.blocked.has(name))) {
    return true;
  }
  return rules.allowListOnly && !rules.allowed.has(host);
}

/** Whether no rule refuses anybody. */
export function refusesNobody({ blocked, allowListOnly }: OriginRules): boolean {
  return blocked.size === 0 && !allowListOnly;
}

/** The host and every domain above it, each with its port and without. */
function domainsAbove(host: string): string[] {
  const [, name = host, port = ""] = /^(.*?)(:\d+)?$/.exec(host) ?? [];
  const labels = name.startsWith("[") ? [name] : name.split(".");
  const names = labels.map((_, index) => labels.slice(index).join("."));
  return port === "" ? names : names.flatMap((each) => [each + port, each]);
}

/**
 * Activities that take something back: a deletion, the end of a follow or of a partnership, its
 * suspension. They alone still go to refused origins, so that what these hold of ours is withdrawn.
 */
const TAKING_BACK: ReadonlySet<string> = new Set(["Delete", "Undo", "Reject", "Suspend"]);

/** Whether an activity of that type may go to a refused origin. */
export function takesBack(activityType: string): boolean {
  return TAKING_BACK.has(activityType);
}

/** The error `origin_refused`, in plain words. */
export function originRefused(iri: string): AppError {
  const host = hostOf(iri) ?? "This server";
  return new AppError(
    "origin_refused",
    `${host} is refused here: an administrator has blocked it, or it is not on the list of allowed hosts.`,
    { status: 403 },
  );
}
