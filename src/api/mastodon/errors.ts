import type { Context as HonoContext } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppError } from "../../domain/errors.ts";

/** Sentences that clients show or look for; everything else says what our own error says. */
const KNOWN: Readonly<Record<string, string>> = {
  token_missing: "This method requires an authenticated user",
  token_invalid: "The access token is invalid",
  scope_missing: "This action is outside the authorized scopes",
  not_found: "Record not found",
};

const INVALID = 422;

/**
 * An error as the Mastodon API says it: `error` in the words that clients know, `error_description` in
 * ours (some clients show this one instead), our stable `code`, and for input that is not valid
 * `details` by field.
 */
export function mastodonError(c: HonoContext, error: AppError): Response {
  if (error.status === 401) c.header("WWW-Authenticate", 'Bearer realm="Praxis"');
  const status = error.status as ContentfulStatusCode;
  return c.json(errorJson(error), status, { "Cache-Control": "no-store" });
}

/** The body of `mastodonError`. */
export function errorJson(error: AppError) {
  const sentence = KNOWN[error.code] ?? error.safe;
  const isInput = error.status === INVALID && error.details !== undefined;
  return {
    error: isInput ? `Validation failed: ${sentence}` : sentence,
    error_description: error.safe,
    code: error.code,
    ...(error.details === undefined ? {} : { details: detailsOf(error.details) }),
  };
}

function detailsOf(details: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(details).map(([field, description]) => [
      field,
      [{ error: "ERR_INVALID", description }],
    ]),
  );
}
