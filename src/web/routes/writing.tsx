import { Hono } from "hono";
import { AppError } from "../../domain/errors.ts";
import { LABELS } from "../../domain/practice.ts";
import { renderMarkdown } from "../../platform/markdown/render.ts";
import { offeredAudiences } from "../../services/audience-choices.ts";
import { previewAudience } from "../../services/audience-preview.ts";
import type { Context } from "../../services/context.ts";
import { requireAuthor } from "../../services/members.ts";
import {
  attachableFiles,
  getEditablePractice,
  requireSameRevision,
  type EditablePractice,
} from "../../services/practice-editing.ts";
import { readPractice, readPracticeChanges } from "../../services/practice-input.ts";
import { deletePractice, publishPractice, revisePractice } from "../../services/practices.ts";
import type { Problems } from "../components/form-fields.tsx";
import { readForm } from "../form.ts";
import { UPLOAD_PATH } from "../form-protection.ts";
import type { MemberFrame, WebContext, WebEnv } from "../frame.ts";
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
import { receiveFile } from "../received-file.ts";
import { privatePage } from "../render.tsx";
import { text } from "../text.ts";
import { memberFrame, signedIn } from "./member.tsx";

/** Writing, revising, publishing and withdrawing, for authors and editors. */
export function writingRoutes(context: Context): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  for (const path of ["/write", "/write/*"]) app.use(path, signedIn);

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

function missing(fields: PracticeFormFields): Record<string, string> {
  const problems: Record<string, string> = {};
  if (fields.title.trim() === "") problems["title"] = text.publishing.write.noTitle;
  if (fields.content.trim() === "") problems["content"] = text.publishing.write.noContent;
  return problems;
}
