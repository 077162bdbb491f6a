import type { Hono } from "hono";
import { z } from "zod";
import type { Visible } from "../../../domain/audience/policy.ts";
import { notFound } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { getPoll, vote } from "../../../services/poll-votes.ts";
import { viewPolls } from "../../../services/poll-views.ts";
import type { PostRecord } from "../../../services/records.ts";
import type { Credential } from "../../../services/tokens.ts";
import { findCredential, idInPath, requireCredential, viewerWith } from "../access.ts";
import { pollJson } from "../entities/poll.ts";
import { list, whole } from "../fields.ts";
import { readInput } from "../params.ts";

const MOST_CHOICES = 50;
const Choices = z.object({ choices: list(whole(0, MOST_CHOICES), MOST_CHOICES) });

/** `/api/v1/polls`: how a poll stands, and voting. */
export function pollRoutes(app: Hono, context: Context): void {
  async function answer(credential: Credential | null, post: Visible<PostRecord>) {
    const poll = (await viewPolls(context, credential, [post])).get(post.id);
    if (poll === undefined) throw notFound();
    return pollJson(poll);
  }

  app.get("/api/v1/polls/:id", async (c) => {
    const credential = await findCredential(context, c, "read:statuses");
    const post = await getPoll(context, viewerWith(credential), idInPath(c));
    return c.json(await answer(credential, post));
  });

  app.post("/api/v1/polls/:id/votes", async (c) => {
    const credential = await requireCredential(context, c, "write:statuses");
    const { choices } = await readInput(c, Choices);
    const post = await vote(context, credential, idInPath(c), choices);
    return c.json(await answer(credential, post));
  });
}
