import { eq } from "drizzle-orm";
import { expect } from "vitest";
import { createInbox } from "../../src/federation/inbound/inbox.ts";
import { actors, follows, posts, receivedActivities } from "../../src/persistence/schema/index.ts";
import { requestFollow } from "../../src/services/follows.ts";
import { handleFetchBoosted } from "../../src/services/fetched-boost.ts";
import { ensureActor, handleRefreshActor } from "../../src/services/remote-actors.ts";
import { handleFetchPost } from "../../src/services/fetch-post.ts";
import { createTestInstance, type TestInstance, type TestInstanceOptions } from "./context.ts";
import {
  createForeignPeer,
  type DeliveryOptions,
  type ForeignActor,
  type ForeignPeer,
} from "./foreign-peer.ts";

type Activity = Readonly<Record<string, unknown>>;

export const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

/** Our organization, a well-behaved server with Bea and Ben, and Mallory's server. */
export interface World extends TestInstance {
  readonly bravo: ForeignPeer;
  readonly evil: ForeignPeer;
  readonly bea: ForeignActor;
  readonly ben: ForeignActor;
  readonly mallory: ForeignActor;
  /** delivers, signed by `by`, and returns the answer */
  deliver(by: ForeignActor, activity: Activity, options?: DeliveryOptions): Promise<Response>;
  /** delivers to our inbox and expects 202 */
  send(by: ForeignActor, activity: Activity, options?: DeliveryOptions): Promise<void>;
  /** an activity by an actor with a fresh id on the actor's own server */
  activity(by: ForeignActor, type: string, object: unknown, changes?: Activity): Activity;
  /** what became of an activity; null when it is not remembered */
  outcome(activity: Activity): Promise<string | null>;
  /** a post as it is stored, whoever may see it */
  stored(iri: unknown): Promise<typeof posts.$inferSelect | null>;
  actorRow(iri: string): Promise<typeof actors.$inferSelect>;
  follow(follower: string, followee: string): Promise<typeof follows.$inferSelect | null>;
  /** our organization follows the actor, who has accepted */
  followFromHere(followee: ForeignActor): Promise<void>;
  /** runs all jobs that read other servers */
  readRemote(): Promise<void>;
}

export async function createWorld(options: TestInstanceOptions = {}): Promise<World> {
  const bravo = createForeignPeer("https://bravo.example");
  const evil = createForeignPeer("https://evil.example");
  const instance = await createTestInstance({ peers: [bravo, evil], ...options });
  const { context, database } = instance;
  const inbox = createInbox(context);
  const { db } = database;
  let activityNumber = 0;
  const peers = new Map([bravo, evil].map((peer) => [peer.origin, peer]));

  function activity(
    by: ForeignActor,
    type: string,
    object: unknown,
    changes: Activity = {},
  ): Activity {
    activityNumber += 1;
    const id = `${new URL(by.iri).origin}/activities/${activityNumber}`;
    return { id, type, actor: by.iri, object, ...changes };
  }

  async function deliver(
    by: ForeignActor,
    sent: Activity,
    how: DeliveryOptions = {},
  ): Promise<Response> {
    const peer = peers.get(new URL(by.iri).origin) ?? bravo;
    const request = peer.delivery(context.config.origin, by, sent, {
      date: context.now(),
      ...how,
    });
    const owner = /^(.*)\/inbox$/.exec(new URL(request.url).pathname)?.[1] ?? "";
    return inbox(request, owner === "/ap" ? null : `${context.config.origin}${owner}`);
  }

  async function send(by: ForeignActor, sent: Activity, how: DeliveryOptions = {}): Promise<void> {
    const response = await deliver(by, sent, how);
    expect([response.status, await response.text()]).toEqual([202, ""]);
  }

  async function actorRow(iri: string): Promise<typeof actors.$inferSelect> {
    const [row] = await db.select().from(actors).where(eq(actors.iri, iri));
    if (row === undefined) throw new Error(`${iri} is not known`);
    return row;
  }

  return {
    ...instance,
    bravo,
    evil,
    bea: bravo.actor("bea"),
    ben: bravo.actor("ben"),
    mallory: evil.actor("mallory"),
    deliver,
    send,
    activity,
    async outcome({ id }) {
      const [row] = await db
        .select({ outcome: receivedActivities.outcome })
        .from(receivedActivities)
        .where(eq(receivedActivities.iri, String(id)));
      return row?.outcome ?? null;
    },
    async stored(iri) {
      const [row] = await db
        .select()
        .from(posts)
        .where(eq(posts.iri, String(iri)));
      return row ?? null;
    },
    actorRow,
    async follow(follower, followee) {
      const rows = await db.select().from(follows);
      const [one, other] = [await actorRow(follower), await actorRow(followee)];
      return rows.find((row) => row.followerId === one.id && row.followeeId === other.id) ?? null;
    },
    async followFromHere(followee) {
      const actor = await ensureActor(context, followee.iri);
      const { iri } = await requestFollow(context, instance.organization, actor);
      await send(followee, activity(followee, "Accept", iri));
    },
    readRemote: () =>
      instance.runJobs({
        "fetch-post": (payload) => handleFetchPost(context, payload),
        "fetch-boosted": (payload) => handleFetchBoosted(context, payload),
        "refresh-actor": (payload) => handleRefreshActor(context, payload),
      }),
  };
}
