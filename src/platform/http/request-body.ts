import { AppError } from "../../domain/errors.ts";
import { readField, readMultipart } from "./multipart.ts";

const LARGEST_BODY = 256 * 1024;

export function isFormBody(contentType: string): boolean {
  return /^(?:multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(contentType);
}

/**
 * Names and values of a form, in their order; files are skipped (routes that take files read the
 * form themselves, by `readMultipart`).
 * @throws AppError `request_unreadable`, `form_invalid`, `body_too_large`
 */
export async function readFormEntries(
  request: Request,
  contentType: string,
): Promise<[string, string][]> {
  if (!/^multipart/i.test(contentType)) {
    return [...new URLSearchParams(await readBodyText(request))];
  }
  const entries: [string, string][] = [];
  for await (const part of readMultipart(request.body ?? nothing(), contentType, LARGEST_BODY)) {
    if (part.fileName === null) entries.push([part.name, await readField(part)]);
  }
  return entries;
}

/**
 * The body as text. Stops reading at what no request of ours needs.
 * @throws AppError `request_unreadable`
 */
export async function readBodyText(request: Request): Promise<string> {
  if (request.body === null) return "";
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > LARGEST_BODY) throw unreadable("The body is too large.", 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** What a client sent that cannot be read at all. */
export function unreadable(sentence: string, status = 400): AppError {
  return new AppError("request_unreadable", sentence, { status });
}

function nothing(): never {
  throw unreadable("The body is missing.");
}
