import type { Context as HonoContext } from "hono";
import { ANONYMOUS, type Viewer } from "../../domain/audience/policy.ts";
import { AppError, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import type { Context } from "../../services/context.ts";
import { authenticate, includesScope, type Credential } from "../../services/tokens.ts";

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,500})$/i;

/**
 * The credential of the request's bearer token, if it has the scope.
 * @throws AppError `token_missing`, `token_invalid`, `scope_missing`
 */
export async function requireCredential(
  context: Context,
  c: HonoContext,
  scope: string,
): Promise<Credential> {
  const token = bearerOf(c);
  if (token === null) throw new AppError("token_missing", "Sign in first.", { status: 401 });
  const credential = await authenticate(context, token);
  if (includesScope(credential.scopes, scope)) return credential;
  throw new AppError("scope_missing", `This token does not have the scope "${scope}".`, {
    status: 403,
  });
}

/**
 * The same where visitors may read too: null without a token.
 * @throws AppError `token_invalid`, `scope_missing`
 */
export async function findCredential(
  context: Context,
  c: HonoContext,
  scope: string,
): Promise<Credential | null> {
  return bearerOf(c) === null ? null : requireCredential(context, c, scope);
}

/** Who looks with that credential, or without any. */
export function viewerWith(credential: Credential | null): Viewer {
  return credential?.viewer ?? ANONYMOUS;
}

function bearerOf(c: HonoContext): string | null {
  const header = c.req.header("Authorization");
  return header === undefined ? null : (BEARER.exec(header)?.[1] ?? null);
}

/** An id in a path. @throws AppError `not_found` for what is none */
export function idInPath(c: HonoContext, name = "id"): Id {
  const id = parseId(c.req.param(name) ?? "");
  if (id === null) throw notFound();
  return id;
}
