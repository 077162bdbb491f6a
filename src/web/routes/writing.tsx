import { Hono } from "hono";
import { AppError } from "../../domain/errors.ts";
import { LABELS } from "../../domain/practice.ts";
import { readField, readMultipart } from "../../platform/http/multipart.ts";
import { renderMarkdown } from "../../platform/markdown/render.ts";
import { toCsv } from "../../platform/text/csv.ts";
import { actingAs } from "../../services/acting.ts";
import { offeredAudiences } from "../../services/audience-choices.ts";
import { previewAudience } from "../../services/audience-preview.ts";
import type { Context } from "../../services/context.ts";
import { listDisclosures } from "../../services/disclosures.ts";
import type { MediaRecord } from "../../services/media.ts";
import { MEDIA_LIMITS, uploadMedia, type Upload } from "../../services/media-upload.ts";
import { requireAuthor, type Member } from "../../services/members.ts";
import {
  attachableFiles,
  getEditablePractice,
  requireSameRevision,
  type EditablePractice,
} from "../../services/practice-editing.ts";
import { findOrganizationIri } from "../../services/practice-lists.ts";
import { readPractice, readPracticeChanges } from "../../services/practice-input.ts";
import { deletePractice, publishPractice, revisePractice } from "../../services/practices.ts";
import { describeUpload } from "../../services/uploads.ts";
import type { Problems } from "../components/form-fields.tsx";
import { readForm, type Form } from "../form.ts";
import { requireFormToken, UPLOAD_PATH } from "../form-protection.ts";
import type { MemberFrame, WebContext, WebEnv } from "../frame.ts";
import { disclosureInWords, recipientOf } from "../disclosure-words.ts";
import { DisclosuresPage } from "../pages/disclosures-page.tsx";
import { WithdrawPage } from "../pages/withdraw-page.tsx";
import { WritePage } from "../pages/write-page.tsx";
import { WritePreviewPage } from "../pages/write-preview-page.tsx";
import {
  EMPTY_PRACTICE,
  practiceFormOf,
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

const LARGEST_FORM = MEDIA_LIMITS.file + 1024 * 1024;
const LARGEST_TEXT = 512 * 1024;
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
    return writePage(context, c, { frame, choices, fields: EMPTY_PRACTICE, problems: {} });
  });

  app.post("/write", async (c) => {
    const { frame, choices } = await writer(context, c);
    const fields = readPracticeForm(await readForm(c), choices);
    return writePage(context, c, { frame, choices, fields, problems: {} });
  });

  app.post(UPLOAD_PATH, async (c) => {
    const { frame, choices } = await writer(context, c);
    const { form, added, problem } = await receiveFile(context, c, frame);
    const given = readPracticeForm(form, choices);
    const fields = added === null ? given : { ...given, files: [...given.files, added] };
    const problems = problem === null ? {} : { file: problem };
    return writePage(context, c, { frame, choices, fields, problems });
  });

  app.get("/practices/:slug/edit", signedIn, async (c) => {
    const { frame, choices } = await writer(context, c);
    const slug = c.req.param("slug");
    const practice = await getEditablePractice(context, frame.member, { slug });
    const fields = practiceFormOf(practice, choices);
    return writePage(context, c, { frame, choices, fields, problems: {} });
  });

  app.get("/practices/:slug/withdraw", signedIn, async (c) => {
    const frame = memberFrame(c);
    const slug = c.req.param("slug");
    const { post } = await getEditablePractice(context, frame.member, { slug });
    const title = text.publishing.write.withdrawTitle;
    return privatePage(c, { title }, <WithdrawPage frame={frame} post={post} />);
  });

  app.post("/practices/:slug/withdraw", signedIn, async (c) => {
    const { member } = memberFrame(c);
    const slug = c.req.param("slug");
    const { post } = await getEditablePractice(context, member, { slug });
    await deletePractice(context, member, post.id);
    return c.redirect("/", 303);
  });

  app.post("/write/preview", async (c) => {
    const { frame, choices } = await writer(context, c);
    const fields = readPracticeForm(await readForm(c), choices);
    const practice = await practiceOf(context, frame, fields);
    const problems = missing(fields);
    const { audience } = toPracticeInput(fields, choices);
    if (audience.length === 0) problems["audience"] = text.publishing.write.nobody;
    if (Object.keys(problems).length > 0) {
      return writePage(context, c, { frame, choices, fields, problems });
    }
    const preview = await previewAudience(context, {
      audience,
      label: LABELS.find((label) => label === fields.label),
      content: fields.content,
      present: practice?.post,
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
      const post = await publish(context, frame, fields, toPracticeInput(fields, choices));
      return c.redirect(new URL(post.url).pathname, 303);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      const problems = error.details ?? { content: error.safe };
      return writePage(context, c, { frame, choices, fields, problems });
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

/** Publishes what the form says: a new practice, or a revision of the one that it names. */
async function publish(
  context: Context,
  frame: MemberFrame,
  fields: PracticeFormFields,
  input: ReturnType<typeof toPracticeInput>,
) {
  const practice = await practiceOf(context, frame, fields);
  if (practice === null) {
    return publishPractice(context, frame.member, await readPractice(context, input));
  }
  requireSameRevision(practice, fields.revision);
  const changes = readPracticeChanges({ ...input, change_note: fields.changeNote });
  return revisePractice(context, frame.member, practice.post.id, changes);
}

/** The practice that the form revises; null for a new one. @throws AppError `not_found` */
async function practiceOf(
  context: Context,
  { member }: MemberFrame,
  { practice }: PracticeFormFields,
): Promise<EditablePractice | null> {
  return practice === "" ? null : getEditablePractice(context, member, { id: practice });
}

async function writePage(
  context: Context,
  c: WebContext,
  page: Writer & { readonly fields: PracticeFormFields; readonly problems: Problems },
): Promise<Response> {
  const { frame, fields, problems } = page;
  const practice = await practiceOf(context, frame, fields);
  const postId = practice?.post.id ?? null;
  const files = await attachableFiles(context, frame.member, fields.files, postId);
  const status = Object.keys(problems).length === 0 ? 200 : 422;
  const { title, reviseTitle } = text.publishing.write;
  return privatePage(
    c,
    { title: practice === null ? title : reviseTitle },
    <WritePage {...page} files={files} names={practice?.names ?? new Map()} />,
    status,
  );
}

interface ReceivedFile {
  /** the other fields of the form */
  readonly form: Form;
  /** id of the upload; null when there was none, or it was refused */
  readonly added: string | null;
  readonly problem: string | null;
}

/** Takes the form's file in as it comes. The form's token stands before it. */
async function receiveFile(
  context: Context,
  c: WebContext,
  frame: MemberFrame,
): Promise<ReceivedFile> {
  const values = new Map<string, string>();
  const form: Form = (field) => values.get(field) ?? "";
  const body = c.req.raw.body ?? emptyBody();
  const contentType = c.req.header("Content-Type") ?? "";
  let added: MediaRecord | null = null;
  let problem: string | null = text.publishing.write.noFile;
  for await (const part of readMultipart(body, contentType, LARGEST_FORM)) {
    if (part.fileName === null) {
      values.set(part.name, await readField(part, LARGEST_TEXT));
    } else if (part.fileName !== "" && added === null) {
      requireFormToken(frame, form);
      const { fileName, body: source } = part;
      const taken = await tryUpload(context, frame.member, { fileName, source });
      if (typeof taken === "string") problem = taken;
      else [added, problem] = [taken, null];
    }
  }
  requireFormToken(frame, form);
  const description = form("description").trim();
  if (added === null || description === "")
    return { form, added: added?.id.toString() ?? null, problem };
  await describeUpload(context, actingAs(frame.member), added.id.toString(), { description });
  return { form, added: added.id.toString(), problem };
}

/** The upload, or why it was refused, in a sentence. */
async function tryUpload(
  context: Context,
  member: Member,
  upload: Upload,
): Promise<MediaRecord | string> {
  try {
    return await uploadMedia(context, actingAs(member), upload);
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return error.safe;
    throw error;
  }
}

function emptyBody(): never {
  throw new AppError("form_invalid", "The form is empty.", { status: 400 });
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
