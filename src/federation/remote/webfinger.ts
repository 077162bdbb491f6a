import { AppError } from "../../domain/errors.ts";
import { parseRemoteHandle, type RemoteHandle } from "../../domain/handle.ts";
import type { HttpClient, HttpResponse } from "../../platform/http/client.ts";
import { remoteInvalid, remoteNotFound, remoteUnreachable } from "./problems.ts";
import { iriOf, isJson, listOf, type WireRules } from "./wire-values.ts";

/** What a host says about a handle: its proper form and the actors behind it. */
export interface WebFingerAnswer {
  readonly handle: RemoteHandle;
  /** usually one; Lemmy has a community and a person of one name */
  readonly actors: readonly string[];
}

export interface WebFingerOptions {
  readonly http: HttpClient;
  readonly rules: WireRules;
  /** our own host, which is never asked over HTTP */
  readonly host: string;
  /** milliseconds; default 8 s */
  readonly timeoutMs?: number;
}

export type LookUpHandle = (handle: RemoteHandle) => Promise<WebFingerAnswer>;

const ACTIVITY_TYPE = /^application\/(?:activity\+json|ld\+json)\b/i;
const MAX_BYTES = 64 * 1024;

/**
 * Looks handles up by WebFinger (RFC 7033). A host may answer with a subject on another host (a
 * handle's host need not be the server's); it counts only when that host says the same.
 * The function throws AppError `remote_not_found`, `remote_unreachable`, `remote_invalid`.
 */
export function createWebFinger(options: WebFingerOptions): LookUpHandle {
  const { http, rules, host: ownHost, timeoutMs = 8_000 } = options;

  /** https first; plain http only where the network is closed and nothing speaks TLS there. */
  async function request({ username, host }: RemoteHandle): Promise<HttpResponse> {
    const resource = encodeURIComponent(`acct:${username}@${host}`);
    const ask = (scheme: string): Promise<HttpResponse> =>
      http.request({
        method: "GET",
        url: `${scheme}://${host}/.well-known/webfinger?resource=${resource}`,
        headers: { accept: "application/jrd+json, application/json" },
        redirects: 3,
        maxBytes: MAX_BYTES,
        timeoutMs,
      });
    try {
      return await ask("https");
    } catch (error) {
      const noTls = error instanceof AppError && error.code === "http_unreachable";
      if (!rules.allowHttp || !noTls) throw error;
      return ask("http");
    }
  }

  async function ask(handle: RemoteHandle): Promise<WebFingerAnswer> {
    if (handle.host === ownHost) throw remoteInvalid("This handle belongs to this server.");
    let response: HttpResponse;
    try {
      response = await request(handle);
    } catch (error) {
      const isAnswer = !(error instanceof AppError) || error.code === "origin_refused";
      throw isAnswer ? error : remoteUnreachable(error.safe, error);
    }
    return readAnswer(response, handle, rules);
  }

  return async (handle) => {
    const answer = await ask(handle);
    if (isSameHandle(answer.handle, handle)) return answer;
    const confirmed = await ask(answer.handle);
    const actors = confirmed.actors.filter((actor) => answer.actors.includes(actor));
    if (!isSameHandle(confirmed.handle, answer.handle) || actors.length === 0) {
      throw remoteInvalid(
        `${handle.host} says that ${write(handle)} is really ${write(answer.handle)}, but ${answer.handle.host} does not confirm it.`,
      );
    }
    return { handle: confirmed.handle, actors };
  };
}

function readAnswer(
  { status, headers, body }: HttpResponse,
  asked: RemoteHandle,
  rules: WireRules,
): WebFingerAnswer {
  if (status === 404 || status === 410) throw remoteNotFound(asked.host);
  if (status !== 200) {
    throw remoteUnreachable(`${asked.host} answered with an error (HTTP ${status}).`);
  }
  const json = /json/i.test(headers["content-type"] ?? "") ? parse(body) : null;
  const subject = isJson(json) ? json["subject"] : null;
  const isAccount = typeof subject === "string" && subject.startsWith("acct:");
  const handle = isAccount ? parseRemoteHandle(subject) : null;
  if (!isJson(json) || handle === null) {
    throw remoteInvalid(`${asked.host} did not give a usable answer about ${write(asked)}.`);
  }
  const actors = listOf(json["links"], 50)
    .filter(isJson)
    .filter(
      ({ rel, type }) => rel === "self" && typeof type === "string" && ACTIVITY_TYPE.test(type),
    )
    .map(({ href }) => iriOf(href, rules))
    .filter((iri) => iri !== null);
  if (actors.length === 0) {
    throw remoteInvalid(`${write(asked)} is not an account of the fediverse.`);
  }
  return { handle, actors };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}

/** Hosts are compared in their ASCII form, names without regard to case, as servers do. */
function isSameHandle(left: RemoteHandle, right: RemoteHandle): boolean {
  return left.host === right.host && left.username.toLowerCase() === right.username.toLowerCase();
}

function write({ username, host }: RemoteHandle): string {
  return `@${username}@${host}`;
}
