import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ANONYMOUS, type Viewer } from "../domain/audience/policy.ts";
import { AppError } from "../domain/errors.ts";
import { logger } from "../platform/logging.ts";
import { randomToken } from "../platform/crypto/tokens.ts";
import type { Context } from "../services/context.ts";
import { guestOfSession, viewerOfGuest } from "../services/guests.ts";
import { viewerOf, type Member } from "../services/members.ts";
import { getOrganization } from "../services/organization.ts";
import type { ActorRecord } from "../services/records.ts";
import { memberOfSession } from "../services/sessions.ts";
import { assetRoutes } from "./assets.ts";
import { formTokenFor, limitForms, protectForms } from "./form-protection.ts";
import type { Frame, WebContext, WebEnv } from "./frame.ts";
import { ErrorPage, NotSetUpPage } from "./pages/message-pages.tsx";
import { notFoundPage, privatePage } from "./render.tsx";
import { pageHeaders } from "./response-headers.ts";
import { applicationRoutes } from "./routes/applications.tsx";
import { authorizeRoutes } from "./routes/authorize.tsx";
import { guestRoutes } from "./routes/guest.tsx";
import { disclosureRoutes } from "./routes/disclosures.tsx";
import { discussionRoutes } from "./routes/discussion.tsx";
import { machineRoutes } from "./routes/machines.ts";
import { memberRoutes } from "./routes/member.tsx";
import { originRoutes } from "./routes/origins.tsx";
import { partnerRoutes } from "./routes/partners.tsx";
import { readingRoutes } from "./routes/reading.tsx";
import { remoteMediaRoutes } from "./routes/remote-media.ts";
import { sessionRoutes } from "./routes/session.tsx";
import { setupRoutes } from "./routes/setup.tsx";
import { tagRoutes } from "./routes/tags.tsx";
import { writingRoutes } from "./routes/writing.tsx";
import { readFormSeed, readGuestToken, readSessionToken, writeFormSeed } from "./session-cookie.ts";
import { text } from "./text.ts";

const log = logger("web");
const MAX_TOKEN_LENGTH = 200;
/** pages with a form for those who have not signed in */
const FORM_PAGES = /^\/(?:sign-in|setup|oauth\/authorize\/?|n(?:\/.*)?)$/;

/**
 * All pages for people, with feeds, sitemap and assets. Mount it at `/` after every other surface: it
 * answers whatever is left, with a 404 page when there is nothing.
 */
export function webApp(context: Context): Hono<WebEnv> {
  const { origin } = context.config;
  const app = new Hono<WebEnv>();
  app.route("/", assetRoutes());
  app.route("/", remoteMediaRoutes(context));
  app.use(pageHeaders(origin));
  app.use(frameMiddleware(context));
  app.use(limitForms);
  app.use(protectForms(origin));
  app.get("/", async (c, next) => {
    if (c.var.frame.organization !== null) return next();
    return privatePage(c, { title: text.notSetUp.title }, <NotSetUpPage />);
  });
  app.route("/", machineRoutes(context));
  app.route("/", readingRoutes(context));
  app.route("/", tagRoutes(context));
  app.route("/", sessionRoutes(context));
  app.route("/", guestRoutes(context));
  app.route("/", discussionRoutes(context));
  app.route("/", memberRoutes(context));
  app.route("/", partnerRoutes(context));
  app.route("/", originRoutes(context));
  app.route("/", writingRoutes(context));
  app.route("/", disclosureRoutes(context));
  app.route("/", authorizeRoutes(context));
  app.route("/", applicationRoutes(context));
  app.route("/", setupRoutes(context));
  app.all("*", (c) => notFoundPage(c));
  app.onError((error, c) => errorPage(error, c));
  return app;
}

/** Reads once per request who looks and where they are. */
function frameMiddleware(context: Context) {
  const { origin, host } = context.config;
  return createMiddleware<WebEnv>(async (c, next) => {
    const token = readSessionToken(c, origin);
    const guestToken = readGuestToken(c, origin);
    const [organization, member, guest] = await Promise.all([
      getOrganization(context),
      memberFor(context, token),
      guestFor(context, guestToken),
    ]);
    const signedInToken = member === null ? guest && guestToken : token;
    const frame: Frame = {
      organization,
      member,
      guest,
      viewer: viewerFor(member, guest),
      origin,
      host,
      path: c.req.path,
      formToken: formTokenFor(context.secretKey, formSeed(c, origin, signedInToken)),
    };
    c.set("frame", frame);
    await next();
  });
}

async function memberFor(context: Context, token: string | undefined): Promise<Member | null> {
  if (token === undefined || token.length > MAX_TOKEN_LENGTH) return null;
  return memberOfSession(context, token);
}

async function guestFor(context: Context, token: string | undefined): Promise<ActorRecord | null> {
  if (token === undefined || token.length > MAX_TOKEN_LENGTH) return null;
  return guestOfSession(context, token);
}

function viewerFor(member: Member | null, guest: ActorRecord | null): Viewer {
  if (member !== null) return viewerOf(member);
  return guest === null ? ANONYMOUS : viewerOfGuest(guest);
}

/** Forms of who signed in hang on the session; those of visitors on a cookie that only form pages set. */
function formSeed(c: WebContext, origin: string, token: string | null | undefined): string {
  if (token !== null && token !== undefined) return `session:${token}`;
  const known = readFormSeed(c, origin);
  if (known !== undefined) return `visitor:${known}`;
  const seed = randomToken(16);
  if (c.req.method === "GET" && FORM_PAGES.test(c.req.path)) {
    writeFormSeed(c, origin, seed);
  }
  return `visitor:${seed}`;
}

function errorPage(error: Error, c: WebContext): Promise<Response> | Response {
  if (c.var.frame === undefined) {
    log.error("A request failed before it was known who asked: {error}", { error });
    return c.text(text.errors.internalTitle, 500);
  }
  if (!(error instanceof AppError) || error.status >= 500) {
    log.error("{method} {path} failed: {error}", { method: c.req.method, path: c.req.path, error });
    const body = <ErrorPage title={text.errors.internalTitle} message={text.errors.internal} />;
    return privatePage(c, { title: text.errors.internalTitle }, body, 500);
  }
  if (error.status === 404) return notFoundPage(c);
  const title = error.code === "form_outdated" ? text.errors.formTitle : text.errors.title;
  return privatePage(
    c,
    { title },
    <ErrorPage title={title} message={error.safe} />,
    error.status as ContentfulStatusCode,
  );
}
