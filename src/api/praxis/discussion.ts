import { z, type OpenAPIHono } from "@hono/zod-openapi";
import type { Visible } from "../../domain/audience/policy.ts";
import { invalid, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import { actingAs } from "../../services/acting.ts";
import type { Context } from "../../services/context.ts";
import { getAnswered, readDiscussion } from "../../services/discussion.ts";
import { favourite, unfavourite } from "../../services/favourites.ts";
import { deleteNote } from "../../services/own-notes.ts";
import { getPostById } from "../../services/reading.ts";
import { writeReply } from "../../services/replies.ts";
import type { PostRecord } from "../../services/records.ts";
import { readerOf, requireScope } from "./access.ts";
import { jsonBody } from "./body.ts";
import { describe } from "./describe.ts";
import { actorJson } from "./entities.ts";
import { Actor } from "./schemas.ts";

const DEFAULT_LIMIT = 100;
const MOST = 500;

const NewReply = z
  .strictObject({
    content: z.string().max(100_000).openapi({ description: "Markdown, at most 5,000 characters" }),
    in_reply_to: z
      .string()
      .max(20)
      .nullable()
      .default(null)
      .openapi({ description: "id of the reply that it answers; without it, the practice" }),
    language: z.string().max(35).nullable().default(null),
  })
  .openapi("NewReply");

const Reply = z
  .object({
    id: z.string(),
    uri: z.string(),
    url: z.string(),
    in_reply_to: z.string().nullable().openapi({ description: "id of the practice or reply" }),
    author: Actor,
    content_html: z.string(),
    language: z.string().nullable(),
    label: z.string().nullable(),
    relayed_by: z.string().nullable().openapi({ description: "uri of the organization" }),
    created_at: z.string(),
    edited_at: z.string().nullable(),
    replies_count: z.number().int().openapi({ description: "public ones" }),
    favourites_count: z.number().int(),
    favourited: z.boolean(),
  })
  .openapi("Reply");

const Favourited = z
  .object({ id: z.string(), favourites_count: z.number().int(), favourited: z.boolean() })
  .openapi("Favourited");

/** The discussion under a practice: reading, replies, favourites. */
export function discussionRoutes(app: OpenAPIHono, context: Context): void {
  describe(app, "get", "/practices/{id}/discussion", {
    summary: "The replies below a practice that the caller may see, oldest first",
    query: ["after", "limit"],
    answers: { 200: z.array(Reply) },
  });
  app.get("/practices/:id/discussion", async (c) => {
    const viewer = await readerOf(context, c);
    const practice = await getPostById(context, viewer, c.req.param("id"));
    if (practice.practice === null) throw notFound();
    const page = await readDiscussion(context, viewer, practice, readPage(c.req.query()));
    if (page.next !== null) {
      const next = new URL(c.req.url);
      next.searchParams.set("after", page.next.toString());
      c.header("Link", `<${context.config.origin}${next.pathname}${next.search}>; rel="next"`);
    }
    return c.json(page.replies.map((reply) => replyJson(reply, page.favourited)));
  });

  describe(app, "post", "/practices/{id}/replies", {
    summary: "Reply to a practice, or to a reply below it, as the token's member",
    body: NewReply,
    answers: { 201: Reply },
  });
  app.post("/practices/:id/replies", async (c) => {
    const { member, viewer } = await requireScope(context, c, "write:statuses");
    const input = NewReply.safeParse(await jsonBody(c));
    if (!input.success) throw invalid(problemsOf(input.error));
    const { content, in_reply_to, language } = input.data;
    const answered = await getAnswered(context, viewer, c.req.param("id"), in_reply_to);
    const draft = { inReplyTo: answered.id, content, language };
    return c.json(replyJson(await writeReply(context, actingAs(member), draft), new Set()), 201);
  });

  describe(app, "delete", "/posts/{id}", {
    summary: "Withdraw a reply of the token's member; a Delete goes to everyone who had it",
    answers: { 204: null },
  });
  app.delete("/posts/:id", async (c) => {
    const { member } = await requireScope(context, c, "write:statuses");
    await deleteNote(context, actingAs(member), readId(c.req.param("id")));
    return c.body(null, 204);
  });

  for (const path of ["/practices/{id}/favourite", "/posts/{id}/favourite"]) {
    const route = path.replace("{id}", ":id");
    describe(app, "post", path, {
      summary: "Favourite it as the token's member; its author is told",
      answers: { 200: Favourited },
    });
    app.post(route, async (c) => {
      const { member } = await requireScope(context, c, "write:favourites");
      const post = await favourite(context, actingAs(member), readId(c.req.param("id") ?? ""));
      return c.json(favouritedJson(post, true));
    });
    describe(app, "delete", path, {
      summary: "Take a favourite back",
      answers: { 200: Favourited },
    });
    app.delete(route, async (c) => {
      const { member } = await requireScope(context, c, "write:favourites");
      const post = await unfavourite(context, actingAs(member), readId(c.req.param("id") ?? ""));
      return c.json(favouritedJson(post, false));
    });
  }
}

function replyJson(reply: Visible<PostRecord>, favourited: ReadonlySet<Id>) {
  return {
    id: reply.id.toString(),
    uri: reply.iri,
    url: reply.url,
    in_reply_to: reply.inReplyToId?.toString() ?? null,
    author: actorJson(reply.authorActor),
    content_html: reply.contentHtml,
    language: reply.language,
    label: reply.label,
    relayed_by: reply.relayedBy,
    created_at: reply.publishedAt.toISOString(),
    edited_at: reply.editedAt?.toISOString() ?? null,
    replies_count: reply.repliesCount,
    favourites_count: reply.favouritesCount,
    favourited: favourited.has(reply.id),
  };
}

function favouritedJson(post: Visible<PostRecord>, favourited: boolean) {
  return { id: post.id.toString(), favourites_count: post.favouritesCount, favourited };
}

function problemsOf({ issues }: z.ZodError): Record<string, string> {
  return Object.fromEntries(
    issues.map((issue) => [
      issue.path.join(".") || "body",
      issue.code === "unrecognized_keys" ? "has an unknown field" : issue.message.toLowerCase(),
    ]),
  );
}

function readPage(query: Record<string, string>) {
  const after = query["after"] === undefined ? undefined : parseId(query["after"]);
  if (after === null) throw invalid({ after: "the id of a reply" });
  const limit = query["limit"] === undefined ? DEFAULT_LIMIT : Number(query["limit"]);
  if (!Number.isInteger(limit) || limit < 1) throw invalid({ limit: `1 to ${MOST}` });
  return { after, limit: Math.min(limit, MOST) };
}

/** A path's id; one that is none cannot be found. */
function readId(text: string): Id {
  const id = parseId(text);
  if (id === null) throw notFound();
  return id;
}
