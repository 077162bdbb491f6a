import { readField, readMultipart } from "../../platform/http/multipart.ts";
import { unreadable } from "./errors.ts";

const LARGEST_FORM = 256 * 1024;

export function isFormBody(contentType: string): boolean {
  return /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(contentType);
}

/**
 * Names and values of a form, in their order; files are skipped (routes that take files read the
 * form themselves, with platform/http/multipart).
 * @throws AppError `request_unreadable`, `form_invalid`, `body_too_large`
 */
export async function readFormEntries(
  request: Request,
  contentType: string,
): Promise<[string, string][]> {
  if (!/^multipart/i.test(contentType)) {
    const text = await request.text();
    if (text.length > LARGEST_FORM) throw unreadable("The body is too large.", 413);
    return [...new URLSearchParams(text)];
  }
  const entries: [string, string][] = [];
  for await (const part of readMultipart(request.body ?? nothing(), contentType, LARGEST_FORM)) {
    if (part.fileName === null) entries.push([part.name, await readField(part)]);
  }
  return entries;
}

function nothing(): never {
  throw unreadable("The body is missing.");
}
