import { Hono } from "hono";
import { createMiddleware } from "hono/factory";
import { isEditor } from "../../domain/audience/policy.ts";
import { AppError, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import type { Context } from "../../services/context.ts";
import {
  answerFollow,
  cancelFollow,
  listFollowers,
  listFollowRequests,
  listFollows,
  requestFollow,
} from "../../services/follows.ts";
import { listHome } from "../../services/home-timeline.ts";
import { requireEditor } from "../../services/members.ts";
import { followStates, getKnownActor } from "../../services/people.ts";
import type { ActorRecord } from "../../services/records.ts";
import { resolveActor } from "../../services/remote-actors.ts";
import { withQuery } from "../components/pager.tsx";
import { readForm } from "../form.ts";
import type { MemberFrame, WebContext, WebEnv } from "../frame.ts";
import { FollowersPage } from "../pages/followers-page.tsx";
import { FollowPage, type Follower, type Standing } from "../pages/follow-page.tsx";
import { HomePage } from "../pages/home-page.tsx";
import { privatePage } from "../render.tsx";
import { readShownParts } from "../shown-parts.ts";
import { text } from "../text.ts";
import { organizationFrame, readBefore } from "./reading.tsx";

const PAGE_SIZE = 20;
const FOLLOWS_SHOWN = 100;
const LONGEST_QUERY = 500;

/** What members do: read at home, follow, and (editors) approve followers. */
export function memberRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  for (const path of ["/home", "/follow", "/follow/*", "/followers", "/followers/*"]) {
    app.use(path, signedIn);
  }

  app.get("/home", async (c) => {
    const frame = memberFrame(c);
    const before = readBefore(c);
    const page = await listHome(context, frame.member, { before, limit: PAGE_SIZE });
    const parts = await readShownParts(context, frame.member, page.posts);
    return privatePage(
      c,
      { title: text.home.title },
      <HomePage frame={frame} page={page} parts={parts} atStart={before === undefined} />,
    );
  });

  app.get("/follow", async (c) => {
    const frame = memberFrame(c);
    const query = (c.req.query("q") ?? "").trim().slice(0, LONGEST_QUERY);
    const { actor, problem } = await findActor(context, query, c.req.query("actor"));
    const followers = followersOf(frame);
    const lists = await Promise.all(
      followers.map(async (follower) => ({
        follower,
        entries: await followsOf(context, follower),
      })),
    );
    const found =
      actor === null ? null : { actor, standings: await standingsOf(context, followers, actor) };
    return privatePage(
      c,
      { title: text.follow.title },
      <FollowPage frame={frame} query={query} problem={problem} found={found} lists={lists} />,
      problem === undefined ? 200 : 422,
    );
  });

  app.post("/follow", async (c) => {
    const { follower, followee } = await readPair(context, c);
    await requestFollow(context, follower, followee);
    return c.redirect(withQuery("/follow", { actor: followee.id.toString() }), 303);
  });

  app.post("/follow/cancel", async (c) => {
    const { follower, followee } = await readPair(context, c);
    await cancelFollow(context, follower, followee);
    return c.redirect(withQuery("/follow", { actor: followee.id.toString() }), 303);
  });

  app.get("/followers", async (c) => {
    const frame = editorFrame(c);
    const before = readBefore(c);
    const { actor } = frame.organization;
    const [requests, followers] = await Promise.all([
      listFollowRequests(context, actor, { limit: FOLLOWS_SHOWN }),
      listFollowers(context, actor, { before, limit: FOLLOWS_SHOWN + 1 }),
    ]);
    const shown = followers.slice(0, FOLLOWS_SHOWN);
    return privatePage(
      c,
      { title: text.followers.title },
      <FollowersPage
        frame={frame}
        requests={requests}
        followers={shown}
        next={followers.length > FOLLOWS_SHOWN ? (shown.at(-1)?.id ?? null) : null}
        atStart={before === undefined}
      />,
    );
  });

  app.post("/followers/approve", async (c) => {
    const { organization } = editorFrame(c);
    await answerFollow(context, organization.actor, await readId(c, "follow"), "accept");
    return c.redirect("/followers", 303);
  });

  app.post("/followers/decline", async (c) => {
    const { organization } = editorFrame(c);
    await answerFollow(context, organization.actor, await readId(c, "follow"), "reject");
    return c.redirect("/followers", 303);
  });

  return app;
}

/** Sends a visitor to sign in first, and then back here. */
export const signedIn = createMiddleware<WebEnv>(async (c, next) => {
  if (c.var.frame.member !== null || c.var.frame.organization === null) return next();
  c.header("Cache-Control", "private, no-store");
  const url = new URL(c.req.url);
  const to = c.req.method === "GET" ? url.pathname + url.search : undefined;
  return c.redirect(withQuery("/sign-in", { to }), 303);
});

export function memberFrame(c: WebContext): MemberFrame {
  const frame = organizationFrame(c);
  if (frame.member === null) throw notFound();
  return { ...frame, member: frame.member };
}

/** @throws AppError `editors_only` */
export function editorFrame(c: WebContext): MemberFrame {
  const frame = memberFrame(c);
  requireEditor(frame.member);
  return frame;
}

/** Whom the member may follow as: themselves, and as an editor also the organization. */
function followersOf({ member, organization }: MemberFrame): Follower[] {
  const myself: Follower = { as: "member", actor: member.actor };
  return isEditor(member.role)
    ? [myself, { as: "organization", actor: organization.actor }]
    : [myself];
}

async function followsOf(context: Context, { actor }: Follower) {
  const [pending, accepted] = await Promise.all([
    listFollows(context, actor, { limit: FOLLOWS_SHOWN, state: "pending" }),
    listFollows(context, actor, { limit: FOLLOWS_SHOWN, state: "accepted" }),
  ]);
  return [...pending, ...accepted];
}

async function standingsOf(
  context: Context,
  followers: readonly Follower[],
  actor: ActorRecord,
): Promise<Standing[]> {
  const states = await followStates(
    context,
    followers.map((follower) => follower.actor.id),
    actor.id,
  );
  return followers.map((follower) => ({
    follower,
    state: states.get(follower.actor.id) ?? null,
  }));
}

/** The actor that was asked for, by what was typed or by its id; or why there is none. */
async function findActor(
  context: Context,
  query: string,
  decimal: string | undefined,
): Promise<{ actor: ActorRecord | null; problem?: string }> {
  try {
    if (query !== "") return { actor: await resolveActor(context, query) };
    const id = parseId(decimal ?? "");
    return { actor: id === null ? null : await getKnownActor(context, id) };
  } catch (error) {
    if (error instanceof AppError) return { actor: null, problem: error.safe };
    throw error;
  }
}

async function readPair(
  context: Context,
  c: WebContext,
): Promise<{ follower: ActorRecord; followee: ActorRecord }> {
  const frame = memberFrame(c);
  const form = await readForm(c);
  const asOrganization = form("as") === "organization";
  if (asOrganization) requireEditor(frame.member);
  const follower = asOrganization ? frame.organization.actor : frame.member.actor;
  return { follower, followee: await getKnownActor(context, await readId(c, "actor")) };
}

async function readId(c: WebContext, field: string): Promise<Id> {
  const form = await readForm(c);
  const id = parseId(form(field));
  if (id === null) throw notFound();
  return id;
}
