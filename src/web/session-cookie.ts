import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { SIGN_IN_MINUTES } from "../services/guest-sign-in.ts";
import { GUEST_SESSION_HOURS } from "../services/guests.ts";
import { SESSION_DAYS } from "../services/sessions.ts";
import type { WebContext } from "./frame.ts";

const SESSION = "praxis_session";
const FORM = "praxis_form";
const GUEST = "praxis_guest";
const GUEST_SIGN_IN = "praxis_guest_sign_in";

/**
 * Over https the `__Host-` prefix binds the cookie to this very host and to TLS; browsers refuse the
 * prefix over plain http, which only loopback and closed networks use.
 */
function nameFor(name: string, origin: string): string {
  return isSecure(origin) ? `__Host-${name}` : name;
}

function isSecure(origin: string): boolean {
  return origin.startsWith("https:");
}

function options(origin: string, maxAge?: number) {
  return {
    path: "/",
    httpOnly: true,
    sameSite: "Lax" as const,
    secure: isSecure(origin),
    ...(maxAge === undefined ? {} : { maxAge }),
  };
}

/** The session token that the browser sent. */
export function readSessionToken(c: WebContext, origin: string): string | undefined {
  return getCookie(c, nameFor(SESSION, origin));
}

export function writeSessionToken(c: WebContext, origin: string, token: string): void {
  setCookie(c, nameFor(SESSION, origin), token, options(origin, SESSION_DAYS * 86_400));
}

export function clearSessionToken(c: WebContext, origin: string): void {
  deleteCookie(c, nameFor(SESSION, origin), options(origin));
}

/** The token of a guest's session; a member may have one as well. */
export function readGuestToken(c: WebContext, origin: string): string | undefined {
  return getCookie(c, nameFor(GUEST, origin));
}

export function writeGuestToken(c: WebContext, origin: string, token: string): void {
  setCookie(c, nameFor(GUEST, origin), token, options(origin, GUEST_SESSION_HOURS * 3_600));
}

export function clearGuestToken(c: WebContext, origin: string): void {
  deleteCookie(c, nameFor(GUEST, origin), options(origin));
}

/** The secret of a browser that a guest's sign-in was begun in; it comes back from the other server with it. */
export function readSignInSecret(c: WebContext, origin: string): string | undefined {
  return getCookie(c, nameFor(GUEST_SIGN_IN, origin));
}

export function writeSignInSecret(c: WebContext, origin: string, secret: string): void {
  setCookie(c, nameFor(GUEST_SIGN_IN, origin), secret, options(origin, SIGN_IN_MINUTES * 60));
}

/** The random value that stands in for a session in the forms of those who have none. */
export function readFormSeed(c: WebContext, origin: string): string | undefined {
  return getCookie(c, nameFor(FORM, origin));
}

export function writeFormSeed(c: WebContext, origin: string, seed: string): void {
  setCookie(c, nameFor(FORM, origin), seed, options(origin));
}
