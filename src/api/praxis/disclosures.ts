import { z, type OpenAPIHono } from "@hono/zod-openapi";
import { invalid } from "../../domain/errors.ts";
import { parseId } from "../../domain/ids.ts";
import { toCsv } from "../../platform/text/csv.ts";
import type { Context } from "../../services/context.ts";
import { listDisclosures, type DisclosureLine } from "../../services/disclosures.ts";
import { findOrganizationIri } from "../../services/practice-lists.ts";
import { requireScope } from "./access.ts";
import { describe } from "./describe.ts";

const DEFAULT_LIMIT = 100;
const MOST = 1000;
/** A CSV file is an export: all of it in one answer. */
const MOST_IN_FILE = 100_000;

const Disclosure = z
  .object({
    id: z.string(),
    practice: z.object({
      id: z.string(),
      uri: z.string(),
      title: z.string(),
      revision: z.number().int(),
    }),
    recipient: z.enum(["actor", "followers", "public"]),
    actor: z
      .object({ id: z.string(), uri: z.string(), handle: z.string(), name: z.string() })
      .nullable(),
    atom: z.string().openapi({ description: "by which part of the audience they got it" }),
    lane: z.enum(["kin", "notice", "open"]),
    label: z.string().nullable(),
    terms_sha256: z.string().nullable(),
    created_at: z.string(),
    events: z.array(z.object({ event: z.string(), detail: z.string(), at: z.string() })),
  })
  .openapi("Disclosure");

/** `/disclosures`: who was ever given what, under which terms, and what became of it. */
export function disclosureRoutes(app: OpenAPIHono, context: Context): void {
  describe(app, "get", "/disclosures", {
    summary:
      "The disclosure record, newest first (editors); `Accept: text/csv` or `format=csv` for a file",
    query: ["organization", "practice", "before", "limit", "format"],
    answers: { 200: z.array(Disclosure) },
  });
  app.get("/disclosures", async (c) => {
    const { member } = await requireScope(context, c, "read:statuses");
    const wantsFile = c.req.query("format") === "csv" || isCsv(c.req.header("Accept"));
    const query = await readQuery(context, c.req.query());
    const limit = wantsFile ? MOST_IN_FILE : query.limit;
    const lines = await listDisclosures(context, member, { ...query, limit });
    c.header("Vary", "Accept", { append: true });
    if (!wantsFile) return c.json(lines.map(disclosureJson));
    return c.body(toCsv([COLUMNS, ...lines.map(disclosureRow)]), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": 'attachment; filename="disclosures.csv"',
    });
  });
}

function isCsv(accept: string | undefined): boolean {
  return accept !== undefined && /^\s*text\/csv\b/i.test(accept);
}

async function readQuery(context: Context, query: Record<string, string>) {
  const practice = readId(query["practice"], "practice");
  const before = readId(query["before"], "before");
  const limit = query["limit"] === undefined ? DEFAULT_LIMIT : Number(query["limit"]);
  if (!Number.isInteger(limit) || limit < 1) throw invalid({ limit: `1 to ${MOST}` });
  const organization =
    query["organization"] === undefined
      ? undefined
      : await findOrganizationIri(context, query["organization"]);
  return { practice, before, organization, limit: Math.min(limit, MOST) };
}

function readId(text: string | undefined, name: string) {
  const id = text === undefined ? undefined : parseId(text);
  if (id === null) throw invalid({ [name]: "the id of one" });
  return id;
}

function disclosureJson(line: DisclosureLine) {
  return {
    id: line.id.toString(),
    practice: {
      id: line.postId.toString(),
      uri: line.postIri,
      title: line.title,
      revision: line.revision,
    },
    recipient: line.recipient,
    actor:
      line.actor === null
        ? null
        : {
            id: line.actor.id.toString(),
            uri: line.actor.iri,
            handle: `@${line.actor.handle}@${line.actor.host}`,
            name: line.actor.name,
          },
    atom: line.atom,
    lane: line.lane,
    label: line.label,
    terms_sha256: line.termsSha256,
    created_at: line.createdAt.toISOString(),
    events: line.events.map(({ event, detail, at }) => ({ event, detail, at: at.toISOString() })),
  };
}

const EVENTS = [
  "delivered",
  "not_delivered",
  "recall_sent",
  "recall_delivered",
  "recall_not_delivered",
  "recall_acknowledged",
] as const;

const COLUMNS = [
  "disclosed_at",
  "practice_uri",
  "title",
  "revision",
  "recipient",
  "actor_uri",
  "name",
  "audience",
  "lane",
  "label",
  "terms_sha256",
  ...EVENTS.map((event) => `${event}_at`),
];

function disclosureRow(line: DisclosureLine): string[] {
  const at = new Map(line.events.map((event) => [event.event, event.at.toISOString()]));
  return [
    line.createdAt.toISOString(),
    line.postIri,
    line.title,
    line.revision.toString(),
    line.recipient,
    line.actor?.iri ?? "",
    line.actor?.name ?? "",
    line.atom,
    line.lane,
    line.label ?? "",
    line.termsSha256 ?? "",
    ...EVENTS.map((event) => at.get(event) ?? ""),
  ];
}
