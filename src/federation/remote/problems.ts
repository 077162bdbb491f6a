import { AppError } from "../../domain/errors.ts";

/** Its origin says that there is no such thing. */
export function remoteNotFound(host: string): AppError {
  return new AppError("remote_not_found", `${host} has nothing at this address.`, { status: 404 });
}

/** Its origin says that it was deleted. */
export function remoteGone(host: string): AppError {
  return new AppError("remote_gone", `${host} says that this was deleted.`, { status: 410 });
}

/** No usable answer for now; another time may do. */
export function remoteUnreachable(safe: string, cause?: unknown): AppError {
  return new AppError("remote_unreachable", safe, { status: 502, cause });
}

/** An answer that we cannot, or must not, take. */
export function remoteInvalid(safe: string, cause?: unknown): AppError {
  return new AppError("remote_invalid", safe, { status: 422, cause });
}

/** The host in an address, for a sentence about it. */
export function hostIn(iri: string): string {
  return URL.parse(iri)?.host ?? "The other server";
}
