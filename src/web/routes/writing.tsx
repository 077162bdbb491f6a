import { Hono } from "hono";
import { AppError } from "../../domain/errors.ts";
import { LABELS } from "../../domain/practice.ts";
import { renderMarkdown } from "../../platform/markdown/render.ts";
import { toCsv } from "../../platform/text/csv.ts";
import { offeredAudiences } from "../../services/audience-choices.ts";
import { previewAudience } from "../../services/audience-preview.ts";
import type { Context } from "../../services/context.ts";
import { listDisclosures } from "../../services/disclosures.ts";
import { requireAuthor } from "../../services/members.ts";
import { findOrganizationIri } from "../../services/practice-lists.ts";
import { readPractice } from "../../services/practice-input.ts";
import { publishPractice } from "../../services/practices.ts";
import type { Problems } from "../components/form-fields.tsx";
import { readForm } from "../form.ts";
import type { MemberFrame, WebContext, WebEnv } from "../frame.ts";
import { disclosureInWords, recipientOf } from "../disclosure-words.ts";
import { DisclosuresPage } from "../pages/disclosures-page.tsx";
import { WritePage } from "../pages/write-page.tsx";
import { WritePreviewPage } from "../pages/write-preview-page.tsx";
import {
  EMPTY_PRACTICE,
  readPracticeForm,
  toPracticeInput,
  type AudienceChoices,
  type PracticeFormFields,
} from "../practice-form.ts";
import { privatePage } from "../render.tsx";
import { keepPrivate } from "../response-headers.ts";
import { text } from "../text.ts";
import { editorFrame, memberFrame, signedIn } from "./member.tsx";
import { readBefore } from "./reading.tsx";

const LINES_SHOWN = 100;
const LINES_IN_FILE = 100_000;

/** Writing and publishing, for authors and editors; the disclosure record, for editors. */
export function writingRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  for (const path of ["/write", "/write/*", "/disclosures", "/disclosures.csv"]) {
    app.use(path, signedIn);
  }

  app.get("/write", async (c) => {
    const { frame, choices } = await writer(context, c);
    return writePage(c, { frame, choices, fields: EMPTY_PRACTICE, problems: {} });
  });

  app.post("/write", async (c) => {
    const { frame, choices } = await writer(context, c);
    const fields = readPracticeForm(await readForm(c), choices);
    return writePage(c, { frame, choices, fields, problems: {} });
  });

  app.post("/write/preview", async (c) => {
    const { frame, choices } = await writer(context, c);
    const fields = readPracticeForm(await readForm(c), choices);
    const problems = missing(fields);
    const { audience } = toPracticeInput(fields, choices);
    if (audience.length === 0) problems["audience"] = text.publishing.write.nobody;
    if (Object.keys(problems).length > 0) {
      return writePage(c, { frame, choices, fields, problems });
    }
    const preview = await previewAudience(context, {
      audience,
      label: LABELS.find((label) => label === fields.label),
      content: fields.content,
    });
    return privatePage(
      c,
      { title: text.publishing.preview.title },
      <WritePreviewPage
        frame={frame}
        fields={fields}
        preview={preview}
        html={renderMarkdown(fields.content).html}
      />,
      preview.refused.length === 0 ? 200 : 422,
    );
  });

  app.post("/write/publish", async (c) => {
    const { frame, choices } = await writer(context, c);
    const fields = readPracticeForm(await readForm(c), choices);
    try {
      const input = await readPractice(context, toPracticeInput(fields, choices));
      const post = await publishPractice(context, frame.member, input);
      return c.redirect(new URL(post.url).pathname, 303);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      const problems = error.details ?? { content: error.safe };
      return writePage(c, { frame, choices, fields, problems });
    }
  });

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

interface Writer {
  readonly frame: MemberFrame;
  readonly choices: AudienceChoices;
}

/** @throws AppError `authors_only` */
async function writer(context: Context, c: WebContext): Promise<Writer> {
  const frame = memberFrame(c);
  requireAuthor(frame.member);
  return { frame, choices: await offeredAudiences(context, frame.member) };
}

function writePage(
  c: WebContext,
  page: Writer & { readonly fields: PracticeFormFields; readonly problems: Problems },
): Promise<Response> {
  const status = Object.keys(page.problems).length === 0 ? 200 : 422;
  return privatePage(c, { title: text.publishing.write.title }, <WritePage {...page} />, status);
}

function missing(fields: PracticeFormFields): Record<string, string> {
  const problems: Record<string, string> = {};
  if (fields.title.trim() === "") problems["title"] = text.publishing.write.noTitle;
  if (fields.content.trim() === "") problems["content"] = text.publishing.write.noContent;
  return problems;
}

async function organizationAt(context: Context, asked: string): Promise<string | undefined> {
  return asked === "" ? undefined : findOrganizationIri(context, asked);
}
