import type { KeyObject } from "node:crypto";
import { AppError } from "../../domain/errors.ts";
import type { HttpClient, HttpResponse } from "../../platform/http/client.ts";
import type { SignatureSpec } from "../signatures/claim.ts";
import { signRequest } from "../signatures/sign.ts";
import { alternateLink } from "./alternate-link.ts";
import { parseDocument } from "./json.ts";
import {
  hostIn,
  remoteGone,
  remoteInvalid,
  remoteNotFound,
  remoteUnreachable,
} from "./problems.ts";
import type { Json } from "./wire-values.ts";

/** Who signs our reading: the instance actor, once there is one. */
export type Signer = () => Promise<{ keyIri: string; privateKey: KeyObject } | null>;

export interface DocumentReaderOptions {
  readonly http: HttpClient;
  readonly signer: Signer;
  /** our own origin, which is never read over HTTP */
  readonly origin: string;
  /** milliseconds for each request; default 10 s */
  readonly timeoutMs?: number;
}

/** A document and the address that it really came from. */
interface FetchedDocument {
  readonly url: string;
  readonly json: Json;
}

export interface DocumentReader {
  /**
   * The document at `url`, wherever redirects lead; its id is not looked at.
   * @throws AppError `remote_not_found`, `remote_gone`, `remote_unreachable`, `remote_invalid`
   */
  fetch(url: string, accept?: { readonly page?: boolean }): Promise<FetchedDocument>;
  /**
   * The document that answers for its own id: it came from there, or was fetched again from there.
   * With `page`, a page for people leads to it by its `alternate` link.
   * @throws AppError as `fetch`
   */
  load(url: string, accept?: { readonly page?: boolean }): Promise<Json>;
  /**
   * The text, in UTF-8, at that very address: a redirect counts as no answer.
   * @throws AppError as `fetch`
   */
  text(
    url: string,
    limits: { readonly accept: string; readonly maxBytes: number },
  ): Promise<string>;
}

const ACCEPT =
  'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"';
const ACCEPT_PAGE = `${ACCEPT}, text/html;q=0.1`;
const MAX_BYTES = 1024 * 1024;
const MAX_REDIRECTS = 4;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Reads JSON-LD documents of other servers through the guarded client, signed, within limits. */
export function createDocumentReader(options: DocumentReaderOptions): DocumentReader {
  const { http, signer, origin, timeoutMs = 10_000 } = options;

  async function get(
    url: string,
    accept: string,
    spec: SignatureSpec,
    maxBytes = MAX_BYTES,
  ): Promise<HttpResponse> {
    const key = await signer();
    const signature =
      key === null
        ? {}
        : signRequest({ method: "GET", url, keyId: key.keyIri, privateKey: key.privateKey, spec });
    return http.request({
      method: "GET",
      url,
      headers: { accept, ...signature },
      maxBytes,
      timeoutMs,
    });
  }

  /** Follows redirects itself: each target needs a signature of its own. */
  async function follow(start: string, accept: string): Promise<HttpResponse> {
    let url = plainUrl(start);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      if (url.origin === origin) throw remoteInvalid("This address belongs to this server.");
      let response = await get(url.href, accept, "draft-cavage");
      // Of all peers hardly one insists on RFC 9421; one that does says so (its §5.1).
      if (response.status === 401 && response.headers["accept-signature"] !== undefined) {
        response = await get(url.href, accept, "rfc9421");
      }
      const location = response.headers["location"];
      if (!REDIRECTS.has(response.status) || location === undefined) return response;
      const next = URL.parse(location, url.href);
      if (next === null || (url.protocol === "https:" && next.protocol !== "https:")) {
        throw remoteInvalid(`${url.host} redirects to an address that cannot be followed.`);
      }
      next.hash = "";
      url = next;
    }
    throw remoteInvalid(`${url.host} redirects too often.`);
  }

  async function request(url: string, accept: string): Promise<HttpResponse> {
    try {
      const response = await follow(url, accept);
      checkStatus(response);
      return response;
    } catch (error) {
      throw asRemoteProblem(error);
    }
  }

  const reader: DocumentReader = {
    async fetch(url, { page = false } = {}) {
      const response = await request(url, page ? ACCEPT_PAGE : ACCEPT);
      if (isActivityStreams(response)) return documentIn(response);
      const alternate = page ? alternateLink(response) : null;
      if (alternate === null) throw wrongContent(response);
      return reader.fetch(alternate);
    },
    async load(url, accept = {}) {
      const first = await reader.fetch(url, accept);
      const id = idIn(first);
      if (answersFor(first, id, url)) return first.json;
      const second = await reader.fetch(id);
      if (idIn(second) === id && answersFor(second, id, id)) return second.json;
      throw remoteInvalid(`${hostIn(id)} answered with another document than ${id}.`);
    },
    async text(address, { accept, maxBytes }) {
      const { href, origin: at } = plainUrl(address);
      if (at === origin) throw remoteInvalid("This address belongs to this server.");
      try {
        const response = await get(href, accept, "draft-cavage", maxBytes);
        checkStatus(response);
        return textIn(response);
      } catch (error) {
        throw asRemoteProblem(error);
      }
    },
  };
  return reader;
}

/**
 * Whether a document may be taken at its word: it came from its own id, or the server of that id
 * was asked for it and led to another address of its own.
 */
function answersFor({ url }: FetchedDocument, id: string, asked: string): boolean {
  const own = plainUrl(id);
  if (own.href === plainUrl(url).href) return true;
  return own.href === plainUrl(asked).href && own.origin === plainUrl(url).origin;
}

function idIn({ url, json }: FetchedDocument): string {
  if (typeof json["id"] === "string" && URL.canParse(json["id"])) return json["id"];
  throw remoteInvalid(`${hostIn(url)} answered with a document that has no id.`);
}

function plainUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null) throw remoteInvalid("This is not a valid web address.");
  url.hash = "";
  return url;
}

function checkStatus({ status, url }: HttpResponse): void {
  const host = hostIn(url);
  if (status === 404) throw remoteNotFound(host);
  if (status === 410) throw remoteGone(host);
  if (status === 401 || status === 403) {
    throw remoteUnreachable(`${host} does not let this server read it (HTTP ${status}).`);
  }
  if (status !== 200) throw remoteUnreachable(`${host} answered with an error (HTTP ${status}).`);
}

/** `application/activity+json`, or JSON-LD with any profile or none: several servers leave it out. */
function isActivityStreams({ headers }: HttpResponse): boolean {
  const mediaType = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  return mediaType === "application/activity+json" || mediaType === "application/ld+json";
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Every byte counts, as the text is known by its hash; PostgreSQL takes no NUL. */
function textIn({ url, body }: HttpResponse): string {
  try {
    const text = UTF8.decode(body);
    if (!text.includes("\0")) return text;
  } catch (cause) {
    throw remoteInvalid(`${hostIn(url)} answered with something that is no text.`, cause);
  }
  throw remoteInvalid(`${hostIn(url)} answered with something that is no text.`);
}

function documentIn({ url, body }: HttpResponse): FetchedDocument {
  return { url, json: parseDocument(body.toString("utf8"), hostIn(url)) };
}

function wrongContent({ headers, url }: HttpResponse): AppError {
  const isPage = /^\s*(?:text\/html|application\/xhtml)/i.test(headers["content-type"] ?? "");
  const what = isPage ? "a web page" : "something else";
  return remoteInvalid(`${hostIn(url)} answered with ${what} instead of an ActivityPub document.`);
}

/** What the HTTP client reports, in the words of this module. */
function asRemoteProblem(error: unknown): unknown {
  if (!(error instanceof AppError) || !error.code.startsWith("http_")) return error;
  if (["http_timeout", "http_unreachable"].includes(error.code)) {
    return remoteUnreachable(error.safe, error);
  }
  return remoteInvalid(error.safe, error);
}
