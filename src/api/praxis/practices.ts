import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "@hono/zod-openapi";
import { invalid, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import { PRACTICE_KINDS } from "../../domain/practice.ts";
import type { Context } from "../../services/context.ts";
import type { Visible } from "../../domain/audience/policy.ts";
import { audienceNames } from "../../services/audience-names.ts";
import { previewAudience, warningsAbout } from "../../services/audience-preview.ts";
import { requireAuthor } from "../../services/members.ts";
import { readPractice, readPracticeChanges } from "../../services/practice-input.ts";
import {
  findOrganizationIri,
  listPractices,
  listRevisions,
} from "../../services/practice-lists.ts";
import { deletePractice, publishPractice, revisePractice } from "../../services/practices.ts";
import { getPostById } from "../../services/reading.ts";
import type { PostRecord } from "../../services/records.ts";
import { readerOf, requireScope } from "./access.ts";
import { jsonBody } from "./body.ts";
import { practiceJson, previewJson, revisionJson } from "./entities.ts";
import { describe } from "./describe.ts";
import {
  NewPractice,
  Practice,
  PracticeEdit,
  Preview,
  PreviewBody,
  PublishedPractice,
  Revision,
} from "./schemas.ts";

const DEFAULT_LIMIT = 20;
const MOST = 100;

/** `/practices` and what hangs below it. */
export function practiceRoutes(app: OpenAPIHono, context: Context): void {
  describe(app, "get", "/practices", {
    summary: "Practices that the caller may see, newest first",
    query: ["q", "topic", "kind", "organization", "before", "limit"],
    answers: { 200: z.array(Practice) },
  });
  app.get("/practices", async (c) => {
    const viewer = await readerOf(context, c);
    const filter = await readFilter(context, c.req.query());
    const page = await listPractices(context, viewer, filter);
    if (page.next !== null) {
      const next = new URL(c.req.url);
      next.searchParams.set("before", page.next.toString());
      const link = `${context.config.origin}${next.pathname}${next.search}`;
      c.header("Link", `<${link}>; rel="next"`);
    }
    const names = await audienceNames(context, page.practices);
    return c.json(page.practices.map((post) => practiceJson(post, names)));
  });

  describe(app, "post", "/practices", {
    summary: "Publish a practice of the organization (editors; authors for `members`)",
    body: NewPractice,
    answers: { 201: PublishedPractice },
  });
  app.post("/practices", async (c) => {
    const { member } = await requireScope(context, c, "write:statuses");
    const given = await readPractice(context, await jsonBody(c));
    const practice = await publishPractice(context, member, given);
    c.header("Location", `${context.config.origin}/api/praxis/v1/practices/${practice.id}`);
    return c.json(await publishedJson(context, practice), 201);
  });

  describe(app, "get", "/practices/{id}", {
    summary: "One practice",
    answers: { 200: Practice },
  });
  app.get("/practices/:id", async (c) => {
    const viewer = await readerOf(context, c);
    const post = await getPostById(context, viewer, c.req.param("id"));
    if (post.practice === null) throw notFound();
    return c.json(practiceJson(post, await audienceNames(context, [post])));
  });

  describe(app, "patch", "/practices/{id}", {
    summary:
      "Publish a new revision (editors); fields that are left out stay as they are. Who is new in " +
      "`audience` gets it, whoever is no longer in it is sent a Delete",
    body: PracticeEdit,
    answers: { 200: PublishedPractice },
  });
  app.patch("/practices/:id", async (c) => {
    const { member } = await requireScope(context, c, "write:statuses");
    const changes = readPracticeChanges(await jsonBody(c));
    const id = readId(c.req.param("id"));
    return c.json(await publishedJson(context, await revisePractice(context, member, id, changes)));
  });

  describe(app, "delete", "/practices/{id}", {
    summary: "Withdraw a practice (editors); a Delete goes to everyone who had it",
    answers: { 204: null },
  });
  app.delete("/practices/:id", async (c) => {
    const { member } = await requireScope(context, c, "write:statuses");
    await deletePractice(context, member, readId(c.req.param("id")));
    return c.body(null, 204);
  });

  describe(app, "get", "/practices/{id}/revisions", {
    summary: "The published revisions of one of our practices, oldest first",
    answers: { 200: z.array(Revision) },
  });
  app.get("/practices/:id/revisions", async (c) => {
    const viewer = await readerOf(context, c);
    const revisions = await listRevisions(context, viewer, readId(c.req.param("id")));
    return c.json(revisions.map(revisionJson));
  });

  describe(app, "post", "/audience/preview", {
    summary: "Exactly who would get a practice for this audience now, and what would be refused",
    body: PreviewBody,
    answers: { 200: Preview },
  });
  app.post("/audience/preview", async (c) => {
    const { member, viewer } = await requireScope(context, c, "read:statuses");
    requireAuthor(member);
    const input = PreviewBody.safeParse(await jsonBody(c));
    if (!input.success) throw invalid({ audience: 'a list such as ["public"]' });
    const { practice_id: id, ...wanted } = input.data;
    const present = id === undefined ? undefined : await getPostById(context, viewer, id);
    return c.json(previewJson(await previewAudience(context, { ...wanted, present })));
  });
}

/** A practice as it was just published, with what its author should know of its audience. */
async function publishedJson(context: Context, practice: Visible<PostRecord>) {
  const [names, warnings] = await Promise.all([
    audienceNames(context, [practice]),
    warningsAbout(context, practice),
  ]);
  return { ...practiceJson(practice, names), warnings };
}

/** A path's id; one that is none cannot be found. */
function readId(text: string): Id {
  const id = parseId(text);
  if (id === null) throw notFound();
  return id;
}

async function readFilter(context: Context, query: Record<string, string>) {
  const before = query["before"] === undefined ? undefined : parseId(query["before"]);
  if (before === null) throw invalid({ before: "the id of a practice" });
  const limit = query["limit"] === undefined ? DEFAULT_LIMIT : Number(query["limit"]);
  if (!Number.isInteger(limit) || limit < 1) throw invalid({ limit: `1 to ${MOST}` });
  const kind = PRACTICE_KINDS.find((known) => known === query["kind"]);
  if (query["kind"] !== undefined && kind === undefined) {
    throw invalid({ kind: `one of ${PRACTICE_KINDS.join(", ")}` });
  }
  const organization =
    query["organization"] === undefined
      ? undefined
      : await findOrganizationIri(context, query["organization"]);
  return {
    before,
    kind,
    limit: Math.min(limit, MOST),
    topic: query["topic"]?.slice(0, 200),
    query: query["q"]?.slice(0, 500),
    organization,
  };
}
