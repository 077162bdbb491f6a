import type { Context as HonoContext } from "hono";
import { ANONYMOUS, type Viewer } from "../../domain/audience/policy.ts";
import { AppError, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import { bearerToken } from "../../platform/http/bearer.ts";
import type { Context } from "../../services/context.ts";
import { identify, includesScope, type Credential } from "../../services/tokens.ts";
import { noteAuthenticated } from "./rate-limits.ts";

/** A scope of the Mastodon API, or several of which one is enough; of none, any token will do. */
type Needed = string | readonly string[];

/**
 * The credential of the request's bearer token, if it has the scope (of several, any one).
 * @throws AppError `token_missing`, `token_invalid`, `scope_missing`, `member_required` (the token
 *   of an application alone)
 */
export async function requireCredential(
  context: Context,
  c: HonoContext,
  scope: Needed,
): Promise<Credential> {
  if (bearerOf(c) === null) throw tokenMissing();
  const credential = await findCredential(context, c, scope);
  if (credential !== null) return credential;
  throw new AppError("member_required", "This method requires an authenticated user", {
    status: 422,
  });
}

/**
 * The same where visitors may read too: null without a token, and for the token of an application
 * alone, which sees what visitors see.
 * @throws AppError `token_invalid`, `scope_missing`
 */
export async function findCredential(
  context: Context,
  c: HonoContext,
  scope: Needed,
): Promise<Credential | null> {
  const bearer = await identifyBearer(context, c);
  if (bearer === null) return null;
  const needed = typeof scope === "string" ? [scope] : scope;
  const { scopes } = bearer.member ?? bearer.app;
  if (needed.length === 0 || needed.some((one) => includesScope(scopes, one))) return bearer.member;
  throw new AppError("scope_missing", `This token does not have the scope "${needed.join(" ")}".`, {
    status: 403,
  });
}

/**
 * Who holds the request's bearer token, whatever it is for; null without one.
 * @throws AppError `token_invalid`
 */
export async function identifyBearer(context: Context, c: HonoContext) {
  const token = bearerOf(c);
  if (token === null) return null;
  const bearer = await identify(context, token);
  if (bearer.member !== null) noteAuthenticated(c);
  return bearer;
}

/** Who looks with that credential, or without any. */
export function viewerWith(credential: Credential | null): Viewer {
  return credential?.viewer ?? ANONYMOUS;
}

export function tokenMissing(): AppError {
  return new AppError("token_missing", "Sign in first.", { status: 401 });
}

function bearerOf(c: HonoContext): string | null {
  return bearerToken(c.req.header("Authorization"));
}

/** An id in a path. @throws AppError `not_found` for what is none */
export function idInPath(c: HonoContext, name = "id"): Id {
  const id = parseId(c.req.param(name) ?? "");
  if (id === null) throw notFound();
  return id;
}
