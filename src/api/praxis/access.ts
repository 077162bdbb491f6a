import type { Context as HonoContext } from "hono";
import { ANONYMOUS, type Viewer } from "../../domain/audience/policy.ts";
import { AppError } from "../../domain/errors.ts";
import { bearerToken } from "../../platform/http/bearer.ts";
import type { Context } from "../../services/context.ts";
import { authenticate, includesScope, type Credential } from "../../services/tokens.ts";

/**
 * The bearer token's credential, if it has the scope.
 * @throws AppError `token_missing`, `token_invalid`, `scope_missing`
 */
export async function requireScope(
  context: Context,
  c: HonoContext,
  scope: string,
): Promise<Credential> {
  const token = bearer(c);
  if (token === null) {
    throw new AppError("token_missing", "Send an access token: Authorization: Bearer …", {
      status: 401,
    });
  }
  const credential = await authenticate(context, token);
  if (includesScope(credential.scopes, scope)) return credential;
  throw new AppError("scope_missing", `This access token does not have the scope "${scope}".`, {
    status: 403,
  });
}

/** Who reads: the token's owner, or anybody when there is no token. @throws AppError `token_invalid` */
export async function readerOf(context: Context, c: HonoContext): Promise<Viewer> {
  if (bearer(c) === null) return ANONYMOUS;
  return (await requireScope(context, c, "read:statuses")).viewer;
}

function bearer(c: HonoContext): string | null {
  return bearerToken(c.req.header("Authorization"));
}
