import { Hono } from "hono";
import { AppError } from "../../domain/errors.ts";
import type { Context } from "../../services/context.ts";
import { openSession } from "../../services/sessions.ts";
import { checkSetupToken, setUp } from "../../services/setup.ts";
import type { Problems } from "../components/form-fields.tsx";
import { readForm } from "../form.ts";
import type { WebContext, WebEnv } from "../frame.ts";
import { SetupLinkPage } from "../pages/message-pages.tsx";
import { SetupPage } from "../pages/setup-page.tsx";
import { privatePage } from "../render.tsx";
import { writeSessionToken } from "../session-cookie.ts";
import { EMPTY_SETUP, readSetupForm } from "../setup-form.ts";
import { text } from "../text.ts";

/** The first-run page behind the one-time link. */
export function setupRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.get("/setup", async (c) => {
    const token = c.req.query("token") ?? "";
    if (!(await isOpen(context, c, token))) return closed(c);
    return privatePage(
      c,
      { title: text.setup.title },
      <SetupPage frame={c.var.frame} token={token} fields={EMPTY_SETUP} problems={{}} />,
    );
  });

  app.post("/setup", async (c) => {
    const form = await readForm(c);
    const token = form("token");
    if (!(await isOpen(context, c, token))) return closed(c);
    const { fields, input, problems } = readSetupForm(form);
    const again = (found: Problems) =>
      privatePage(
        c,
        { title: text.setup.title },
        <SetupPage frame={c.var.frame} token={token} fields={fields} problems={found} />,
        422,
      );
    if (Object.keys(problems).length > 0) return again(problems);
    try {
      const member = await setUp(context, input, token);
      writeSessionToken(c, context.config.origin, await openSession(context, member));
      return c.redirect("/home", 303);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "setup_link_invalid" || error.code === "already_set_up") return closed(c);
      return again(error.details ?? { handle: error.safe });
    }
  });

  return app;
}

async function isOpen(context: Context, c: WebContext, token: string): Promise<boolean> {
  return c.var.frame.organization === null && token !== "" && checkSetupToken(context, token);
}

function closed(c: WebContext): Promise<Response> {
  const done = c.var.frame.organization !== null;
  const title = done ? text.setup.doneTitle : text.setup.invalidTitle;
  return privatePage(c, { title }, <SetupLinkPage done={done} />, done ? 410 : 403);
}
