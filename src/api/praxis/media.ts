import type { OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context as HonoContext } from "hono";
import { invalid } from "../../domain/errors.ts";
import { readField, readMultipart } from "../../platform/http/multipart.ts";
import { linkAttachment } from "../../services/attachment-links.ts";
import type { Context } from "../../services/context.ts";
import { actingAs } from "../../services/acting.ts";
import type { MediaRecord } from "../../services/media.ts";
import { createMediaLink } from "../../services/media-links.ts";
import { MEDIA_LIMITS, uploadMedia } from "../../services/media-upload.ts";
import { viewerOf, type Member } from "../../services/members.ts";
import { describeUpload, discardUpload } from "../../services/uploads.ts";
import { requireScope } from "./access.ts";
import { jsonBody } from "./body.ts";
import { describe } from "./describe.ts";
import { Media, MediaDescription, MediaLink, NewMedia } from "./media-schemas.ts";

/** The file, and room for what is around it. */
const LARGEST_FORM = MEDIA_LIMITS.file + 1024 * 1024;

/** `/media`, and the links to attachments. */
export function mediaRoutes(app: OpenAPIHono, context: Context): void {
  describe(app, "post", "/media", {
    summary:
      "Upload a file for a post to come: images up to 16 MiB, films, sounds, PDF, Office files and text up to 40 MiB. " +
      "A day later it is removed unless a post has taken it (`media_ids`).",
    form: NewMedia,
    answers: { 201: Media },
  });
  app.post("/media", async (c) => {
    const { member } = await requireScope(context, c, "write:media");
    const record = await receive(context, c, member);
    return c.json(await mediaJson(context, member, record), 201);
  });

  describe(app, "patch", "/media/{id}", {
    summary: "Describe an upload that no post has taken yet",
    body: MediaDescription,
    answers: { 200: Media },
  });
  app.patch("/media/:id", async (c) => {
    const { member } = await requireScope(context, c, "write:media");
    const input = MediaDescription.safeParse(await jsonBody(c));
    if (!input.success) throw invalid({ description: "a text" });
    const { description } = input.data;
    const record = await describeUpload(context, actingAs(member), c.req.param("id"), {
      description,
    });
    return c.json(await mediaJson(context, member, record));
  });

  describe(app, "delete", "/media/{id}", {
    summary: "Remove an upload that no post has taken yet",
    answers: { 204: null },
  });
  app.delete("/media/:id", async (c) => {
    const { member } = await requireScope(context, c, "write:media");
    await discardUpload(context, actingAs(member), c.req.param("id"));
    return c.body(null, 204);
  });

  describe(app, "post", "/practices/{id}/attachments/{index}/link", {
    summary:
      "A link to an attachment that needs no token, for ten minutes at most, for where a browser can send none. " +
      "It opens what the caller may see at the moment when it is followed.",
    answers: { 200: MediaLink },
  });
  app.post("/practices/:id/attachments/:index/link", async (c) => {
    const { member, viewer } = await requireScope(context, c, "read:statuses");
    const place = { postId: c.req.param("id"), index: c.req.param("index") };
    const { url, expiresAt } = await linkAttachment(context, { member, viewer }, place);
    return c.json({ url, expires_at: expiresAt.toISOString() });
  });
}

/** Takes the form's file in as it comes. The description may stand before or after it. */
async function receive(context: Context, c: HonoContext, member: Member): Promise<MediaRecord> {
  const contentType = c.req.header("Content-Type") ?? "";
  const parts = readMultipart(c.req.raw.body ?? notSent(), contentType, LARGEST_FORM);
  let record: MediaRecord | null = null;
  let description = "";
  for await (const part of parts) {
    if (part.name === "description") description = await readField(part);
    if (part.name === "file" && part.fileName !== null && record === null) {
      const { fileName, body } = part;
      record = await uploadMedia(context, actingAs(member), {
        fileName,
        source: body,
        description,
      });
    }
  }
  if (record === null) throw invalid({ file: "a file, as multipart/form-data" });
  if (description.trim() === record.description) return record;
  return describeUpload(context, actingAs(member), String(record.id), { description });
}

function notSent(): never {
  throw invalid({ file: "a file, as multipart/form-data" });
}

/** An upload as its owner sees it. */
async function mediaJson(context: Context, member: Member, record: MediaRecord) {
  const holder = { member, viewer: viewerOf(member) };
  const link = await createMediaLink(context, holder, { kind: "own", key: record.key });
  const isImage = record.mediaType.startsWith("image/");
  return {
    id: record.id.toString(),
    type: isImage ? ("image" as const) : ("document" as const),
    media_type: record.mediaType,
    file_name: record.fileName,
    bytes: record.bytes,
    width: record.width,
    height: record.height,
    blurhash: record.blurhash,
    description: record.description,
    url: context.iris.media(record.key),
    preview_url: isImage ? `${link.url}&thumbnail` : null,
  } satisfies z.output<typeof Media>;
}
