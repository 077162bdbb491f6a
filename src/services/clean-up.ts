import { sql } from "drizzle-orm";
import type { Context } from "./context.ts";
import { removeFinishedDeliveries } from "./deliveries.ts";
import { forgetKeys } from "./idempotency.ts";
import { cleanUpMedia } from "./media-removal.ts";
import { forgetUnusedApps } from "./oauth-apps.ts";

/**
 * Removes what has outlived its use: sessions that are over, deliveries that are
 * finished and that no Delete needs after two weeks, ids
 * of received activities and tombstones after a month (longer than any peer retries).
 */
export async function cleanUp(context: Context): Promise<void> {
  const { db } = context;
  await db.execute(sql`delete from sessions where expires_at < now()`);
  await db.execute(sql`delete from setup_links where expires_at < now()`);
  await db.execute(sql`delete from guest_sessions where expires_at < now()`);
  await db.execute(sql`delete from guest_sign_ins where expires_at < now()`);
  await db.execute(sql`delete from fediverse_apps where created_at < now() - interval '2 days'`);
  await forgetUnusedApps(context);
  await removeFinishedDeliveries(context);
  await forgetKeys(context);
  await cleanUpMedia(context);
  await db.execute(
    sql`delete from received_activities where received_at < now() - interval '30 days'`,
  );
  await db.execute(sql`delete from tombstones where created_at < now() - interval '30 days'`);
}
