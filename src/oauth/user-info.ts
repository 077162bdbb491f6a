import { AppError } from "../domain/errors.ts";
import { includesScope } from "../domain/scopes.ts";
import { bearerToken } from "../platform/http/bearer.ts";
import { issuerOf } from "../services/authorization.ts";
import type { Context } from "../services/context.ts";
import { identify } from "../services/tokens.ts";

/**
 * Who a token acts as, in the words of OpenID Connect (as Mastodon 4.4 answers).
 * @throws AppError `invalid_token`, `insufficient_scope` (RFC 6750 §3.1)
 */
export async function userInfo(context: Context, authorization: string | undefined) {
  const token = bearerToken(authorization);
  if (token === null) throw invalidToken();
  const { member, app } = await identify(context, token).catch((error: unknown) => {
    throw error instanceof AppError && error.status < 500 ? invalidToken() : error;
  });
  if (!includesScope((member ?? app).scopes, "profile")) {
    throw new AppError("insufficient_scope", "The token does not have the scope profile.", {
      status: 403,
    });
  }
  if (member === null) {
    throw new AppError("member_required", "This method requires an authenticated user", {
      status: 422,
    });
  }
  const { actor } = member;
  return {
    iss: issuerOf(context),
    sub: actor.iri,
    name: actor.name,
    preferred_username: actor.handle,
    profile: actor.url,
    picture: actor.iconUrl ?? `${context.config.origin}/media/default/avatar.png`,
  };
}

function invalidToken(): AppError {
  return new AppError("invalid_token", "The access token is invalid", { status: 401 });
}
