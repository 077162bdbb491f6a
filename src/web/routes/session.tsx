import { Hono } from "hono";
import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../services/context.ts";
import { signIn, signOut } from "../../services/sessions.ts";
import { clientAddress } from "../../platform/http/client-address.ts";
import { readForm } from "../form.ts";
import type { WebEnv } from "../frame.ts";
import { localPath } from "../local-path.ts";
import { SignInPage } from "../pages/sign-in-page.tsx";
import { privatePage } from "../render.tsx";
import { clearSessionToken, readSessionToken, writeSessionToken } from "../session-cookie.ts";
import { createSignInLimit } from "../sign-in-limit.ts";
import { text } from "../text.ts";
import { organizationFrame } from "./reading.tsx";

const AFTER_SIGN_IN = "/home";

/** Signing in and out. */
export function sessionRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { origin, trustProxy } = context.config;
  const limit = createSignInLimit();

  app.get("/sign-in", async (c) => {
    const frame = organizationFrame(c);
    const to = localPath(c.req.query("to"), origin, AFTER_SIGN_IN);
    if (frame.member !== null) return c.redirect(to, 303);
    return privatePage(c, { title: text.signIn.title }, <SignInPage frame={frame} to={to} />);
  });

  app.post("/sign-in", async (c) => {
    const frame = organizationFrame(c);
    const form = await readForm(c);
    const name = form("name");
    const password = form("password");
    const to = localPath(form("to"), origin, AFTER_SIGN_IN);
    const again = (problem: string, status: 401 | 429) =>
      privatePage(
        c,
        { title: text.signIn.title },
        <SignInPage frame={frame} to={to} name={name.slice(0, 320)} problem={problem} />,
        status,
      );
    const attempt = limit.attempt(name, clientAddress(c, trustProxy));
    if (attempt === null) {
      c.header("Retry-After", "900");
      return again(text.signIn.tooMany, 429);
    }
    try {
      const { token } = await signIn(context, { name, password });
      attempt.succeeded();
      writeSessionToken(c, origin, token);
      return c.redirect(to, 303);
    } catch (error) {
      if (error instanceof AppError && error.code === "sign_in_failed") {
        return again(text.signIn.wrong, 401);
      }
      throw error;
    }
  });

  app.post("/sign-out", async (c) => {
    const token = readSessionToken(c, origin);
    if (token !== undefined) await signOut(context, token);
    clearSessionToken(c, origin);
    return c.redirect("/", 303);
  });

  return app;
}
