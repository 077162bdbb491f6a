import { z } from "@hono/zod-openapi";

export const NewMedia = z
  .object({
    file: z.string().openapi({ format: "binary" }),
    description: z.string().max(1500).optional().openapi({
      description: "What there is to be seen, for those who cannot see it",
    }),
  })
  .openapi("NewMedia");

export const MediaDescription = z.object({ description: z.string() }).openapi("MediaDescription");

export const Media = z
  .object({
    id: z.string().openapi({ description: "For `media_ids` of a practice" }),
    type: z.enum(["image", "document"]),
    media_type: z.string().openapi({ example: "application/pdf" }),
    file_name: z.string(),
    bytes: z.number().int(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    blurhash: z.string().nullable(),
    description: z.string(),
    url: z.string().openapi({ description: "Where it is served, under its post's boundary" }),
    preview_url: z
      .string()
      .nullable()
      .openapi({ description: "A small image for the caller, for ten minutes" }),
  })
  .openapi("Media");

export const MediaLink = z.object({ url: z.string(), expires_at: z.string() }).openapi("MediaLink");

/** A file of a post that the caller may read. */
export const Attachment = z
  .object({
    url: z.string().openapi({ description: "Where its own instance serves it" }),
    path: z.string().nullable().openapi({
      description:
        "Where this instance serves it, with the caller's token; null when it does not: it is on a server that is not its author's",
    }),
    media_type: z.string().nullable(),
    name: z.string(),
    description: z.string(),
    bytes: z.number().int().nullable(),
    width: z.number().int().nullable(),
    height: z.number().int().nullable(),
    blurhash: z.string().nullable(),
  })
  .openapi("Attachment");
