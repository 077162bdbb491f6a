import { AppError } from "../domain/errors.ts";
import type { Context } from "../services/context.ts";
import { authenticateApp, type OAuthApp } from "../services/oauth-apps.ts";
import type { OAuthParams } from "./params.ts";

interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
}

/** What a client shows of itself, by HTTP Basic or among the parameters (RFC 6749 §2.3.1); null if nothing. */
export function findClientCredentials(
  authorization: string | undefined,
  params: OAuthParams,
): ClientCredentials | null {
  const basic = /^Basic +([A-Za-z0-9+/=_-]{1,4000})$/i.exec(authorization ?? "")?.[1];
  if (basic !== undefined) return readBasic(basic);
  const id = params("client_id");
  const secret = params("client_secret");
  return id === null || secret === null ? null : { id, secret };
}

/**
 * The application that asks.
 * @throws AppError `invalid_client`
 */
export async function authenticateClient(
  context: Context,
  authorization: string | undefined,
  params: OAuthParams,
): Promise<OAuthApp> {
  const given = findClientCredentials(authorization, params);
  if (given !== null) return authenticateApp(context, given.id, given.secret);
  throw new AppError("invalid_client", "Send the client_id and client_secret.", { status: 401 });
}

/** RFC 7617; both parts are encoded as in a form. */
function readBasic(encoded: string): ClientCredentials | null {
  const [, id, secret] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8")) ?? [];
  if (id === undefined || secret === undefined) return null;
  try {
    return { id: decodeURIComponent(id), secret: decodeURIComponent(secret) };
  } catch {
    return { id, secret };
  }
}
