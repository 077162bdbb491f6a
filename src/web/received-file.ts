import { AppError } from "../domain/errors.ts";
import { readField, readMultipart } from "../platform/http/multipart.ts";
import { actingAs } from "../services/acting.ts";
import type { Context } from "../services/context.ts";
import type { MediaRecord } from "../services/media.ts";
import { MEDIA_LIMITS, uploadMedia, type Upload } from "../services/media-upload.ts";
import type { Member } from "../services/members.ts";
import { describeUpload } from "../services/uploads.ts";
import type { Form } from "./form.ts";
import { requireFormToken } from "./form-protection.ts";
import type { MemberFrame, WebContext } from "./frame.ts";
import { text } from "./text.ts";

const LARGEST_FORM = MEDIA_LIMITS.file + 1024 * 1024;
const LARGEST_TEXT = 512 * 1024;

/** What came with a form that has a file. */
export interface ReceivedFile {
  /** the other fields of the form */
  readonly form: Form;
  /** id of the upload; null when there was none, or it was refused */
  readonly added: string | null;
  readonly problem: string | null;
}

/**
 * Takes the form's file in as it comes. The form's token stands before it.
 * @throws AppError `form_outdated`, `form_invalid`, `body_too_large`
 */
export async function receiveFile(
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
  const id = added?.id.toString() ?? null;
  if (id !== null && description !== "") {
    await describeUpload(context, actingAs(frame.member), id, { description });
  }
  return { form, added: id, problem };
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
