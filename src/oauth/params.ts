import { AppError } from "../domain/errors.ts";
import { readParams, type Param } from "../platform/http/request-params.ts";

/** Parameter → what was sent; null when it is absent, empty or no text. */
export type OAuthParams = (name: string) => string | null;

const LONGEST = 4_000;

/**
 * What a request to the token and revocation endpoints says. RFC 6749 knows forms alone; clients
 * send JSON, multipart and queries as well.
 * @throws AppError `invalid_request`
 */
export async function readOAuthParams(request: Request): Promise<OAuthParams> {
  let params: Record<string, Param>;
  try {
    params = await readParams(request);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError("invalid_request", cause.safe, { status: cause.status, cause });
  }
  return (name) => {
    const value = params[name];
    if (typeof value !== "string" || value === "") return null;
    if (value.length <= LONGEST) return value;
    throw new AppError("invalid_request", `${name} is too long.`);
  };
}
