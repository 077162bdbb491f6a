import type { Hono } from "hono";
import type { Context } from "../../../services/context.ts";
import { findCredential } from "../access.ts";

const PATHS = ["", "/tags", "/statuses", "/links"] as const;

/**
 * `/api/v1/trends`: nothing trends here. Nobody's reading is counted, and what few may see must not
 * show in a number that all see.
 */
export function trendRoutes(app: Hono, context: Context): void {
  for (const path of PATHS) {
    app.get(`/api/v1/trends${path}`, async (c) => {
      await findCredential(context, c, []);
      return c.json([]);
    });
  }
}
