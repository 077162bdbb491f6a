import { sql } from "drizzle-orm";
import type { Context } from "./context.ts";

/**
 * Removes what has outlived its use: sessions that are over, finished deliveries after a week, ids
 * of received activities and tombstones after a month (longer than any peer retries).
 */
export async function cleanUp(context: Context): Promise<void> {
  const { db } = context;
  await db.execute(sql`delete from sessions where expires_at < now()`);
  await db.execute(sql`delete from setup_links where expires_at < now()`);
  await db.execute(
    sql`delete from deliveries where state <> 'queued' and finished_at < now() - interval '7 days'`,
  );
  await db.execute(
    sql`delete from received_activities where received_at < now() - interval '30 days'`,
  );
  await db.execute(sql`delete from tombstones where created_at < now() - interval '30 days'`);
}
