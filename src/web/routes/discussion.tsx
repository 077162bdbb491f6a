import { Hono } from "hono";
import { AppError, notFound } from "../../domain/errors.ts";
import { parseId } from "../../domain/ids.ts";
import { actingAs } from "../../services/acting.ts";
import type { Context } from "../../services/context.ts";
import { favourite, unfavourite } from "../../services/favourites.ts";
import type { Member } from "../../services/members.ts";
import { deleteNote } from "../../services/own-notes.ts";
import { getPostById } from "../../services/reading.ts";
import { writeReply } from "../../services/replies.ts";
import { readForm } from "../form.ts";
import type { WebContext, WebEnv } from "../frame.ts";
import { localPath } from "../local-path.ts";
import { PracticePage, practiceTitle } from "../pages/practice-page.tsx";
import { readPostView } from "../post-view.ts";
import { privatePage } from "../render.tsx";

/** What members do below a practice or post: reply, favourite, take either back. */
export function discussionRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();

  app.post("/posts/:id/replies", async (c) => {
    const member = memberOf(c);
    const { frame } = c.var;
    const post = await getPostById(context, frame.viewer, c.req.param("id"));
    const form = await readForm(c);
    const content = form("content");
    try {
      const draft = { inReplyTo: post.id, content, language: null };
      const reply = await writeReply(context, actingAs(member), draft);
      return c.redirect(`${back(c, form("back"), post.id)}#reply-${reply.id}`, 303);
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== 422) throw error;
      const view = await readPostView(context, frame, post);
      const problem = error.details?.["content"] ?? error.safe;
      return privatePage(
        c,
        { title: practiceTitle(post) },
        <PracticePage frame={frame} view={view} refused={{ content, problem }} />,
        422,
      );
    }
  });

  app.post("/posts/:id/favourite", async (c) => {
    const id = readId(c);
    await favourite(context, actingAs(memberOf(c)), id);
    return c.redirect(`${back(c, (await readForm(c))("back"), id)}#discussion`, 303);
  });

  app.post("/posts/:id/unfavourite", async (c) => {
    const id = readId(c);
    await unfavourite(context, actingAs(memberOf(c)), id);
    return c.redirect(`${back(c, (await readForm(c))("back"), id)}#discussion`, 303);
  });

  app.post("/posts/:id/delete", async (c) => {
    const id = readId(c);
    await deleteNote(context, actingAs(memberOf(c)), id);
    const path = back(c, (await readForm(c))("back"), id);
    // The page of what was just deleted is gone.
    return c.redirect(path === `/posts/${id}` ? "/home" : `${path}#discussion`, 303);
  });

  return app;
}

/** @throws AppError `not_found` for visitors: only members get these forms */
function memberOf(c: WebContext): Member {
  const { member } = c.var.frame;
  if (member === null) throw notFound();
  return member;
}

function readId(c: WebContext) {
  const id = parseId(c.req.param("id") ?? "");
  if (id === null) throw notFound();
  return id;
}

function back(c: WebContext, path: string, id: bigint): string {
  return localPath(path, c.var.frame.origin, `/posts/${id}`);
}
