import { decodeBody } from "./decode.ts";
import { exchange, exchangeInProcess, type Incoming, type Outgoing } from "./exchange.ts";
import { badUrl, timedOut, tooManyRedirects } from "./failure.ts";
import { createPools } from "./pools.ts";
import { createDnsResolve, guardedLookup, type Resolve, resolveBySystem } from "./resolve.ts";
import { openExchange, openInProcess, type OpenedResponse } from "./stream.ts";
import { guardUrl } from "./url.ts";

export interface HttpRequest {
  method: "GET" | "POST" | "PATCH" | "HEAD";
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** How many redirects to follow; only for GET, default 0: a 3xx answer is returned like any other. */
  redirects?: number;
  /** The longest body to accept, counted after decompression. Default 1 MiB. */
  maxBytes?: number;
  /** For the whole request: name, connection, redirects, body. Default `timeouts.totalMs`. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Throws for an address that a redirect must not lead to. */
  checkRedirect?: (url: URL) => Promise<void>;
}

export interface HttpResponse {
  status: number;
  /** The address that answered, after redirects. */
  url: string;
  /** Names in lower case; several headers of one name joined by `, `. */
  headers: Record<string, string>;
  body: Buffer;
}

/** A file to read from another server. Redirects are not followed. */
type FileRequest = Required<Pick<HttpRequest, "url" | "headers" | "maxBytes" | "timeoutMs">> & {
  method: "GET" | "HEAD";
};

export interface HttpClient {
  /**
   * Sends one request and returns the answer, whatever its status.
   *
   * Throws `AppError` with the code `http_bad_url`, `http_blocked_address`, `http_timeout`,
   * `http_too_large`, `http_too_many_redirects` or `http_unreachable`; the signal's reason if the caller aborts.
   */
  request(input: HttpRequest): Promise<HttpResponse>;
  /**
   * Sends one request and returns its answer as soon as its headers are there: for files, which are
   * passed on and never held. `timeoutMs` includes the body.
   *
   * Throws as `request` does; so does reading the body.
   */
  open(input: FileRequest): Promise<OpenedResponse>;
  /** How many origins connections are held or attempted to. */
  openOrigins(): number;
  /** Breaks off what is under way and closes all connections. */
  close(): Promise<void>;
}

/** Answers a request in this process. */
type InProcessHost = (request: Request) => Promise<Response> | Response;

/** Milliseconds. */
interface HttpTimeouts {
  /** Name resolution, TCP and TLS. Default 10 s. */
  connectMs?: number;
  /** From the request to the last header. Default 20 s. */
  headersMs?: number;
  /** Between two pieces of the body. Default 10 s. */
  bodyMs?: number;
  /** Everything together, unless the request says otherwise. Default 30 s. */
  totalMs?: number;
}

export interface HttpClientOptions {
  /** Also plain http, any port and any address (tests, demo, closed networks). */
  allowPrivateNetwork: boolean;
  userAgent: string;
  timeouts?: HttpTimeouts;
  /** Hosts (`host[:port]`) that are answered in this process instead of over a socket. */
  route?: (host: string) => InProcessHost | undefined;
  connectionsPerHost?: number;
  maxIdleOrigins?: number;
  /** Replaces name resolution; the answers are guarded all the same. */
  lookup?: Resolve;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Worth something to whoever holds them, or wrong for any other target: not passed on to another origin. */
const BOUND_TO_ORIGIN = new Set(["authorization", "cookie", "signature", "signature-input"]);

/**
 * The only way this server calls another one. NODE_EXTRA_CA_CERTS applies: the trust store is Node's.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { allowPrivateNetwork } = options;
  const totalMs = options.timeouts?.totalMs ?? 30_000;
  const resolve = options.lookup ?? (allowPrivateNetwork ? resolveBySystem : createDnsResolve());
  const pools = createPools({
    lookup: guardedLookup(resolve, allowPrivateNetwork),
    connectionsPerHost: options.connectionsPerHost ?? 8,
    maxIdleOrigins: options.maxIdleOrigins ?? 256,
    connectTimeoutMs: options.timeouts?.connectMs ?? 10_000,
    headersTimeoutMs: options.timeouts?.headersMs ?? 20_000,
    bodyTimeoutMs: options.timeouts?.bodyMs ?? 10_000,
  });

  function send(outgoing: Outgoing): Promise<Incoming> {
    const inProcess = options.route?.(outgoing.url.host);
    if (inProcess !== undefined) return exchangeInProcess(inProcess, outgoing);
    return exchange(pools.get(outgoing.url.origin), outgoing);
  }

  async function follow(
    first: Outgoing,
    redirects: number,
    check: HttpRequest["checkRedirect"],
  ): Promise<HttpResponse> {
    let outgoing = first;
    const visited = new Set([outgoing.url.href]);
    for (;;) {
      const { url, maxBytes } = outgoing;
      const { status, headers, body } = await send(outgoing);
      const location = headers["location"];
      if (redirects === 0 || location === undefined || !REDIRECTS.has(status)) {
        const decoded = await decodeBody(body, headers["content-encoding"], maxBytes, url.host);
        return { status, url: url.href, headers, body: decoded };
      }
      const next = guardUrl(location, allowPrivateNetwork, url);
      if (url.protocol === "https:" && next.protocol !== "https:") {
        throw badUrl(`${url.host} redirects to an unencrypted address.`);
      }
      if (visited.has(next.href) || visited.size > redirects) throw tooManyRedirects(url.host);
      visited.add(next.href);
      await check?.(next);
      outgoing = redirected(outgoing, next);
    }
  }

  return {
    async request(input) {
      const url = guardUrl(input.url, allowPrivateNetwork);
      const { signal } = input;
      const end = new AbortController();
      const onAbort = (): void => end.abort(signal?.reason);
      const timer = setTimeout(() => end.abort(timedOut(url.host)), input.timeoutMs ?? totalMs);
      if (signal?.aborted === true) onAbort();
      else signal?.addEventListener("abort", onAbort, { once: true });
      try {
        const outgoing: Outgoing = {
          method: input.method,
          url,
          headers: completeHeaders(input.headers, options.userAgent),
          body: input.body ?? null,
          maxBytes: input.maxBytes ?? DEFAULT_MAX_BYTES,
          signal: end.signal,
        };
        const redirects = input.method === "GET" ? (input.redirects ?? 0) : 0;
        return await follow(outgoing, redirects, input.checkRedirect);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      }
    },
    async open(input) {
      const url = guardUrl(input.url, allowPrivateNetwork);
      const end = new AbortController();
      const timer = setTimeout(() => end.abort(timedOut(url.host)), input.timeoutMs);
      const outgoing: Outgoing = {
        method: input.method,
        url,
        headers: completeHeaders(input.headers, options.userAgent),
        body: null,
        maxBytes: input.maxBytes,
        signal: end.signal,
      };
      const whenOver = (): void => clearTimeout(timer);
      const inProcess = options.route?.(url.host);
      return inProcess === undefined
        ? openExchange(pools.get(url.origin), outgoing, whenOver)
        : openInProcess(inProcess, outgoing, whenOver);
    },
    openOrigins: () => pools.size(),
    close: () => pools.close(),
  };
}

function completeHeaders(
  given: Record<string, string> = {},
  userAgent: string,
): Record<string, string> {
  const headers: Record<string, string> = {
    "user-agent": userAgent,
    "accept-encoding": "identity",
  };
  for (const name of Object.keys(given)) headers[name.toLowerCase()] = given[name] ?? "";
  // Always that of the URL: another one would reach a virtual host that was never checked.
  delete headers["host"];
  return headers;
}

function redirected(outgoing: Outgoing, to: URL): Outgoing {
  return {
    ...outgoing,
    url: to,
    headers: headersAfterRedirect(outgoing.headers, outgoing.url, to),
  };
}

function headersAfterRedirect(
  headers: Record<string, string>,
  from: URL,
  to: URL,
): Record<string, string> {
  if (from.origin === to.origin) return headers;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !BOUND_TO_ORIGIN.has(name)));
}
