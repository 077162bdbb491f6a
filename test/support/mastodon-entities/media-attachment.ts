import { z } from "zod";
import { url } from "./values.ts";

/** MediaAttachment: https://docs.joinmastodon.org/entities/MediaAttachment/ */

const side = z.int().min(1);

const size = z
  .strictObject({
    width: side,
    height: side,
    size: z.string().regex(/^\d+x\d+$/),
    aspect: z.number().positive(),
  })
  .refine(
    ({ width, height, size: text }) => text === `${width}x${height}`,
    "one and the same size",
  );

/** From the left and the bottom edge, -1, to the right and the top one, 1. */
const focus = z.number().min(-1).max(1);

export const mediaAttachment = z.strictObject({
  // Of files on other servers there is no row of ours: where they stand in their post.
  id: z.string().min(1),
  type: z.enum(["image", "video", "audio", "unknown"]),
  url: url.nullable(),
  preview_url: url.nullable(),
  remote_url: url.nullable(),
  preview_remote_url: z.null(),
  text_url: z.null(),
  meta: z.strictObject({
    original: size.optional(),
    small: size.optional(),
    focus: z.strictObject({ x: focus, y: focus }).optional(),
  }),
  description: z.string().nullable(),
  blurhash: z.string().min(6).nullable(),
});

/** A post that has been published shows its files. */
export const shownAttachment = mediaAttachment.extend({ url });
