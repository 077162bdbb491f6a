import { Hono } from "hono";
import { notFound } from "../../domain/errors.ts";
import { parseId } from "../../domain/ids.ts";
import { listAuthorizedApps, revokeAuthorizedApp } from "../../services/authorized-apps.ts";
import type { Context } from "../../services/context.ts";
import { readForm } from "../form.ts";
import type { WebEnv } from "../frame.ts";
import { ApplicationsPage } from "../pages/applications-page.tsx";
import { privatePage } from "../render.tsx";
import { text } from "../text.ts";
import { memberFrame, signedIn } from "./member.tsx";

const PATH = "/settings/applications";

/** What a member has allowed applications, and taking it back. */
export function applicationRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.use(PATH, signedIn);
  app.use(`${PATH}/*`, signedIn);

  app.get(PATH, async (c) => {
    const frame = memberFrame(c);
    const apps = await listAuthorizedApps(context, frame.member);
    const page = <ApplicationsPage frame={frame} apps={apps} />;
    return privatePage(c, { title: text.applications.title }, page);
  });

  app.post(`${PATH}/revoke`, async (c) => {
    const { member } = memberFrame(c);
    const form = await readForm(c);
    const id = parseId(form("token"));
    if (id === null) throw notFound();
    await revokeAuthorizedApp(context, member, id);
    return c.redirect(PATH, 303);
  });

  return app;
}
