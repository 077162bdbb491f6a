import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { invalid, notFound } from "../../domain/errors.ts";
import { parseId } from "../../domain/ids.ts";
import type { Context } from "../../services/context.ts";
import {
  answerFollow,
  cancelFollow,
  listFollowRequests,
  listFollows,
  requestFollow,
} from "../../services/follows.ts";
import { resolveActor } from "../../services/remote-actors.ts";
import { requireScope } from "./access.ts";
import { jsonBody } from "./body.ts";
import { describe } from "./describe.ts";
import { followJson } from "./entities.ts";
import { Follow } from "./schemas.ts";

const PAGE = 80;
const Wanted = z.object({ handle: z.string().min(1).max(2000) });

/** Whom the token's actor follows, and who asks to follow it. */
export function followRoutes(app: OpenAPIHono, context: Context): void {
  describe(app, "get", "/follows", {
    summary: "Whom the token's actor follows; `state=pending` lists those who have not answered",
    query: ["state", "before"],
    answers: { 200: z.array(Follow) },
  });
  app.get("/follows", async (c) => {
    const { actor } = await requireScope(context, c, "read:follows");
    const state = c.req.query("state") === "pending" ? "pending" : "accepted";
    const entries = await listFollows(context, actor, {
      state,
      limit: PAGE,
      before: cursor(c.req.query("before")),
    });
    return c.json(entries.map(followJson));
  });

  describe(app, "post", "/follows", {
    summary: "Ask to follow an actor, by handle or URL",
    body: Wanted,
    answers: { 200: Follow },
  });
  app.post("/follows", async (c) => {
    const { actor } = await requireScope(context, c, "write:follows");
    const followee = await wantedActor(context, await jsonBody(c));
    const follow = await requestFollow(context, actor, followee);
    return c.json(followJson({ ...follow, actor: followee }));
  });

  describe(app, "delete", "/follows", {
    summary: "Stop following an actor, or take the request back",
    body: Wanted,
    answers: { 204: null },
  });
  app.delete("/follows", async (c) => {
    const { actor } = await requireScope(context, c, "write:follows");
    await cancelFollow(context, actor, await wantedActor(context, await jsonBody(c)));
    return c.body(null, 204);
  });

  describe(app, "get", "/follow-requests", {
    summary: "Who asks to follow the token's actor",
    query: ["before"],
    answers: { 200: z.array(Follow) },
  });
  app.get("/follow-requests", async (c) => {
    const { actor } = await requireScope(context, c, "read:follows");
    const entries = await listFollowRequests(context, actor, {
      limit: PAGE,
      before: cursor(c.req.query("before")),
    });
    return c.json(entries.map(followJson));
  });

  for (const answer of ["accept", "reject"] as const) {
    describe(app, "post", `/follow-requests/{id}/${answer}`, {
      summary: `${answer === "accept" ? "Accept" : "Reject"} a request to follow`,
      answers: { 204: null },
    });
    app.post(`/follow-requests/:id/${answer}`, async (c) => {
      const { actor } = await requireScope(context, c, "write:follows");
      const id = parseId(c.req.param("id"));
      if (id === null) throw notFound();
      await answerFollow(context, actor, id, answer);
      return c.body(null, 204);
    });
  }
}

async function wantedActor(context: Context, body: unknown) {
  const input = Wanted.safeParse(body);
  if (!input.success) throw invalid({ handle: "a handle such as @bravo@bravo.example, or a URL" });
  return resolveActor(context, input.data.handle);
}

function cursor(text: string | undefined) {
  const before = text === undefined ? undefined : parseId(text);
  if (before === null) throw invalid({ before: "the id of an entry" });
  return before;
}
