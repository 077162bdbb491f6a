import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "../../domain/errors.ts";
import { randomToken } from "../../platform/crypto/tokens.ts";
import type { Context } from "../../services/context.ts";
import { finishGuestSignIn, startGuestSignIn } from "../../services/guest-sign-in.ts";
import { endGuestSession, viewerOfGuest } from "../../services/guests.ts";
import { listShared, openNotice } from "../../services/notice-reading.ts";
import { clientAddress } from "../../platform/http/client-address.ts";
import { readForm } from "../form.ts";
import type { WebContext, WebEnv } from "../frame.ts";
import { LandingPage, LeavingPage, SharedPage } from "../pages/guest-pages.tsx";
import { PracticePage, practiceTitle } from "../pages/practice-page.tsx";
import { readPostView } from "../post-view.ts";
import { privatePage } from "../render.tsx";
import {
  clearGuestToken,
  readGuestToken,
  readSignInSecret,
  writeGuestToken,
  writeSignInSecret,
} from "../session-cookie.ts";
import { createSignInLimit } from "../sign-in-limit.ts";
import { text } from "../text.ts";
import { organizationFrame, readAfter } from "./reading.tsx";

const NO_ROBOTS = "noindex, nofollow, noarchive";
const LONGEST_VALUE = 4_000;

/** What people of other servers see who were sent a notice: sign-in at their own server, and reading. */
export function guestRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  const { origin, trustProxy } = context.config;
  const limit = createSignInLimit();
  app.use("/n", hideFromRobots);
  app.use("/n/*", hideFromRobots);

  function landing(
    c: WebContext,
    {
      account,
      problem,
      status = 200,
    }: { account?: string; problem?: string; status?: number } = {},
  ): Promise<Response> {
    return privatePage(
      c,
      { title: text.guest.title, robots: NO_ROBOTS },
      <LandingPage
        frame={organizationFrame(c)}
        problem={problem}
        {...(account === undefined ? {} : { account })}
      />,
      status as ContentfulStatusCode,
    );
  }

  async function start(c: WebContext, noticeKey: string | null): Promise<Response> {
    const form = await readForm(c);
    const account = form("account").trim().slice(0, 400);
    if (limit.attempt(account, clientAddress(c, trustProxy)) === null) {
      c.header("Retry-After", "900");
      return landing(c, { account, problem: text.guest.tooMany, status: 429 });
    }
    const browser = readSignInSecret(c, origin) ?? randomToken();
    try {
      const leaving = await startGuestSignIn(context, { account, browser, noticeKey });
      writeSignInSecret(c, origin, browser);
      const refresh = <meta http-equiv="refresh" content={`0;url=${leaving.url}`} />;
      const head = {
        title: text.guest.leavingTitle(leaving.host),
        robots: NO_ROBOTS,
        extra: refresh,
      };
      return await privatePage(c, head, <LeavingPage {...leaving} />);
    } catch (error) {
      return landing(c, { account, ...problemIn(error) });
    }
  }

  app.get("/n", async (c) => {
    const { guest } = c.var.frame;
    if (guest === null) return landing(c);
    const asGuest = guestFrame(c);
    const practices = await listShared(context, viewerOfGuest(guest));
    return privatePage(
      c,
      { title: text.guest.sharedTitle, robots: NO_ROBOTS },
      <SharedPage frame={organizationFrame(asGuest)} guest={guest} practices={practices} />,
    );
  });
  app.post("/n", (c) => start(c, null));

  app.post("/n/sign-out", async (c) => {
    const token = readGuestToken(c, origin);
    if (token !== undefined) await endGuestSession(context, token);
    clearGuestToken(c, origin);
    return c.redirect("/n", 303);
  });

  app.get("/n/callback/:server", async (c) => {
    try {
      const { token, noticeKey } = await finishGuestSignIn(context, {
        path: c.req.path,
        browser: readSignInSecret(c, origin) ?? null,
        state: query(c, "state") ?? "",
        code: query(c, "code"),
        issuer: query(c, "iss"),
        error: query(c, "error"),
      });
      writeGuestToken(c, origin, token);
      c.header("Cache-Control", "private, no-store");
      return c.redirect(noticeKey === null ? "/n" : `/n/${noticeKey}`, 303);
    } catch (error) {
      return landing(c, problemIn(error));
    }
  });

  // After a failed attempt the form is at this address.
  app.post("/n/callback/:server", (c) => start(c, null));

  app.get("/n/:key", async (c) => {
    const { guest } = c.var.frame;
    if (guest === null) return landing(c);
    const post = await openNotice(context, viewerOfGuest(guest), c.req.param("key"));
    const { frame } = guestFrame(c).var;
    const view = await readPostView(context, frame, post, { after: readAfter(c) });
    return privatePage(
      c,
      { title: practiceTitle(post), robots: NO_ROBOTS },
      <PracticePage frame={frame} view={view} />,
    );
  });
  app.post("/n/:key", (c) => start(c, c.req.param("key")));

  return app;
}

const hideFromRobots = createMiddleware<WebEnv>(async (c, next) => {
  await next();
  c.header("X-Robots-Tag", NO_ROBOTS);
});

/** Here a guest reads as the guest, also one who is signed in as a member in the same browser. */
function guestFrame(c: WebContext): WebContext {
  const { frame } = c.var;
  if (frame.guest !== null) {
    c.set("frame", { ...frame, member: null, viewer: viewerOfGuest(frame.guest) });
  }
  return c;
}

/** A value of the query; one that no server would send is none. */
function query(c: WebContext, name: string): string | null {
  const value = c.req.query(name);
  return value === undefined || value.length > LONGEST_VALUE ? null : value;
}

/** What a guest is told of a failed sign-in. Faults of our own are not among it. */
function problemIn(error: unknown): { problem: string; status: number } {
  if (!(error instanceof AppError) || error.status === 500) throw error;
  return { problem: error.safe, status: error.status };
}
