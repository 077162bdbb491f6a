import { createHash, randomUUID } from "node:crypto";
import { createForeignPeer, type ForeignPeer } from "./foreign-peer.ts";

/** What the server does otherwise than a good one. */
export interface Manners {
  /** says that verify_credentials is about this user, whoever signed in */
  claims?: string;
  /** metadata, or null for a server of old that has none; null by default */
  metadata?: Readonly<Record<string, unknown>> | null;
  /** scopes that applications may ask for */
  scopes?: readonly string[];
  /** status of the registration of applications instead of registering them */
  registration?: number;
  /** answers instead of the named path */
  answers?: Readonly<Record<string, () => Promise<Response> | Response>>;
}

interface App {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly scope: string;
}

interface Grant {
  readonly app: App;
  readonly username: string;
  readonly challenge: string;
}

/** A Mastodon-compatible server: federation as any foreign peer, and OAuth for its accounts. */
export interface FakeMastodon extends ForeignPeer {
  manners: Manners;
  readonly apps: App[];
  /** tokens that are out and not taken back */
  readonly tokens: Map<string, Grant>;
  /** `METHOD path` of what was asked of its OAuth side */
  readonly oauth: string[];
  /** what a browser in which that user is signed in does at the authorize address: where it is sent */
  authorize(url: string, username: string): string;
  /** the same when the user says no */
  decline(url: string): string;
}

export function createFakeMastodon(origin: string, manners: Manners = {}): FakeMastodon {
  const peer = createForeignPeer(origin);
  const apps: App[] = [];
  const codes = new Map<string, Grant>();
  const tokens = new Map<string, Grant>();
  const oauth: string[] = [];

  function appOf(clientId: string | null, secret?: string | null): App | null {
    const app = apps.find((one) => one.clientId === clientId);
    return app === undefined || (secret !== undefined && secret !== app.clientSecret) ? null : app;
  }

  /** the checks that Mastodon makes before it asks the user */
  function readRequest(address: string) {
    const url = new URL(address);
    const get = (name: string) => url.searchParams.get(name);
    const app = appOf(get("client_id"));
    const redirectUri = get("redirect_uri") ?? "";
    if (url.origin !== origin || url.pathname !== "/oauth/authorize") throw new Error("not here");
    if (app === null) throw new Error("unknown client");
    if (app.redirectUri !== redirectUri) throw new Error("redirect_uri is not registered");
    if (get("scope") !== app.scope || get("response_type") !== "code") throw new Error("bad scope");
    if (get("code_challenge_method") !== "S256") throw new Error("no PKCE");
    return { app, redirectUri, state: get("state") ?? "", challenge: get("code_challenge") ?? "" };
  }

  async function answer(request: Request): Promise<Response | null> {
    const { pathname } = new URL(request.url);
    const given = server.manners.answers?.[pathname];
    if (given !== undefined) return given();
    if (pathname === "/.well-known/oauth-authorization-server") {
      const { metadata = null } = server.manners;
      return metadata === null ? json({ error: "Not Found" }, 404) : json(metadata);
    }
    if (pathname === "/api/v1/apps") return register(new URLSearchParams(await request.text()));
    if (pathname === "/oauth/token") return exchange(new URLSearchParams(await request.text()));
    if (pathname === "/oauth/revoke") {
      const form = new URLSearchParams(await request.text());
      const app = appOf(form.get("client_id"), form.get("client_secret"));
      if (app !== null) tokens.delete(form.get("token") ?? "");
      return json({}, app === null ? 403 : 200);
    }
    if (pathname !== "/api/v1/accounts/verify_credentials") return null;
    const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
    const grant = tokens.get(token);
    if (grant === undefined) return json({ error: "The access token is invalid" }, 401);
    const username = server.manners.claims ?? grant.username;
    return json({ id: "1", username, acct: username, url: `${origin}/@${username}` });
  }

  function register(form: URLSearchParams): Response {
    const { registration, scopes = ["read", "read:accounts"] } = server.manners;
    if (registration !== undefined) return json({ error: "no" }, registration);
    const scope = form.get("scopes") ?? "";
    if (!scopes.includes(scope)) return json({ error: "Scopes doesn't match configured" }, 422);
    const app: App = {
      clientId: randomUUID(),
      clientSecret: randomUUID(),
      redirectUri: form.get("redirect_uris") ?? "",
      scope,
    };
    apps.push(app);
    return json({ id: "1", client_id: app.clientId, client_secret: app.clientSecret });
  }

  function exchange(form: URLSearchParams): Response {
    const code = form.get("code") ?? "";
    const grant = codes.get(code);
    codes.delete(code);
    const app = appOf(form.get("client_id"), form.get("client_secret"));
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const fits =
      grant !== undefined &&
      grant.app === app &&
      app.redirectUri === form.get("redirect_uri") &&
      grant.challenge === proof;
    if (!fits) return json({ error: "invalid_grant" }, 400);
    const token = randomUUID();
    tokens.set(token, grant);
    return json({ access_token: token, token_type: "Bearer", scope: grant.app.scope });
  }

  const server: FakeMastodon = {
    ...peer,
    manners,
    apps,
    tokens,
    oauth,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const answered = await answer(request.clone());
      if (answered === null) return peer.fetch(request);
      oauth.push(`${request.method} ${pathname}`);
      return answered;
    },
    authorize(url, username) {
      const { app, redirectUri, state, challenge } = readRequest(url);
      const code = randomUUID();
      codes.set(code, { app, username, challenge });
      const to = new URL(redirectUri);
      to.searchParams.set("code", code);
      to.searchParams.set("state", state);
      return to.href;
    },
    decline(url) {
      const { redirectUri, state } = readRequest(url);
      const to = new URL(redirectUri);
      to.searchParams.set("error", "access_denied");
      to.searchParams.set("state", state);
      return to.href;
    },
  };
  return server;
}

/** The metadata of Mastodon 4.3 and later. */
export function mastodonMetadata(origin: string, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    issuer: `${origin}/`,
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    app_registration_endpoint: `${origin}/api/v1/apps`,
    scopes_supported: ["read", "profile", "read:accounts", "write"],
    code_challenge_methods_supported: ["S256"],
    ...changes,
  };
}

function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}
