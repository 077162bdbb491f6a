import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import {
  createDeliveryWorker,
  type DeliveryWorker,
} from "../../src/federation/outbound/deliver.ts";
import { createDeliveryWorld, type DeliveryWorld } from "../support/delivery-world.ts";
import type { InboxServer } from "../support/inboxes.ts";
import { publish } from "../support/web-world.ts";

let world: DeliveryWorld;
let server: InboxServer;
let worker: DeliveryWorker;
beforeAll(async () => {
  world = await createDeliveryWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  server = await world.server();
  await world.follower(server, "bea");
  world.setTime(null);
  worker = createDeliveryWorker(world.context, { http: world.http, idleMs: 60_000, flushMs: 10 });
});
afterEach(() => worker.stop());

async function publishAndExpand(title: string): Promise<void> {
  await publish(world.context, world.admin, { title });
  await world.expand();
}

const titles = () => server.received.map(({ json }) => (json["object"] as { name: string }).name);

test("a worker sends what waits when it starts, and what comes when it is woken", async () => {
  await publishAndExpand("First");
  worker.start();
  await vi.waitFor(() => expect(titles()).toEqual(["First"]), { timeout: 10_000 });
  await publishAndExpand("Second");
  worker.wake();
  await vi.waitFor(() => expect(titles()).toEqual(["First", "Second"]), { timeout: 10_000 });
});

test("a worker that is stopped finishes its request, writes the result and takes nothing more", async () => {
  const answered = Promise.withResolvers<202>();
  server.answer = () => answered.promise;
  await publishAndExpand("First");
  worker.start();
  await vi.waitFor(() => expect(server.received).toHaveLength(1), { timeout: 10_000 });
  const stopped = worker.stop();
  await publishAndExpand("Second");
  worker.wake();
  answered.resolve(202);
  await stopped;
  expect((await world.rows()).map((row) => row.state)).toEqual(["delivered", "queued"]);
});

test("a worker goes on after the database was away", async () => {
  const errors: unknown[] = [];
  const { context } = world;
  let away = true;
  const db = new Proxy(context.db, {
    get(target, name, receiver) {
      if (away && name === "execute") throw new Error("the database is away");
      return Reflect.get(target, name, receiver) as unknown;
    },
  });
  await publishAndExpand("First");
  worker = createDeliveryWorker(
    { ...context, db },
    { http: world.http, onError: (error) => errors.push(error) },
  );
  worker.start();
  await vi.waitFor(() => expect(errors).not.toHaveLength(0), { timeout: 10_000 });
  away = false;
  worker.wake();
  await vi.waitFor(() => expect(titles()).toEqual(["First"]), { timeout: 10_000 });
});
