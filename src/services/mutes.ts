import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import { bigints } from "../persistence/repositories/set-parameters.ts";
import type { ActorRecord } from "../persistence/repositories/actors.ts";
import { mutes } from "../persistence/schema/index.ts";
import { listAccountEntries, type AccountEntry } from "./account-lists.ts";
import type { Acting } from "./acting.ts";
import type { Context } from "./context.ts";
import type { KeysetPage } from "./keyset-page.ts";

/** Somebody who is muted, and until when; null = for good. */
export interface MuteEntry extends AccountEntry {
  readonly until: Date | null;
}

/**
 * The actor wants to see nothing of somebody, until it says otherwise or for so many seconds (0 = for
 * good). Nobody is told. Muting again changes the terms; oneself cannot be muted.
 */
export async function muteActor(
  context: Context,
  acting: Acting,
  muted: ActorRecord,
  terms: { readonly notifications: boolean; readonly seconds: number },
): Promise<void> {
  if (muted.id === acting.actor.id) return;
  const now = context.now().getTime();
  const values = {
    notifications: terms.notifications,
    expiresAt: terms.seconds === 0 ? null : new Date(now + terms.seconds * 1000),
  };
  await context.db
    .insert(mutes)
    .values({ muterId: acting.actor.id, mutedId: muted.id, ...values })
    .onConflictDoUpdate({ target: [mutes.muterId, mutes.mutedId], set: values });
}

/** Nothing happens when there is no mute. */
export async function unmuteActor(
  context: Context,
  acting: Acting,
  muted: ActorRecord,
): Promise<void> {
  await context.db
    .delete(mutes)
    .where(and(eq(mutes.muterId, acting.actor.id), eq(mutes.mutedId, muted.id)));
}

/** Whom the actor mutes at this moment. */
export async function listMuted(
  context: Context,
  acting: Acting,
  page: KeysetPage,
): Promise<MuteEntry[]> {
  const lasts = or(isNull(mutes.expiresAt), gt(mutes.expiresAt, context.now()));
  const where = and(eq(mutes.muterId, acting.actor.id), lasts);
  const source = { table: mutes, id: mutes.id, other: mutes.mutedId, where };
  const entries = await listAccountEntries(context, source, page);
  if (entries.length === 0) return [];
  const rows = await context.db
    .select({ id: mutes.id, until: mutes.expiresAt })
    .from(mutes)
    .where(sql`${mutes.id} = any(${bigints(entries.map(({ id }) => id))})`);
  const until = new Map(rows.map((row) => [row.id, row.until]));
  return entries.map((entry) => ({ ...entry, until: until.get(entry.id) ?? null }));
}
