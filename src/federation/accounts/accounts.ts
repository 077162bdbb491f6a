import type { HttpClient } from "../../platform/http/client.ts";
import { logger } from "../../platform/logging.ts";
import type { AccountApp, RemoteAccounts } from "../../services/remote-accounts.ts";
import type { Json } from "../remote/wire-values.ts";
import { notOffered, refused, request } from "./exchange.ts";
import { readServerMetadata, type ServerMetadata } from "./server-metadata.ts";

const USERNAME = /^[^@\s/:]{1,128}$/u;
const MAX_VALUE = 4_000;

/** People's own servers, spoken to as a Mastodon-compatible OAuth client through the guarded way out. */
export function createAccounts(http: HttpClient): RemoteAccounts {
  async function registerFor(
    origin: string,
    { registrationEndpoint: url }: ServerMetadata,
    form: Readonly<Record<string, string>>,
  ): Promise<{ clientId: string; clientSecret: string } | null> {
    const { status, json } = await request(http, { method: "POST", url, form });
    const clientId = valueIn(json, "client_id");
    const clientSecret = valueIn(json, "client_secret");
    if (status >= 200 && status < 300 && clientId !== null && clientSecret !== null) {
      return { clientId, clientSecret };
    }
    // 400 and 422 may be about the scope, and there may be another one to ask for.
    if (status === 400 || status === 422) return null;
    throw notOffered(origin, `the registration answered ${status}`);
  }

  async function exchange(
    app: AccountApp,
    { code, codeVerifier, redirectUri }: Parameters<RemoteAccounts["identify"]>[1],
  ): Promise<string> {
    const { status, json } = await request(http, {
      method: "POST",
      url: app.tokenEndpoint,
      form: {
        grant_type: "authorization_code",
        code,
        redirect_uri: redirectUri,
        client_id: app.clientId,
        client_secret: app.clientSecret,
        code_verifier: codeVerifier,
      },
    });
    const token = valueIn(json, "access_token");
    if (status === 200 && token !== null) return token;
    throw refused(app.origin, `the token endpoint answered ${status}`);
  }

  async function usernameOf(app: AccountApp, token: string): Promise<string> {
    const { status, json } = await request(http, {
      method: "GET",
      url: `${app.origin}/api/v1/accounts/verify_credentials`,
      token,
    });
    const username = valueIn(json, "username");
    if (status === 200 && username !== null && USERNAME.test(username)) return username;
    throw refused(app.origin, `verify_credentials answered ${status}`);
  }

  /** The token has told what it was for. A server that does not take it back lets it expire or not. */
  async function revoke(app: AccountApp, token: string): Promise<void> {
    const { clientId, clientSecret, revocationEndpoint: url } = app;
    const form = { token, client_id: clientId, client_secret: clientSecret };
    try {
      await request(http, { method: "POST", url, form });
    } catch (error) {
      logger("guests").warn("{origin} did not take a token back: {error}", {
        origin: app.origin,
        error,
      });
    }
  }

  return {
    async register(origin, { name, website, redirectUri }) {
      const metadata = await readServerMetadata(http, origin);
      for (const scope of metadata.scopes) {
        const form = { client_name: name, redirect_uris: redirectUri, scopes: scope, website };
        const client = await registerFor(origin, metadata, form);
        if (client === null) continue;
        const { authorizationEndpoint, tokenEndpoint, revocationEndpoint } = metadata;
        return {
          ...client,
          origin,
          scope,
          authorizationEndpoint,
          tokenEndpoint,
          revocationEndpoint,
        };
      }
      throw notOffered(origin, "the registration takes none of our scopes");
    },
    async identify(app, answer) {
      const token = await exchange(app, answer);
      try {
        return await usernameOf(app, token);
      } finally {
        await revoke(app, token);
      }
    },
  };
}

function valueIn(json: Json | null, name: string): string | null {
  const value = json?.[name];
  return typeof value === "string" && value !== "" && value.length <= MAX_VALUE ? value : null;
}
