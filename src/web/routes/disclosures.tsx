import { Hono } from "hono";
import { toCsv } from "../../platform/text/csv.ts";
import type { Context } from "../../services/context.ts";
import { listDisclosures } from "../../services/disclosures.ts";
import { findOrganizationIri } from "../../services/practice-lists.ts";
import { disclosureInWords, recipientOf } from "../disclosure-words.ts";
import type { WebEnv } from "../frame.ts";
import { DisclosuresPage } from "../pages/disclosures-page.tsx";
import { privatePage } from "../render.tsx";
import { keepPrivate } from "../response-headers.ts";
import { text } from "../text.ts";
import { editorFrame, signedIn } from "./member.tsx";
import { readBefore } from "./reading.tsx";

const LINES_SHOWN = 100;
const LINES_IN_FILE = 100_000;

/** The disclosure record, for editors. */
export function disclosureRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  for (const path of ["/disclosures", "/disclosures.csv"]) app.use(path, signedIn);

  app.get("/disclosures", async (c) => {
    const frame = editorFrame(c);
    const asked = (c.req.query("organization") ?? "").trim().slice(0, 500);
    const found = await listDisclosures(context, frame.member, {
      organization: await organizationAt(context, asked),
      before: readBefore(c),
      limit: LINES_SHOWN + 1,
    });
    const lines = found.slice(0, LINES_SHOWN);
    const next = found.length > LINES_SHOWN ? (lines.at(-1)?.id ?? null) : null;
    return privatePage(
      c,
      { title: text.publishing.disclosures.title },
      <DisclosuresPage lines={lines} organization={asked} next={next} />,
    );
  });

  app.get("/disclosures.csv", async (c) => {
    const frame = editorFrame(c);
    const asked = (c.req.query("organization") ?? "").trim().slice(0, 500);
    const lines = await listDisclosures(context, frame.member, {
      organization: await organizationAt(context, asked),
      limit: LINES_IN_FILE,
    });
    const words = text.publishing.disclosures;
    const head = [words.recipient, words.practice, "Revision", words.what, words.terms];
    const rows = lines.map((line) => [
      recipientOf(line),
      line.title,
      line.revision.toString(),
      disclosureInWords(line),
      line.termsSha256 ?? "",
    ]);
    keepPrivate(c);
    return c.body(toCsv([head, ...rows]), 200, {
      "Content-Type": "text/csv; charset=utf-8",
      "Content-Disposition": 'attachment; filename="disclosures.csv"',
    });
  });

  return app;
}

async function organizationAt(context: Context, asked: string): Promise<string | undefined> {
  return asked === "" ? undefined : findOrganizationIri(context, asked);
}
