import { createReadStream } from "node:fs";
import { AppError } from "../../domain/errors.ts";
import { formatOf, textFormatFor, type MediaFormat } from "./media-types.ts";

const START = 4096;
/** Control characters that no text has: what is binary does not pass for text. */
const BINARY = /(?![\t\n\f\r\u0085])\p{Cc}/u;
/** Markup and scripts say so in their first characters; a browser would guess by the same. */
const PROGRAM = /^(?:\s|<!--(?:(?!-->)[^])*-->)*(?:<[a-z!?/]|#!)/iu;

/**
 * What a file is by its own bytes, whatever its name or sender say. The name only tells the kinds of
 * text apart.
 * @throws AppError `media_type_refused`
 */
export async function sniffFile(path: string, fileName: string): Promise<MediaFormat> {
  const { fileTypeFromFile } = await import("file-type");
  const found = await fileTypeFromFile(path);
  if (found === undefined) {
    if (await isPlainText(path)) return textFormatFor(fileName);
    throw refused("a kind of file that is not known here");
  }
  const format = formatOf(found.mime);
  if (format === null) throw refused(found.mime);
  return format;
}

/** Whether all of the file is UTF-8 text that is neither markup nor a script. */
async function isPlainText(path: string): Promise<boolean> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let start = "";
  try {
    for await (const chunk of createReadStream(path)) {
      const text = decoder.decode(chunk as Buffer, { stream: true });
      if (BINARY.test(text)) return false;
      if (start.length < START) start += text.slice(0, START - start.length);
    }
    decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
  return start.trim() !== "" && !PROGRAM.test(start);
}

function refused(what: string): AppError {
  return new AppError(
    "media_type_refused",
    `This file is ${what}. Attach images (PNG, JPEG, WebP, GIF, AVIF), films (MP4, WebM, MOV), ` +
      "sounds (MP3, Ogg, FLAC, WAV, M4A, AAC), PDF, Office files without macros (docx, xlsx, pptx, odt, ods, odp) or plain text in UTF-8 (txt, csv, md).",
    { status: 415 },
  );
}
