import { and, eq, inArray, sql } from "drizzle-orm";
import type { Id } from "../domain/ids.ts";
import { markers } from "../persistence/schema/index.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";

export type MarkedTimeline = "home" | "notifications";

/** How far whom the client acts as has read a timeline. */
export interface Marker {
  readonly timeline: MarkedTimeline;
  readonly lastReadId: Id;
  /** how often it was moved */
  readonly version: number;
  readonly updatedAt: Date;
}

/** The markers of those timelines, where there are any. */
export function readMarkers(
  context: Context,
  { actor }: Acting,
  timelines: readonly MarkedTimeline[],
): Promise<Marker[]> {
  if (timelines.length === 0) return Promise.resolve([]);
  return context.db
    .select()
    .from(markers)
    .where(and(eq(markers.actorId, actor.id), inArray(markers.timeline, [...timelines])));
}

/**
 * Moves a marker. Two clients that move one at once both do, one after the other: there is nothing
 * stale to refuse (Mastodon answers 409 where its two writes meet).
 */
export async function moveMarker(
  context: Context,
  { actor }: Acting,
  timeline: MarkedTimeline,
  lastReadId: Id,
): Promise<Marker> {
  const updatedAt = context.now();
  const [row] = await context.db
    .insert(markers)
    .values({ actorId: actor.id, timeline, lastReadId, updatedAt })
    .onConflictDoUpdate({
      target: [markers.actorId, markers.timeline],
      set: { lastReadId, updatedAt, version: sql`${markers.version} + 1` },
    })
    .returning();
  if (row === undefined) throw new Error("upsert into markers returned no row");
  return row;
}
