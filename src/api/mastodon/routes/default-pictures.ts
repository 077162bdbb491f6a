import type { Hono } from "hono";
import { PICTURES, PICTURES_PATH, readPicture } from "../pictures.ts";

/** `/media/default/…`: pictures of accounts and instances that have none of their own. */
export function defaultPictureRoutes(app: Hono): void {
  for (const name of PICTURES) {
    let picture: ReturnType<typeof readPicture> | null = null;
    app.get(`${PICTURES_PATH}/${name}`, (c) => {
      const { body, tag } = (picture ??= readPicture(name));
      const headers = { "Cache-Control": "public, max-age=86400", ETag: tag };
      if (c.req.header("If-None-Match") === tag) return c.body(null, 304, headers);
      return c.body(body, 200, {
        ...headers,
        "Content-Type": "image/png",
        "X-Content-Type-Options": "nosniff",
      });
    });
  }
}
