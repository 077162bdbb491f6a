import { createHash, randomBytes } from "node:crypto";
import type { Hono } from "hono";
import { createServer } from "../../src/server.ts";
import type { ApiAnswer } from "./network.ts";
import type { TestInstance } from "./context.ts";
import type { Answer, Visitor } from "./web-client.ts";

/** An application that has registered itself. */
export interface RegisteredApp {
  readonly client_id: string;
  readonly client_secret: string;
}

/** An answer with its headers. */
export interface HttpAnswer extends ApiAnswer {
  readonly headers: Headers;
}

export const REDIRECT_URI = "https://client.example/callback";

/** An application outside, with the whole server of an instance in front of it. */
export class OAuthClient {
  readonly app: Hono;
  readonly origin: string;

  constructor({ context, database }: TestInstance) {
    this.app = createServer({ context, database }).app;
    this.origin = context.config.origin;
  }

  async send(path: string, init: RequestInit = {}): Promise<HttpAnswer> {
    const answer = await this.app.request(new URL(path, this.origin).href, init);
    const body = await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json") === true;
    const json: unknown = isJson && body !== "" ? JSON.parse(body) : body;
    return { status: answer.status, headers: answer.headers, json };
  }

  get(path: string, token?: string): Promise<HttpAnswer> {
    return this.send(path, token === undefined ? {} : { headers: bearer(token) });
  }

  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    return this.send(path, { method: "POST", body: new URLSearchParams(fields), headers });
  }

  async register(changes: Readonly<Record<string, string>> = {}): Promise<RegisteredApp> {
    const answer = await this.post("/api/v1/apps", {
      client_name: "Test client",
      redirect_uris: REDIRECT_URI,
      scopes: "read write follow push",
      website: "https://client.example/about",
      ...changes,
    });
    if (answer.status !== 200) throw new Error(`registration answered ${answer.status}`);
    return answer.json;
  }

  /** Exchanges a code, as a client does that did everything right before. */
  exchange(
    app: RegisteredApp,
    code: string,
    changes: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    return this.post("/oauth/token", {
      grant_type: "authorization_code",
      client_id: app.client_id,
      client_secret: app.client_secret,
      redirect_uri: REDIRECT_URI,
      code,
      ...changes,
    });
  }

  /** A token that a member has allowed by the page. */
  async tokenFor(
    visitor: Visitor,
    app: RegisteredApp,
    scope = "read write follow push",
    as = "member",
  ): Promise<string> {
    const code = codeIn(await allow(visitor, authorizePath(app, { scope }), { as }));
    const answer = await this.exchange(app, code);
    if (answer.status !== 200) throw new Error(`exchange answered ${answer.status}`);
    return answer.json.access_token;
  }
}

export function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

/** Where the application sends people; an empty parameter is left out. */
export function authorizePath(
  app: RegisteredApp,
  changes: Readonly<Record<string, string>> = {},
): string {
  const query = {
    response_type: "code",
    client_id: app.client_id,
    redirect_uri: REDIRECT_URI,
    scope: "read write follow push",
    ...changes,
  };
  const present = Object.entries(query).filter(([, value]) => value !== "");
  return `/oauth/authorize?${new URLSearchParams(present).toString()}`;
}

/** Opens the page and answers it, with all fields that stand on it. */
export async function allow(
  visitor: Visitor,
  path: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const { body } = await visitor.get(path);
  return visitor.post("/oauth/authorize", { ...hiddenFields(body), decision: "allow", ...changes });
}

/** The hidden fields of the form in `main`. */
export function hiddenFields(body: string): Record<string, string> {
  const main = body.slice(body.indexOf("<main"));
  const fields = [...main.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  return Object.fromEntries(fields.map(([, name = "", value = ""]) => [name, unescape(value)]));
}

function unescape(html: string): string {
  return html
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

/** The answer that an application gets in its redirect URI. */
export function answerIn(answer: Answer): URLSearchParams {
  return new URL(answer.headers.get("location") ?? "missing:").searchParams;
}

export function codeIn(answer: Answer): string {
  const code = answerIn(answer).get("code");
  if (code === null) throw new Error(`no code: ${answer.status} ${answer.body.slice(0, 300)}`);
  return code;
}

/** A verifier and its challenge (RFC 7636). */
export function pkce(): { verifier: string; challenge: string } {
  const verifier = randomBytes(32).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}
