import { createHmac, timingSafeEqual } from "node:crypto";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { AppError } from "../domain/errors.ts";
import { subkey } from "../platform/crypto/subkeys.ts";
import { readForm, type Form } from "./form.ts";
import type { Frame, WebEnv } from "./frame.ts";
import { text } from "./text.ts";

/** Name of the hidden field that carries the token. */
export const FORM_TOKEN_FIELD = "form_token";

const MAX_FORM_BYTES = 64 * 1024;

/**
 * The token of all forms of one browser. It depends on the session (or, before sign-in, on a random
 * cookie) and the instance's secret, so that no other site can know it. It is the same on every
 * page: two pages that must not differ (hidden and missing) then do not.
 */
export function formTokenFor(secretKey: Uint8Array, seed: string): string {
  return createHmac("sha256", subkey(secretKey, "web-forms")).update(seed).digest("base64url");
}

/** A practice has at most 100,000 characters, of which each may be sent as many bytes. */
const MAX_WRITING_BYTES = 1024 * 1024;

/** Takes files in: it reads its form as it comes, and calls `requireFormToken` itself. */
export const UPLOAD_PATH = "/write/files";

/** Refuses bodies that none of our forms could fill. @throws AppError `form_too_large` */
export const limitForms = createMiddleware<WebEnv>((c, next) => {
  if (c.req.path === UPLOAD_PATH) return next();
  return (isWriting(c.req.path) ? writingLimit : formLimit)(c, next);
});

const formLimit = limit(MAX_FORM_BYTES);
const writingLimit = limit(MAX_WRITING_BYTES);

function limit(maxSize: number) {
  return bodyLimit({
    maxSize,
    onError: () => {
      throw new AppError("form_too_large", text.errors.formTooLarge, { status: 413 });
    },
  });
}

function isWriting(path: string): boolean {
  return path === "/write" || path.startsWith("/write/");
}

/**
 * Refuses a POST that another site sent: the browser must name our own origin, and the form must
 * carry the token of this browser.
 * @throws AppError `cross_site_form`, `form_outdated`
 */
export function protectForms(origin: string) {
  const sameOrigin = csrf({ origin });
  return createMiddleware<WebEnv>(async (c, next) => {
    if (c.req.method !== "POST") return next();
    try {
      await sameOrigin(c, async () => {});
    } catch (error) {
      if (!(error instanceof HTTPException)) throw error;
      throw new AppError("cross_site_form", text.errors.crossSite(origin), { status: 403 });
    }
    if (c.req.path !== UPLOAD_PATH) requireFormToken(c.var.frame, await readForm(c));
    return next();
  });
}

/** @throws AppError `form_outdated` when the form does not carry this browser's token */
export function requireFormToken(frame: Frame, form: Form): void {
  if (equal(form(FORM_TOKEN_FIELD), frame.formToken)) return;
  throw new AppError("form_outdated", text.errors.form, { status: 403 });
}

function equal(given: string, expected: string): boolean {
  const left = Buffer.from(given);
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
