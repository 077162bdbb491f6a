import { createMiddleware } from "hono/factory";
import { secureHeaders } from "hono/secure-headers";
import type { WebContext, WebEnv } from "./frame.ts";

/**
 * No script at all, styles and images from here alone, no frames, forms to ourselves alone. A
 * referrer goes to our own pages only; `no-referrer` would empty the Origin of our own forms.
 *
 * The one form that sends people back to an application may end anywhere: Chromium and Safari hold
 * the whole chain of redirects after a form against `form-action`
 * (https://github.com/w3c/webappsec-csp/issues/8), and a client's address may lead on to
 * addresses that we never hear of, such as a scheme of its own.
 */
export function pageHeaders(origin: string) {
  const strict = headers(origin, ["'self'"]);
  const leadingOut = headers(origin, undefined);
  return createMiddleware<WebEnv>(async (c, next) => {
    await next();
    await (c.var.formLeadsOut === true ? leadingOut : strict)(c, async () => {});
  });
}

function headers(origin: string, formAction: string[] | undefined) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      ...(formAction === undefined ? {} : { formAction }),
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: "same-origin",
    xFrameOptions: "DENY",
    strictTransportSecurity: origin.startsWith("https:") ? "max-age=31536000" : false,
    permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
  });
}

/** For what anybody may see, when nobody is signed in; otherwise as `keepPrivate`. */
export function allowCaching(c: WebContext): void {
  if (c.var.frame.viewer.kind !== "anonymous") return keepPrivate(c);
  c.header("Cache-Control", "public, max-age=60");
  c.header("Vary", "Accept, Cookie");
}

/** For everything that is about, or for, one person. No cache may keep it. */
export function keepPrivate(c: WebContext): void {
  c.header("Cache-Control", "private, no-store");
  c.header("Vary", "Accept, Cookie");
}
