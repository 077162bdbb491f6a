import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { invalid, notFound } from "../../domain/errors.ts";
import { parseId, type Id } from "../../domain/ids.ts";
import { answerPartnership } from "../../services/answer-partnership.ts";
import type { Context } from "../../services/context.ts";
import {
  endPartnership,
  resumePartnership,
  suspendPartnership,
} from "../../services/end-partnership.ts";
import type { Member } from "../../services/members.ts";
import { partnershipEvidence } from "../../services/partnership-evidence.ts";
import { readProposal } from "../../services/partnership-input.ts";
import {
  getPartnership,
  listPartnerships,
  viewOf,
  type PartnershipRecord,
} from "../../services/partnerships.ts";
import { proposePartnership } from "../../services/propose-partnership.ts";
import { requireScope } from "./access.ts";
import { jsonBody } from "./body.ts";
import { describe } from "./describe.ts";
import { partnershipJson } from "./partnership-entity.ts";
import { NewPartnership, Partnership, PartnershipEvidence } from "./partnership-schemas.ts";

const PAGE = 80;
const READ = "read:partnerships";
const WRITE = "write:partnerships";

type Action = (context: Context, member: Member, id: Id) => Promise<PartnershipRecord>;

const ACTIONS: readonly [name: string, summary: string, act: Action][] = [
  [
    "accept",
    "Accept what another organization offers",
    (context, member, id) => answerPartnership(context, member, id, "accept"),
  ],
  [
    "reject",
    "Decline what another organization offers",
    (context, member, id) => answerPartnership(context, member, id, "reject"),
  ],
  ["end", "End a partnership, or take an offer back; what was shared is recalled", endPartnership],
  ["suspend", "Suspend an active partnership", suspendPartnership],
  ["resume", "End our suspension; confirms a partner's move", resumePartnership],
];

/** `/partnerships`: for editors and administrators. */
export function partnershipRoutes(app: OpenAPIHono, context: Context): void {
  describe(app, "get", "/partnerships", {
    summary: "Partnerships and offers, also those that are over, newest first (editors)",
    query: ["before"],
    answers: { 200: z.array(Partnership) },
  });
  app.get("/partnerships", async (c) => {
    const { member } = await requireScope(context, c, READ);
    const before = c.req.query("before");
    const cursor = before === undefined ? undefined : parseId(before);
    if (cursor === null) throw invalid({ before: "the id of a partnership" });
    const found = await listPartnerships(context, member, { before: cursor, limit: PAGE });
    return c.json(found.map(partnershipJson));
  });

  describe(app, "post", "/partnerships", {
    summary: "Offer a partnership, or new terms for one, to an organization that runs Praxis",
    body: NewPartnership,
    answers: { 201: Partnership },
  });
  app.post("/partnerships", async (c) => {
    const { member } = await requireScope(context, c, WRITE);
    const input = readProposal(await jsonBody(c), context.now());
    const record = await proposePartnership(context, member, input);
    c.header("Location", `${context.config.origin}/api/praxis/v1/partnerships/${record.id}`);
    return c.json(partnershipJson(await viewOf(context, record)), 201);
  });

  describe(app, "get", "/partnerships/{id}", {
    summary: "One partnership",
    answers: { 200: Partnership },
  });
  app.get("/partnerships/:id", async (c) => {
    const { member } = await requireScope(context, c, READ);
    const id = readId(c.req.param("id"));
    return c.json(partnershipJson(await getPartnership(context, member, id)));
  });

  describe(app, "get", "/partnerships/{id}/evidence", {
    summary: "What proves the partnership to somebody else: agreement, terms, signatures, keys",
    answers: { 200: PartnershipEvidence },
  });
  app.get("/partnerships/:id/evidence", async (c) => {
    const { member } = await requireScope(context, c, READ);
    return c.json(await partnershipEvidence(context, member, readId(c.req.param("id"))));
  });

  for (const [name, summary, act] of ACTIONS) {
    describe(app, "post", `/partnerships/{id}/${name}`, {
      summary,
      answers: { 200: Partnership },
    });
    app.post(`/partnerships/:id/${name}`, async (c) => {
      const { member } = await requireScope(context, c, WRITE);
      const record = await act(context, member, readId(c.req.param("id")));
      return c.json(partnershipJson(await viewOf(context, record)));
    });
  }
}

/** A path's id; one that is none cannot be found. */
function readId(text: string): Id {
  const id = parseId(text);
  if (id === null) throw notFound();
  return id;
}
