import { AppError } from "./errors.ts";

/** Names that would collide with our own actors or mislead people. */
const RESERVED = new Set([
  "instance",
  "admin",
  "administrator",
  "root",
  "support",
  "praxis",
  "org",
]);

const LOCAL = /^[a-z0-9](?:[a-z0-9_]{0,28}[a-z0-9])?$/;

/**
 * A handle for an actor of this instance.
 * @throws AppError `handle_invalid`
 */
export function checkLocalHandle(text: string): string {
  const handle = text.trim().toLowerCase();
  if (!LOCAL.test(handle)) {
    throw new AppError(
      "handle_invalid",
      "A handle has 1 to 30 lower-case letters, digits and underscores, and starts and ends with a letter or digit.",
      { status: 422 },
    );
  }
  if (RESERVED.has(handle)) {
    throw new AppError("handle_invalid", `The handle "${handle}" is reserved.`, { status: 422 });
  }
  return handle;
}

/** A handle as people write it: `@bravo@bravo.example`; `host` is in its ASCII form and lower case. */
export interface RemoteHandle {
  readonly username: string;
  readonly host: string;
}

/**
 * Reads `@user@host`, `user@host` or `acct:user@host`; null when it is none of them. The host may
 * have a port (closed networks and the demo use one).
 */
export function parseRemoteHandle(text: string): RemoteHandle | null {
  const match = /^(?:acct:)?@?([^@\s/:]{1,128})@([^@\s/]{1,260})$/.exec(text.trim());
  const [, username, host] = match ?? [];
  if (username === undefined || host === undefined) return null;
  const url = URL.parse(`https://${host}`);
  if (url === null || url.pathname !== "/" || url.username !== "") return null;
  return { username, host: url.host };
}
