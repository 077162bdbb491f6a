import { AppError } from "../../domain/errors.ts";

/** One part of a form. Its body is read as it comes; what is left unread is skipped. */
export interface FormPart {
  readonly name: string;
  /** null for a plain field */
  readonly fileName: string | null;
  readonly body: AsyncGenerator<Uint8Array, void>;
}

const MAX_PARTS = 500;
const MAX_HEADERS = 8 * 1024;
const MAX_FIELD = 64 * 1024;
const HEADERS_END = Buffer.from("\r\n\r\n");

/**
 * The parts of a `multipart/form-data` body (RFC 7578) in their order, without holding any of them in
 * memory: `Request.formData()` would hold all.
 * @throws AppError `form_invalid`, `body_too_large` when all of it is longer than `maxBytes`
 */
export async function* readMultipart(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
  maxBytes: number,
): AsyncGenerator<FormPart, void> {
  const boundary = boundaryOf(contentType);
  if (boundary === null) throw formInvalid();
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const reader = createReader(body, maxBytes);
  await skip(reader.until(delimiter));
  for (let parts = 0; parts < MAX_PARTS; parts += 1) {
    const mark = (await reader.take(2)).toString("latin1");
    if (mark === "--") return;
    if (mark !== "\r\n") throw formInvalid();
    const headers = await reader.through(HEADERS_END, MAX_HEADERS);
    const content = reader.until(delimiter);
    yield { ...describe(headers.toString("utf8")), body: content };
    await skip(content);
  }
  throw formInvalid();
}

/** The text of a plain field. @throws AppError `form_invalid` when it is longer than `maxBytes` */
export async function readField(part: FormPart, maxBytes = MAX_FIELD): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of part.body) {
    length += chunk.length;
    if (length > maxBytes) throw formInvalid();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function boundaryOf(contentType: string): string | null {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) return null;
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return found?.[1] ?? found?.[2] ?? null;
}

/** Name and file name of a part. Browsers write a quotation mark as `%22`, others escape it. */
function describe(headers: string): { name: string; fileName: string | null } {
  const line = /^content-disposition:\s*form-data\s*(;.*)$/im.exec(headers)?.[1];
  if (line === undefined) throw formInvalid();
  const value = (parameter: string) => {
    const quoted = new RegExp(`;\\s*${parameter}="((?:[^"\\\\]|\\\\.)*)"`, "i").exec(line)?.[1];
    return quoted?.replaceAll(/\\(["\\])/g, "$1").replaceAll("%22", '"') ?? null;
  };
  const name = value("name");
  if (name === null) throw formInvalid();
  return { name, fileName: value("filename") };
}

function createReader(body: AsyncIterable<Uint8Array>, maxBytes: number) {
  const source = body[Symbol.asyncIterator]();
  // The first delimiter may stand at the very beginning, where no line ends before it.
  let rest = Buffer.from("\r\n");
  let received = 0;

  async function more(): Promise<void> {
    const { done, value } = await source.next();
    if (done === true) throw formInvalid();
    received += value.length;
    if (received > maxBytes) throw tooLarge();
    rest = rest.length === 0 ? Buffer.from(value) : Buffer.concat([rest, value]);
  }

  function cut(end: number): Buffer {
    const piece = rest.subarray(0, end);
    rest = rest.subarray(end);
    return piece;
  }

  return {
    async take(length: number): Promise<Buffer> {
      while (rest.length < length) await more();
      return cut(length);
    },
    /** All up to `mark`, which is taken as well. */
    async through(mark: Buffer, most: number): Promise<Buffer> {
      let at = rest.indexOf(mark);
      while (at < 0) {
        if (rest.length > most) throw formInvalid();
        await more();
        at = rest.indexOf(mark);
      }
      return cut(at + mark.length);
    },
    /** All before `mark`, piece by piece; `mark` is taken as well. */
    async *until(mark: Buffer): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        const at = rest.indexOf(mark);
        const sure = at < 0 ? Math.max(rest.length - mark.length + 1, 0) : at;
        if (sure > 0) yield cut(sure);
        if (at >= 0) {
          cut(mark.length);
          return;
        }
        await more();
      }
    },
  };
}

/** Reads to the end what nobody wants. A generator that was read already has nothing left. */
async function skip(body: AsyncGenerator<Uint8Array, void>): Promise<void> {
  while ((await body.next()).done !== true);
}

function formInvalid(): AppError {
  return new AppError("form_invalid", "The body is not a form: send multipart/form-data.", {
    status: 400,
  });
}

function tooLarge(): AppError {
  return new AppError("body_too_large", "The body is too large.", { status: 413 });
}
