import { Hono, type Context as HonoContext } from "hono";
import { cors } from "hono/cors";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../domain/errors.ts";
import { SCOPES } from "../domain/scopes.ts";
import { addressGroup, clientAddress } from "../platform/http/client-address.ts";
import { createRateLimiter } from "../platform/http/rate-limit.ts";
import type { Context } from "../services/context.ts";
import { issuerOf } from "../services/authorization.ts";
import { revokeToken } from "../services/token-revocation.ts";
import { authenticateClient, findClientCredentials } from "./client-authentication.ts";
import { readOAuthParams } from "./params.ts";
import { grantToken } from "./token-endpoint.ts";
import { userInfo } from "./user-info.ts";

/** Where the paths of this app are: for the composition root. */
export const OAUTH_PATHS = [
  "/oauth/token",
  "/oauth/revoke",
  "/oauth/userinfo",
  "/.well-known/oauth-authorization-server",
] as const;

/**
 * What applications themselves ask of the OAuth 2 server (RFC 6749, 7009, 8414), from any website. The page
 * on which members decide is in `web`, registration in the Mastodon API.
 */
export function oauthApp(
  context: Context,
  { onError }: { readonly onError: (error: unknown) => void },
): Hono {
  const app = new Hono({ strict: false });
  app.use(cors({ origin: "*", allowMethods: ["GET", "HEAD", "POST"], maxAge: 86_400 }));
  app.use(async (c, next) => {
    await next();
    // RFC 6749 §5.1: nothing keeps a token.
    if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
  });

  const limiter = createRateLimiter({
    limit: context.config.rateLimit === 0 ? 0 : 300,
    windowMs: 300_000,
  });
  app.post("/oauth/token", async (c) => {
    const address = addressGroup(clientAddress(c, context.config.trustProxy));
    if (limiter.take(address, context.now())?.allowed === false) {
      throw new AppError("slow_down", "Too many requests", { status: 429 });
    }
    const params = await readOAuthParams(c.req.raw);
    const client = await authenticateClient(context, c.req.header("Authorization"), params);
    return c.json(await grantToken(context, client, params));
  });

  app.post("/oauth/revoke", async (c) => {
    const params = await readOAuthParams(c.req.raw);
    const given = findClientCredentials(c.req.header("Authorization"), params);
    const client =
      given === null
        ? null
        : await authenticateClient(context, c.req.header("Authorization"), params).catch(unknown);
    await revokeToken(context, client, params("token") ?? "");
    return c.json({});
  });

  app.on(["GET", "POST"], "/oauth/userinfo", async (c) =>
    c.json(await userInfo(context, c.req.header("Authorization"))),
  );

  app.get("/.well-known/oauth-authorization-server", (c) => {
    c.header("Cache-Control", "public, max-age=300");
    return c.json(metadata(context));
  });

  app.notFound((c) => oauthError(c, new AppError("not_found", "Not found.", { status: 404 })));
  app.onError((error, c) => {
    if (error instanceof AppError && error.status < 500) return oauthError(c, error);
    onError(error);
    const failure = new AppError("server_error", "Something went wrong on our side.", {
      status: 500,
    });
    return oauthError(c, failure);
  });
  return app;
}

/** Server metadata (RFC 8414), with what Mastodon adds to it. */
function metadata(context: Context) {
  const { origin } = context.config;
  return {
    issuer: issuerOf(context),
    service_documentation: "https://docs.joinmastodon.org/",
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    app_registration_endpoint: `${origin}/api/v1/apps`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    userinfo_endpoint: `${origin}/oauth/userinfo`,
    scopes_supported: SCOPES,
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code", "client_credentials"],
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    code_challenge_methods_supported: ["S256"],
    authorization_response_iss_parameter_supported: true,
  };
}

/** An error as RFC 6749 §5.2 says it. */
function oauthError(c: HonoContext, error: AppError): Response {
  if (error.code === "invalid_client") c.header("WWW-Authenticate", 'Basic realm="Praxis"');
  else if (error.status === 401) c.header("WWW-Authenticate", 'Bearer realm="Praxis"');
  return c.json(
    { error: error.code, error_description: error.safe },
    error.status as ContentfulStatusCode,
    { "Cache-Control": "no-store" },
  );
}

/** A client that is not known is none. */
function unknown(error: unknown): null {
  if (error instanceof AppError && error.code === "invalid_client") return null;
  throw error;
}
