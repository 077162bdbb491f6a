import { asc, eq, sql } from "drizzle-orm";
import { deliverDue, type DeliveryOptions } from "../../src/federation/outbound/deliver.ts";
import { fanOut } from "../../src/federation/outbound/fan-out.ts";
import {
  activities,
  actors,
  blocks,
  deliveries,
  follows,
  hosts,
  inboxes,
} from "../../src/persistence/schema/index.ts";
import { createHttpClient, type HttpClient } from "../../src/platform/http/client.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { createTestInstance, type TestInstance } from "./context.ts";
import { openInboxes, type InboxServer } from "./inboxes.ts";
import { addRemoteActor } from "./web-world.ts";

export const START = new Date("2026-11-02T12:00:00.000Z");
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Our organization with inboxes elsewhere on real sockets, and a clock that only the test moves. */
export interface DeliveryWorld extends TestInstance {
  readonly http: HttpClient;
  /** another server, closed with the world */
  server(): Promise<InboxServer>;
  /** an accepted follower of our organization on that server */
  follower(at: InboxServer, handle: string, changes?: Partial<ActorRecord>): Promise<ActorRecord>;
  unfollow(follower: ActorRecord): Promise<void>;
  block(blocked: ActorRecord): Promise<void>;
  /** runs the fan-out jobs that wait */
  expand(): Promise<void>;
  /** one pass of the sender; returns how many deliveries it took in hand */
  deliver(options?: Partial<DeliveryOptions>): Promise<number>;
  /** moves the clock ahead */
  wait(ms: number): void;
  /** all delivery rows in the order in which they were made */
  rows(): Promise<DeliveryRow[]>;
  hostOf(server: InboxServer): Promise<typeof hosts.$inferSelect>;
  /** back to the organization alone, at the start of time: cheaper than another world */
  reset(): Promise<void>;
}

interface DeliveryRow {
  readonly type: string;
  readonly inbox: string;
  readonly state: string;
  readonly attempts: number;
  readonly lastResult: string | null;
  readonly dueAt: Date;
}

export async function createDeliveryWorld(): Promise<DeliveryWorld> {
  const instance = await createTestInstance();
  const { context, organization, database } = instance;
  const { db } = database;
  const http = createHttpClient({ allowPrivateNetwork: true, userAgent: "Praxis (test)" });
  const servers: InboxServer[] = [];
  let clock = START;
  instance.setTime(clock);

  return {
    ...instance,
    http,
    async server() {
      const opened = await openInboxes();
      servers.push(opened);
      return opened;
    },
    async follower(at, handle, changes = {}) {
      const iri = `${at.origin}/users/${handle}`;
      const actor = await addRemoteActor(context, handle, {
        iri,
        host: at.host,
        inbox: `${iri}/inbox`,
        sharedInbox: null,
        ...changes,
      });
      await db.insert(follows).values({
        followerId: actor.id,
        followeeId: organization.id,
        iri: `${iri}/follows/1`,
        state: "accepted",
      });
      return actor;
    },
    async unfollow(follower) {
      await db
        .update(follows)
        .set({ state: "cancelled" })
        .where(eq(follows.followerId, follower.id));
    },
    async block(blocked) {
      await db.insert(blocks).values({ blockerId: organization.id, blockedId: blocked.id });
    },
    expand: () => instance.runJobs({ "fan-out": (payload) => fanOut(context, payload) }),
    deliver: (options) =>
      deliverDue(context, {
        http,
        timeoutMs: 300,
        random: () => 1,
        onError: (error) => {
          throw error;
        },
        ...options,
      }),
    wait(ms) {
      clock = new Date(clock.getTime() + ms);
      instance.setTime(clock);
    },
    rows: () =>
      db
        .select({
          type: activities.type,
          inbox: inboxes.url,
          state: sql<string>`${deliveries.state}`,
          attempts: deliveries.attempts,
          lastResult: deliveries.lastResult,
          dueAt: deliveries.dueAt,
        })
        .from(deliveries)
        .innerJoin(activities, eq(activities.id, deliveries.activityId))
        .innerJoin(inboxes, eq(inboxes.id, deliveries.inboxId))
        .orderBy(asc(deliveries.id)),
    async hostOf(server) {
      const [row] = await db.select().from(hosts).where(eq(hosts.name, server.host));
      if (row === undefined) throw new Error(`${server.host} is not known`);
      return row;
    },
    async reset() {
      await Promise.all(servers.splice(0).map((server) => server.shut()));
      await db.execute(
        sql`truncate deliveries, inboxes, hosts, activities, posts, follows, blocks, partnerships cascade`,
      );
      await db.delete(actors).where(eq(actors.kind, "remote"));
      context.memory.forget();
      instance.jobs.length = 0;
      clock = START;
      instance.setTime(clock);
    },
    async close() {
      await http.close();
      await Promise.all(servers.map((server) => server.shut()));
      await instance.close();
    },
  };
}
