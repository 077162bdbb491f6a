import { contentDisposition, safeFileName } from "./file-name.ts";
import { formatOf } from "./media-types.ts";

/** What is to be sent, and to whom it is open. */
export interface FileToSend {
  readonly mediaType: string | null;
  readonly fileName: string;
  readonly bytes: number;
  /** changes with the content */
  readonly version: string;
  /** anybody may have it; caches may keep it for a short while, because it can be withdrawn */
  readonly public: boolean;
  /** the request came with nothing but an address: a page of another origin may show it */
  readonly byLink: boolean;
  read(range?: { start: number; end: number }): ReadableStream<Uint8Array>;
}

const VARY = "Accept, Authorization, Cookie, Signature, Signature-Input";

/**
 * Headers of every file. Whatever it is, it runs nothing: its type is what it says, it has an origin
 * of its own (`sandbox`), loads nothing, and only images, films, sounds and PDF are shown instead of saved.
 */
export function fileHeaders(file: Omit<FileToSend, "bytes" | "version" | "read">): Headers {
  const format = file.mediaType === null ? null : formatOf(file.mediaType);
  const mediaType = format?.mediaType ?? "application/octet-stream";
  const isMedia = format !== null && ["image", "video", "audio"].includes(format.kind);
  const inline = isMedia || mediaType === "application/pdf";
  const shareable = file.public || file.byLink;
  return new Headers({
    "Content-Type": format?.kind === "text" ? `${mediaType}; charset=utf-8` : mediaType,
    "Content-Disposition": contentDisposition(
      inline ? "inline" : "attachment",
      safeFileName(file.fileName, mediaType),
    ),
    "Content-Security-Policy":
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": shareable ? "cross-origin" : "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": file.public ? "public, max-age=300" : "private, no-store",
    Vary: VARY,
    ...(file.public ? {} : { "X-Robots-Tag": "noindex" }),
  });
}

/** The file, a part of it (RFC 9110 §14), or for HEAD and what the asker has already, its headers alone. */
export function fileResponse(request: Request, file: FileToSend): Response {
  const headers = fileHeaders(file);
  const tag = `"${file.version}"`;
  headers.set("ETag", tag);
  headers.set("Accept-Ranges", "bytes");
  if (request.headers.get("if-none-match") === tag)
    return new Response(null, { status: 304, headers });
  const range = rangeOf(request, tag, file.bytes);
  if (range === "unsatisfiable") {
    headers.set("Content-Range", `bytes */${file.bytes}`);
    headers.delete("Content-Disposition");
    return new Response(null, { status: 416, headers });
  }
  const { start, end } = range ?? { start: 0, end: file.bytes - 1 };
  headers.set("Content-Length", String(end - start + 1));
  if (range !== null) headers.set("Content-Range", `bytes ${start}-${end}/${file.bytes}`);
  const status = range === null ? 200 : 206;
  const isHead = request.method === "HEAD";
  return new Response(isHead ? null : file.read(range ?? undefined), { status, headers });
}

/** The one range that was asked for; null for the whole file, and for several ranges at once. */
function rangeOf(
  request: Request,
  tag: string,
  bytes: number,
): { start: number; end: number } | "unsatisfiable" | null {
  const condition = request.headers.get("if-range");
  if (condition !== null && condition !== tag) return null;
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.headers.get("range") ?? "");
  const [first, last] = [match?.[1] ?? "", match?.[2] ?? ""];
  if (first === "" && last === "") return null;
  const start = first === "" ? Math.max(bytes - Number(last), 0) : Number(first);
  const end = first === "" || last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  return start > end ? "unsatisfiable" : { start, end };
}
