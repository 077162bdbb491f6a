import { AppError } from "../domain/errors.ts";
import { chooseScopes } from "../domain/scopes.ts";
import type { Context } from "../services/context.ts";
import type { OAuthApp } from "../services/oauth-apps.ts";
import { exchangeCode, type IssuedToken } from "../services/oauth-codes.ts";
import { createAppToken } from "../services/tokens.ts";
import type { OAuthParams } from "./params.ts";

/**
 * The answer of the token endpoint (RFC 6749 §5.1); tokens last until they are revoked, so that there is
 * nothing to refresh.
 * @throws AppError with a code of §5.2
 */
export async function grantToken(context: Context, app: OAuthApp, params: OAuthParams) {
  const { token, scopes, createdAt } = await grant(context, app, params);
  return {
    access_token: token,
    token_type: "Bearer",
    scope: scopes.join(" "),
    created_at: Math.floor(createdAt.getTime() / 1000),
  };
}

async function grant(context: Context, app: OAuthApp, params: OAuthParams): Promise<IssuedToken> {
  switch (params("grant_type")) {
    case "authorization_code":
      return exchangeCode(context, app, {
        code: needed(params, "code"),
        redirectUri: needed(params, "redirect_uri"),
        codeVerifier: params("code_verifier"),
      });
    case "client_credentials": {
      const scopes = chooseScopes(params("scope") ?? "read", app.scopes);
      return { scopes, ...(await createAppToken(context, app.id, scopes)) };
    }
    case null:
      throw new AppError("invalid_request", "Send the grant_type.");
    default:
      throw new AppError(
        "unsupported_grant_type",
        "The grant_type is one of authorization_code and client_credentials.",
      );
  }
}

function needed(params: OAuthParams, name: string): string {
  const value = params(name);
  if (value !== null) return value;
  throw new AppError("invalid_request", `Send the ${name}.`);
}
