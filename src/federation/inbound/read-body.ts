import { isTooDeep, shortTerms } from "../remote/json.ts";
import { isJson, type Json } from "../remote/wire-values.ts";
import { Refused } from "./answer.ts";

/** A real activity with a long article is a tenth of this. */
const MAX_BYTES = 1024 * 1024;
/** A slow sender holds one of our places while it sends. */
const MAX_MS = 20_000;
/** Values in a document; bounds what any handler can be made to walk through. */
const MAX_VALUES = 50_000;
const CONTENT_TYPES = new Set(["application/activity+json", "application/ld+json"]);

/**
 * The bytes that were sent: what the digest is checked against.
 * @throws Refused 415, 413, 408
 */
export async function readBody(request: Request): Promise<Buffer> {
  const [mediaType = ""] = (request.headers.get("content-type") ?? "").split(";", 1);
  if (!CONTENT_TYPES.has(mediaType.trim().toLowerCase())) {
    throw new Refused(415, "Send application/activity+json or application/ld+json.");
  }
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BYTES) throw tooLarge();
  return request.body === null ? Buffer.alloc(0) : readStream(request.body);
}

async function readStream(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let refusal: Refused | null = null;
  const giveUp = (reason: Refused): void => {
    refusal ??= reason;
    reader.cancel(reason.message).catch(() => {});
  };
  const timer = setTimeout(() => giveUp(new Refused(408, "The body took too long.")), MAX_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (refusal !== null) throw refusal;
      if (done) return Buffer.concat(chunks, length);
      length += value.byteLength;
      if (length > MAX_BYTES) giveUp(tooLarge());
      else chunks.push(value);
    }
  } catch (error) {
    throw error instanceof Refused ? error : new Refused(400, "The body broke off.");
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The JSON object in the bytes, with short terms.
 * @throws Refused 400
 */
export function parseBody(body: Buffer): Json {
  const value = parseJson(body);
  if (!isJson(value)) throw new Refused(400, "The body is not a JSON object.");
  if (isTooDeep(value)) throw new Refused(400, "The body is nested too deeply.");
  if (hasTooMany(value)) throw new Refused(400, "The body has too many values.");
  return shortTerms(value);
}

function parseJson(body: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new Refused(400, "The body is not UTF-8.");
  }
  // PostgreSQL has no way to store NUL in a text.
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(text)) {
    throw new Refused(400, "The body has a NUL character in it.");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, "The body is not JSON.");
  }
}

function hasTooMany(document: Json): boolean {
  const open: object[] = [document];
  let values = 0;
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    for (const child of Object.values(container)) {
      values += 1;
      if (typeof child === "object" && child !== null) open.push(child);
    }
    if (values > MAX_VALUES) return true;
  }
  return false;
}

function tooLarge(): Refused {
  return new Refused(413, "The body is larger than 1 MiB.");
}
