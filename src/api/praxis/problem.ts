import type { Context as HonoContext } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { AppError } from "../../domain/errors.ts";

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict",
  413: "Too large",
  415: "Unsupported media type",
  422: "Not valid",
  429: "Too many requests",
  503: "Not available now",
};

/** An error as RFC 9457 says it. `code` is stable; `errors` names the fields that are wrong. */
export function problem(c: HonoContext, error: AppError): Response {
  const status = error.status as ContentfulStatusCode;
  if (status === 401) c.header("WWW-Authenticate", 'Bearer realm="Praxis"');
  return c.body(
    JSON.stringify({
      type: "about:blank",
      title: TITLES[error.status] ?? "Error",
      status: error.status,
      detail: error.safe,
      code: error.code,
      ...(error.details === undefined ? {} : { errors: error.details }),
    }),
    status,
    { "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
  );
}
