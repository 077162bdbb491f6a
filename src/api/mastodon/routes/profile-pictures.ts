import type { Hono } from "hono";
import { notFound } from "../../../domain/errors.ts";
import type { Context } from "../../../services/context.ts";
import { openPicture } from "../../../services/profile-pictures.ts";

const FOLDERS = { avatars: "avatar", headers: "header" } as const;

/**
 * `/media/avatars/…`, `/media/headers/…`: pictures of our accounts, for anybody who has the address.
 * A new picture has a new address, so what is there never changes.
 */
export function profilePictureRoutes(app: Hono, context: Context): void {
  for (const [folder, kind] of Object.entries(FOLDERS)) {
    app.get(`/media/${folder}/:name`, async (c) => {
      const picture = await openPicture(context, kind, c.req.param("name"));
      if (picture === null) throw notFound();
      const headers = {
        "Content-Type": "image/webp",
        "Content-Length": String(picture.bytes),
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
      };
      return new Response(c.req.method === "HEAD" ? null : picture.read(), { headers });
    });
  }
}
