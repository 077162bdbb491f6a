import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fanOut } from "../../src/federation/outbound/fan-out.ts";
import { activities, actors } from "../../src/persistence/schema/index.ts";
import { removeFinishedDeliveries } from "../../src/services/deliveries.ts";
import { requestFollow } from "../../src/services/follows.ts";
import { deletePractice, revisePractice } from "../../src/services/practices.ts";
import { createDeliveryWorld, DAY, HOUR, type DeliveryWorld } from "../support/delivery-world.ts";
import { addRemoteActor, FOLLOWERS, publish } from "../support/web-world.ts";

let world: DeliveryWorld;
beforeAll(async () => {
  world = await createDeliveryWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
});

const inboxesOf = async () => (await world.rows()).map((row) => row.inbox).toSorted();

describe("fan-out of a public practice", () => {
  test("reaches a server with a shared inbox once, and others in person", async () => {
    const big = await world.server();
    const small = await world.server();
    const sharedInbox = `${big.origin}/inbox`;
    await world.follower(big, "bea", { sharedInbox });
    await world.follower(big, "ben", { sharedInbox });
    await world.follower(small, "cleo");
    await publish(world.context, world.admin);
    await world.expand();
    expect(await inboxesOf()).toEqual([sharedInbox, `${small.origin}/users/cleo/inbox`].toSorted());
  });

  test("queues nothing twice when it is started again", async () => {
    const server = await world.server();
    await world.follower(server, "bea");
    await world.follower(server, "ben");
    await publish(world.context, world.admin);
    const [job] = world.jobs;
    if (job?.name !== "fan-out") throw new Error("no fan-out was enqueued");
    await fanOut(world.context, job.payload);
    const once = await world.rows();
    await fanOut(world.context, job.payload);
    expect(once).toHaveLength(2);
    expect(await world.rows()).toEqual(once);
  });

  test("passes by who is blocked, suspended or gone, and whoever only asked to follow", async () => {
    const server = await world.server();
    await world.block(await world.follower(server, "mallory"));
    await world.follower(server, "sid", { suspendedAt: new Date() });
    await world.follower(server, "gus", { goneAt: new Date() });
    await world.unfollow(await world.follower(server, "ex"));
    await world.follower(server, "bea");
    await publish(world.context, world.admin);
    await world.expand();
    expect(await inboxesOf()).toEqual([`${server.origin}/users/bea/inbox`]);
  });

  test("goes to the person when the shared inbox of the server is gone", async () => {
    const server = await world.server();
    await world.follower(server, "bea", { sharedInbox: `${server.origin}/inbox` });
    server.answer = ({ path }) => (path === "/inbox" ? 410 : 202);
    await publish(world.context, world.admin);
    await world.expand();
    await world.deliver();
    await publish(world.context, world.admin, { title: "Another practice" });
    await world.expand();
    await world.deliver();
    expect(server.received.map(({ path }) => path)).toEqual(["/inbox", "/users/bea/inbox"]);
  });

  test("goes to thousands of followers, page by page", async () => {
    const server = await world.server();
    const { db } = world.database;
    for (let part = 0; part < 3; part += 1) {
      const rows = Array.from({ length: 800 }, (_, index) =>
        followerRow(server, part * 800 + index),
      );
      await db.insert(actors).values(rows);
    }
    await db.execute(sql`insert into follows (follower_id, followee_id, iri, state)
      select id, ${world.organization.id}, iri || '/follow', 'accepted' from actors where kind = 'remote'`);
    await publish(world.context, world.admin);
    await world.expand();
    expect(new Set(await inboxesOf()).size).toBe(2_400);
  });
});

describe("fan-out of what is not public", () => {
  test("never uses a shared inbox", async () => {
    const server = await world.server();
    await world.follower(server, "bea", { sharedInbox: `${server.origin}/inbox` });
    await publish(world.context, world.admin, {}, FOLLOWERS);
    await world.expand();
    expect(await inboxesOf()).toEqual([`${server.origin}/users/bea/inbox`]);
  });

  test("leaves out whoever the policy does not let see it", async () => {
    const server = await world.server();
    await world.block(await world.follower(server, "mallory"));
    await publish(world.context, world.admin, {}, FOLLOWERS);
    await world.expand();
    expect(await inboxesOf()).toEqual([]);
  });

  test("a partnership that is not active gets nothing", async () => {
    const server = await world.server();
    const bravo = await world.follower(server, "bravo");
    const audience = [{ kind: "partner", organization: bravo.iri }] as const;
    await expect(publish(world.context, world.admin, {}, audience)).rejects.toMatchObject({
      code: "audience_refused",
    });
    await world.expand();
    expect(await inboxesOf()).toEqual([]);
  });

  test("a Follow goes to whom it is for", async () => {
    const server = await world.server();
    const iri = `${server.origin}/users/bea`;
    const bea = await addRemoteActor(world.context, "bea", {
      iri,
      host: server.host,
      inbox: `${iri}/inbox`,
      sharedInbox: `${server.origin}/inbox`,
    });
    await requestFollow(world.context, world.organization, bea);
    await world.expand();
    await world.deliver();
    expect(server.received.map(({ path, json }) => [path, json["type"]])).toEqual([
      ["/users/bea/inbox", "Follow"],
    ]);
  });
});

describe("fan-out of a Delete", () => {
  test("goes to everyone who was ever sent the practice, also to former followers", async () => {
    const server = await world.server();
    const bea = await world.follower(server, "bea");
    const practice = await publish(world.context, world.admin, {}, FOLLOWERS);
    await world.expand();
    await world.deliver();
    await world.unfollow(bea);
    await deletePractice(world.context, world.admin, practice.id);
    await world.expand();
    await world.deliver();
    expect(server.received.map(({ json }) => json["type"])).toEqual(["Create", "Delete"]);
  });

  test("reaches those who had it even when the queue was tidied long ago", async () => {
    const server = await world.server();
    const bea = await world.follower(server, "bea");
    const practice = await publish(world.context, world.admin, {}, FOLLOWERS);
    await world.expand();
    await world.deliver();
    await revisePractice(world.context, world.admin, practice.id, { title: "Changed" });
    await world.expand();
    await world.deliver();
    await world.unfollow(bea);
    world.wait(30 * DAY);
    expect(await removeFinishedDeliveries(world.context)).toBe(1);
    await deletePractice(world.context, world.admin, practice.id);
    await world.expand();
    await world.deliver();
    expect(server.received.at(-1)?.json["type"]).toBe("Delete");
    world.wait(30 * DAY);
    expect(await removeFinishedDeliveries(world.context)).toBe(2);
  });

  test("does not tell of a private practice those who never had it", async () => {
    const server = await world.server();
    const practice = await publish(world.context, world.admin, {}, FOLLOWERS);
    await world.expand();
    await world.follower(server, "late");
    await deletePractice(world.context, world.admin, practice.id);
    await world.expand();
    expect(await world.rows()).toEqual([]);
  });

  test("cancels what still waits", async () => {
    const server = await world.server();
    await world.follower(server, "bea");
    server.answer = () => 500;
    const practice = await publish(world.context, world.admin);
    await world.expand();
    await world.deliver();
    await revisePractice(world.context, world.admin, practice.id, { title: "Changed" });
    await world.expand();
    await deletePractice(world.context, world.admin, practice.id);
    await world.expand();
    const waiting = (await world.rows()).filter((row) => row.state === "queued");
    expect(waiting.map((row) => row.type)).toEqual(["Delete"]);
    server.answer = () => 202;
    world.wait(HOUR);
    await world.deliver();
    expect(server.received.map(({ json }) => json["type"])).toEqual(["Create", "Delete"]);
  });
});

test("an activity that was removed meanwhile is no error", async () => {
  await publish(world.context, world.admin);
  await world.database.db.delete(activities).where(eq(activities.type, "Create"));
  await expect(world.expand()).resolves.toBeUndefined();
});

function followerRow(server: { origin: string; host: string }, index: number) {
  const iri = `${server.origin}/users/f${index}`;
  return {
    iri,
    kind: "remote" as const,
    type: "Person",
    handle: `f${index}`,
    host: server.host,
    url: iri,
    inbox: `${iri}/inbox`,
  };
}
