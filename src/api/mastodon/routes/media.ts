import type { Context as HonoContext, Hono } from "hono";
import { z } from "zod";
import { AppError, invalid } from "../../../domain/errors.ts";
import { readField, readMultipart } from "../../../platform/http/multipart.ts";
import type { Acting } from "../../../services/acting.ts";
import type { Context } from "../../../services/context.ts";
import type { MediaRecord } from "../../../services/media.ts";
import { MEDIA_LIMITS, uploadMedia, type Focus } from "../../../services/media-upload.ts";
import { showUpload } from "../../../services/shown-files.ts";
import {
  describeUpload,
  discardUpload,
  getUpload,
  giveThumbnail,
} from "../../../services/uploads.ts";
import { requireCredential } from "../access.ts";
import { mediaAttachmentJson } from "../entities/media-attachment.ts";
import { text } from "../fields.ts";
import { readInput } from "../params.ts";

/** The file, a thumbnail, and room for what is around them. */
const LARGEST_FORM = MEDIA_LIMITS.file + MEDIA_LIMITS.image + 1024 * 1024;
const LONGEST_DESCRIPTION = 10_000;

const CHANGES = z.object({
  description: text(LONGEST_DESCRIPTION).optional(),
  focus: text(100).optional(),
});

/** `/api/v1/media`, `/api/v2/media`: files for posts to come. */
export function mediaRoutes(app: Hono, context: Context): void {
  // Older clients go on only with a file that is ready.
  app.post("/api/v1/media", async (c) => {
    const acting = await requireCredential(context, c, "write:media");
    const record = await receive(context, c, acting, "now");
    return c.json(await json(context, acting, record));
  });
  app.post("/api/v2/media", async (c) => {
    const acting = await requireCredential(context, c, "write:media");
    const record = await receive(context, c, acting, "later");
    return c.json(await json(context, acting, record), record.state === "processing" ? 202 : 200);
  });

  app.get("/api/v1/media/:id", async (c) => {
    const acting = await requireCredential(context, c, "write:media");
    const record = await getUpload(context, acting, c.req.param("id"));
    if (record.state === "failed") throw unreadable();
    return c.json(await json(context, acting, record), record.state === "processing" ? 206 : 200);
  });

  app.put("/api/v1/media/:id", async (c) => {
    const acting = await requireCredential(context, c, "write:media");
    const id = c.req.param("id");
    return c.json(await json(context, acting, await change(context, c, acting, id)));
  });

  app.delete("/api/v1/media/:id", async (c) => {
    const acting = await requireCredential(context, c, "write:media");
    await discardUpload(context, acting, c.req.param("id"));
    return c.json({});
  });
}

async function json(context: Context, acting: Acting, record: MediaRecord) {
  return mediaAttachmentJson(await showUpload(context, acting, record));
}

/** Takes the form's file in as it comes; what is said of it may stand before or after it. */
async function receive(
  context: Context,
  c: HonoContext,
  acting: Acting,
  large: "now" | "later",
): Promise<MediaRecord> {
  let record: MediaRecord | null = null;
  const said: Record<string, string> = {};
  for await (const part of parts(c)) {
    const { name, fileName, body } = part;
    if (name === "file" && fileName !== null && record === null) {
      const upload = { fileName, source: body };
      record = await refused(uploadMedia(context, acting, upload, { large }));
    } else if (name === "thumbnail" && fileName !== null && record !== null) {
      const picture = { fileName, source: body };
      record = await refused(giveThumbnail(context, acting, String(record.id), picture));
    } else if (fileName === null && (name === "description" || name === "focus")) {
      said[name] = await readField(part);
    }
  }
  if (record === null) throw invalid({ file: "a file, as multipart/form-data" });
  return describeUpload(context, acting, String(record.id), readChanges(said));
}

/** What is said of an upload, in any encoding; a form may bring a thumbnail. */
async function change(
  context: Context,
  c: HonoContext,
  acting: Acting,
  id: string,
): Promise<MediaRecord> {
  if (!/^multipart/i.test(c.req.header("Content-Type") ?? "")) {
    return describeUpload(context, acting, id, readChanges(await readInput(c, CHANGES)));
  }
  await getUpload(context, acting, id);
  const said: Record<string, string> = {};
  for await (const part of parts(c)) {
    const { name, fileName, body } = part;
    if (name === "thumbnail" && fileName !== null) {
      await refused(giveThumbnail(context, acting, id, { fileName, source: body }));
    } else if (fileName === null && (name === "description" || name === "focus")) {
      said[name] = await readField(part);
    }
  }
  return describeUpload(context, acting, id, readChanges(said));
}

function parts(c: HonoContext) {
  const contentType = c.req.header("Content-Type") ?? "";
  const body = c.req.raw.body;
  if (body === null) throw invalid({ file: "a file, as multipart/form-data" });
  return readMultipart(body, contentType, LARGEST_FORM);
}

/** @throws AppError `invalid_request` */
function readChanges({
  description,
  focus,
}: {
  description?: string | undefined;
  focus?: string | undefined;
}) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(focus === undefined || focus.trim() === "" ? {} : { focus: readFocus(focus) }),
  };
}

/** `0.5,-0.25`, as clients write it; what is beyond the edge is taken for the edge. */
function readFocus(written: string): Focus {
  const [x, y] = written.split(",").map(Number);
  if (x === undefined || y === undefined || !Number.isFinite(x) || !Number.isFinite(y)) {
    throw invalid({ focus: "two numbers from -1 to 1, such as 0.5,-0.25" });
  }
  const within = (value: number) => Math.max(-1, Math.min(1, value));
  return { x: within(x), y: within(y) };
}

/** Clients of Mastodon know 422 for a file that is not taken, whatever is wrong with it. */
async function refused<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.status === 415) {
      throw new AppError(error.code, error.safe, { status: 422 });
    }
    throw error;
  }
}

function unreadable(): AppError {
  return new AppError("media_unreadable", "The image is damaged: it cannot be read.", {
    status: 422,
  });
}
