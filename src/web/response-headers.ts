import { secureHeaders } from "hono/secure-headers";
import type { WebContext } from "./frame.ts";

/**
 * No script at all, styles and images from here alone, no frames, forms to ourselves alone. A
 * referrer goes to our own pages only; `no-referrer` would empty the Origin of our own forms.
 */
export function pageHeaders(origin: string) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
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
