import type { HttpClient } from "../../platform/http/client.ts";
import { notOffered, request } from "./exchange.ts";

/** Where a server does what, and the scopes to ask for, the narrowest first. */
export interface ServerMetadata {
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  readonly registrationEndpoint: string;
  readonly scopes: readonly string[];
}

/** The narrowest that lets a server tell us the account's name; `read` is for servers of old. */
const SCOPES = ["profile", "read:accounts", "read"] as const;
const SCOPES_BY_DEFAULT = ["read:accounts", "read"] as const;

/**
 * Reads the server's metadata (RFC 8414); a server without any is taken to be like Mastodon.
 * Every endpoint has to be on the server's own origin: one that sends people to another server could
 * have that server's codes brought to itself (RFC 9700 §4.4).
 * @throws AppError `sign_in_not_offered`, `remote_unreachable`
 */
export async function readServerMetadata(
  http: HttpClient,
  origin: string,
): Promise<ServerMetadata> {
  const { status, json } = await request(http, {
    method: "GET",
    url: `${origin}/.well-known/oauth-authorization-server`,
  });
  if (status >= 500) throw notOffered(origin, `metadata answered ${status}`);
  if (status !== 200 || json === null) return likeMastodon(origin);
  if (originOf(json["issuer"]) !== origin) throw notOffered(origin, "the issuer is another server");
  const defaults = likeMastodon(origin);
  const endpoint = (name: string, byDefault: string): string => {
    const given = json[name];
    if (given === undefined) return byDefault;
    if (typeof given === "string" && originOf(given) === origin) return given;
    throw notOffered(origin, `${name} is on another server`);
  };
  return {
    authorizationEndpoint: endpoint("authorization_endpoint", defaults.authorizationEndpoint),
    tokenEndpoint: endpoint("token_endpoint", defaults.tokenEndpoint),
    revocationEndpoint: endpoint("revocation_endpoint", defaults.revocationEndpoint),
    registrationEndpoint: endpoint("app_registration_endpoint", defaults.registrationEndpoint),
    scopes: scopesIn(json["scopes_supported"]),
  };
}

function likeMastodon(origin: string): ServerMetadata {
  return {
    authorizationEndpoint: `${origin}/oauth/authorize`,
    tokenEndpoint: `${origin}/oauth/token`,
    revocationEndpoint: `${origin}/oauth/revoke`,
    registrationEndpoint: `${origin}/api/v1/apps`,
    scopes: SCOPES_BY_DEFAULT,
  };
}

function scopesIn(supported: unknown): readonly string[] {
  if (!Array.isArray(supported)) return SCOPES_BY_DEFAULT;
  const known = SCOPES.filter((scope) => supported.includes(scope));
  return known.length === 0 ? SCOPES_BY_DEFAULT : known;
}

/** The origin of an address without a user name in it; an issuer's path may be `/` and no more. */
function originOf(address: unknown): string | null {
  const url = typeof address === "string" ? URL.parse(address) : null;
  if (url === null || url.username !== "" || url.password !== "") return null;
  return url.origin;
}
