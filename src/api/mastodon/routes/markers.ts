import type { Hono } from "hono";
import { z } from "zod";
import type { Context } from "../../../services/context.ts";
import { moveMarker, readMarkers, type Marker } from "../../../services/markers.ts";
import { requireCredential } from "../access.ts";
import { id, list, optional } from "../fields.ts";
import { readInput } from "../params.ts";

const TIMELINES = ["home", "notifications"] as const;
const WANTED = z.object({ timeline: optional(list(z.enum(TIMELINES), 10)) });
const position = optional(z.object({ last_read_id: optional(id) }));
const MOVED = z.object({ home: position, notifications: position });

/** `/api/v1/markers`: how far somebody has read. */
export function markerRoutes(app: Hono, context: Context): void {
  app.get("/api/v1/markers", async (c) => {
    const acting = await requireCredential(context, c, "read:statuses");
    const { timeline = [] } = await readInput(c, WANTED);
    return c.json(markersJson(await readMarkers(context, acting, timeline)));
  });

  app.post("/api/v1/markers", async (c) => {
    const acting = await requireCredential(context, c, "write:statuses");
    const input = await readInput(c, MOVED);
    const moved: Marker[] = [];
    for (const timeline of TIMELINES) {
      const last = input[timeline]?.last_read_id;
      if (last !== undefined) moved.push(await moveMarker(context, acting, timeline, last));
    }
    return c.json(markersJson(moved));
  });
}

function markersJson(found: readonly Marker[]) {
  return Object.fromEntries(
    found.map(({ timeline, lastReadId, version, updatedAt }) => [
      timeline,
      { last_read_id: lastReadId.toString(), version, updated_at: updatedAt.toISOString() },
    ]),
  );
}
