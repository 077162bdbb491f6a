import { AppError } from "../../domain/errors.ts";

const TIMEOUT_CODES = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT",
  "ETIMEOUT",
]);

/** The address, once resolved or as written, is one that this server must not talk to. */
export function blockedAddress(host: string, cause?: unknown): AppError {
  return new AppError("http_blocked_address", `${host} is not on the public internet.`, {
    cause,
    status: 422,
  });
}

/** The URL is not one that this server calls: scheme, port, credentials, syntax. */
export function badUrl(safe: string, cause?: unknown): AppError {
  return new AppError("http_bad_url", safe, { cause, status: 422 });
}

/** The other server did not answer, or not fully, in the time allowed. */
export function timedOut(host: string, cause?: unknown): AppError {
  return new AppError("http_timeout", `${host} did not answer in time.`, { cause, status: 504 });
}

/** The answer is longer than the caller is willing to read. */
export function tooLarge(host: string, maxBytes: number, cause?: unknown): AppError {
  return new AppError("http_too_large", `${host} answered with more than ${maxBytes} bytes.`, {
    cause,
    status: 502,
  });
}

/** The redirects go round in a circle or on for too long. */
export function tooManyRedirects(host: string): AppError {
  return new AppError("http_too_many_redirects", `${host} redirects too often.`, { status: 502 });
}

/** No usable answer: no such name, connection refused or broken off, TLS failure, nonsense on the wire. */
export function unreachable(host: string, cause?: unknown): AppError {
  return new AppError("http_unreachable", `${host} could not be reached.`, { cause, status: 502 });
}

/** The `AppError` for whatever a socket, a resolver or undici reported. */
export function describeFailure(error: unknown, host: string, maxBytes: number): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (TIMEOUT_CODES.has(code)) return timedOut(host, error);
  if (code === "UND_ERR_HEADERS_OVERFLOW") return tooLarge(host, maxBytes, error);
  if (code === "UND_ERR_INVALID_ARG") return badUrl("This request cannot be sent.", error);
  return unreachable(host, error);
}
