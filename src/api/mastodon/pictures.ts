import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

// The same folder from `src/api/mastodon` and from `dist/api/mastodon`.
const FOLDER = new URL("../../../src/api/mastodon/assets/", import.meta.url);

/** Where the pictures are served that stand in for those that nobody chose. */
export const PICTURES_PATH = "/media/default";

/** What they are: of accounts, of the instance, and of its icons. */
export const PICTURES = [
  "avatar.png",
  "header.png",
  "thumbnail.png",
  "icon-192.png",
  "icon-512.png",
] as const;
export type PictureName = (typeof PICTURES)[number];

/** Of `thumbnail.png` (blurha.sh). */
export const THUMBNAIL_BLURHASH = "L86TQ}yr00J6uhkCRjbH8_R*.8t7";

/** A picture with what its content is called by. */
export function readPicture(name: PictureName): { body: Buffer<ArrayBuffer>; tag: string } {
  const body = readFileSync(new URL(name, FOLDER));
  return { body, tag: `"${createHash("sha256").update(body).digest("hex").slice(0, 16)}"` };
}
