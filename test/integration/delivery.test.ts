import { createPublicKey, createHash, verify } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { activities, practices } from "../../src/persistence/schema/index.ts";
import { claimDeliveries } from "../../src/services/deliveries.ts";
import { publishedKeys } from "../../src/services/keys.ts";
import { storeRemoteActor } from "../../src/services/store-remote-actor.ts";
import { deletePractice, revisePractice } from "../../src/services/practices.ts";
import {
  createDeliveryWorld,
  DAY,
  HOUR,
  MINUTE,
  SECOND,
  START,
  type DeliveryWorld,
} from "../support/delivery-world.ts";
import type { InboxServer, ReceivedRequest } from "../support/inboxes.ts";
import { FOLLOWERS, publish } from "../support/web-world.ts";

let world: DeliveryWorld;
let server: InboxServer;
beforeAll(async () => {
  world = await createDeliveryWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  server = await world.server();
});

/** Publishes to one follower, Bea, and expands. */
async function publishToBea(audience = undefined as typeof FOLLOWERS | undefined) {
  const bea = await world.follower(server, "bea");
  const practice = await publish(world.context, world.admin, {}, audience);
  await world.expand();
  return { bea, practice };
}

async function onlyRow() {
  const rows = await world.rows();
  expect(rows).toHaveLength(1);
  return rows[0];
}

const after = (ms: number) => new Date(START.getTime() + ms);

describe("a delivery", () => {
  test("brings the stored activity, signed by its actor, with a digest", async () => {
    await publishToBea();
    expect(await world.deliver()).toBe(1);
    const [request] = server.received;
    const [stored] = await world.database.db.select().from(activities);
    expect(request?.body).toBe(stored?.body);
    expect(request?.headers["content-type"]).toBe("application/activity+json");
    expect(await isSignedByUs(request)).toBe(true);
    expect(await onlyRow()).toMatchObject({ state: "delivered", lastResult: "202", attempts: 1 });
  });

  test("is made once, however often the queue is looked at", async () => {
    await publishToBea();
    await Promise.all([world.deliver(), world.deliver(), world.deliver()]);
    await world.deliver();
    expect(server.received).toHaveLength(1);
  });

  test.each([404, 410])("answered %i ends what goes to that inbox", async (status) => {
    server.answer = () => status;
    await publishToBea();
    await publish(world.context, world.admin, { title: "Second" });
    await world.expand();
    await world.deliver({ perHost: 1 });
    expect(server.received).toHaveLength(1);
    expect((await world.rows()).map((row) => [row.state, row.lastResult])).toEqual([
      ["dead", String(status)],
      ["dead", "gone"],
    ]);
    await publish(world.context, world.admin, { title: "Third" });
    await world.expand();
    expect(await world.rows()).toHaveLength(2);
  });

  test("reaches an inbox again after its owner's document was read again", async () => {
    server.answer = () => 410;
    const { bea } = await publishToBea();
    await world.deliver();
    await storeRemoteActor(world.context, world.database.db, { ...bea, keys: [] });
    server.answer = () => 202;
    await publish(world.context, world.admin, { title: "Second" });
    await world.expand();
    await world.deliver();
    expect((await world.rows()).map((row) => row.lastResult)).toEqual(["410", "202"]);
  });

  test.each([400, 405, 413, 422])("answered %i is given up at once", async (status) => {
    server.answer = () => status;
    await publishToBea();
    await world.deliver();
    expect(await onlyRow()).toMatchObject({ state: "dead", lastResult: String(status) });
  });

  test("answered 429 waits as long as it is asked to", async () => {
    server.answer = () => ({ status: 429, headers: { "Retry-After": "7200" } });
    await publishToBea();
    await world.deliver({ random: () => 0 });
    expect(await onlyRow()).toMatchObject({ state: "queued", dueAt: after(2 * HOUR) });
    server.answer = () => 202;
    world.wait(2 * HOUR - SECOND);
    expect(await world.deliver()).toBe(0);
    world.wait(SECOND);
    expect(await world.deliver()).toBe(1);
    expect(await onlyRow()).toMatchObject({ state: "delivered", attempts: 2 });
  });

  test.each([
    ["answered 500", () => 500 as const, "500"],
    ["left hanging", () => "hang" as const, "http_timeout"],
  ])("%s is tried again later", async (_, answer, result) => {
    server.answer = answer;
    await publishToBea();
    await world.deliver();
    expect(await onlyRow()).toMatchObject({
      state: "queued",
      lastResult: result,
      dueAt: after(MINUTE),
    });
    server.answer = () => 202;
    world.wait(MINUTE);
    await world.deliver();
    expect(await onlyRow()).toMatchObject({ state: "delivered", attempts: 2 });
  });

  test("does not follow a redirect", async () => {
    const elsewhere = await world.server();
    const location = `${elsewhere.origin}/inbox`;
    server.answer = () => ({ status: 307, headers: { Location: location } });
    await publishToBea();
    for (let attempts = 0; attempts < 6; attempts += 1) {
      await world.deliver();
      world.wait(DAY);
    }
    expect(elsewhere.received).toEqual([]);
    expect(server.received).toHaveLength(5);
    expect(await onlyRow()).toMatchObject({ state: "dead", lastResult: "307" });
  });

  test("is given up after days of failures", async () => {
    server.answer = () => 503;
    await publishToBea();
    for (let days = 0; days < 40; days += 1) {
      await world.deliver();
      world.wait(DAY);
    }
    expect((await onlyRow())?.state).toBe("dead");
  });
});

describe("a peer that wants the other signature", () => {
  const takesRfc9421 = ({ headers }: ReceivedRequest) =>
    headers["signature-input"] === undefined ? 401 : 202;

  test("gets it at once, and first from then on", async () => {
    server.answer = takesRfc9421;
    await publishToBea();
    await world.deliver();
    expect(await onlyRow()).toMatchObject({ state: "delivered", attempts: 1 });
    expect((await world.hostOf(server)).signature).toBe("rfc9421");
    server.received.length = 0;
    await publish(world.context, world.admin, { title: "Second" });
    await world.expand();
    await world.deliver();
    expect(server.received.map(takesRfc9421)).toEqual([202]);
  });

  test("may say so with a 403", async () => {
    server.answer = (request) =>
      takesRfc9421(request) === 202
        ? 202
        : { status: 403, headers: { "Accept-Signature": 'sig1=("@method")' } };
    await publishToBea();
    await world.deliver();
    expect((await onlyRow())?.state).toBe("delivered");
  });

  test("is not taken for one because it failed", async () => {
    server.answer = ({ headers }) => (headers["signature-input"] === undefined ? 401 : 503);
    await publishToBea();
    await world.deliver();
    expect((await world.hostOf(server)).signature).toBe("draft-cavage");
  });

  test("that takes neither is left after a few attempts", async () => {
    server.answer = () => 401;
    await publishToBea();
    for (let attempts = 0; attempts < 8; attempts += 1) {
      await world.deliver();
      world.wait(DAY);
    }
    expect(await onlyRow()).toMatchObject({ state: "dead", lastResult: "401", attempts: 5 });
    expect(server.received.length).toBe(5 + 3);
  });
});

describe("what changed while it waited", () => {
  test("a Create carries the present text after a revision", async () => {
    server.answer = () => 500;
    const { practice } = await publishToBea();
    await world.deliver();
    await revisePractice(world.context, world.admin, practice.id, { title: "The second title" });
    server.answer = () => 202;
    server.received.length = 0;
    world.wait(MINUTE);
    await world.deliver();
    expect(server.received[0]?.json).toMatchObject({
      type: "Create",
      object: { name: "The second title", revision: 2 },
    });
  });

  test("an Update is dropped when a newer one follows it", async () => {
    const { practice } = await publishToBea();
    await world.deliver();
    server.received.length = 0;
    for (const title of ["Second", "Third"]) {
      await revisePractice(world.context, world.admin, practice.id, { title });
    }
    await world.expand();
    await world.deliver();
    expect(server.received.map(({ json }) => json["object"])).toMatchObject([{ name: "Third" }]);
    expect((await world.rows()).map((row) => row.lastResult)).toEqual(["202", "superseded", "202"]);
  });

  test("what is withdrawn is not sent, although its Delete is not expanded yet", async () => {
    const { practice } = await publishToBea();
    await deletePractice(world.context, world.admin, practice.id);
    await world.deliver();
    expect(server.received).toEqual([]);
    expect(await onlyRow()).toMatchObject({
      state: "dropped",
      lastResult: "withdrawn",
      attempts: 0,
    });
  });

  test("a former follower gets no private practice any more", async () => {
    const { bea } = await publishToBea(FOLLOWERS);
    await world.unfollow(bea);
    await world.deliver();
    expect(server.received).toEqual([]);
    expect(await onlyRow()).toMatchObject({ state: "dropped", lastResult: "not_covered" });
  });

  test("a blocked follower gets no private practice any more", async () => {
    const { bea } = await publishToBea(FOLLOWERS);
    await world.block(bea);
    await world.deliver();
    expect(server.received).toEqual([]);
  });

  test("a present follower gets a private practice", async () => {
    await publishToBea(FOLLOWERS);
    await world.deliver();
    expect(server.received).toHaveLength(1);
  });
});

describe("a worker that dies", () => {
  const claiming = {
    limit: 10,
    leaseMs: MINUTE,
    perHost: 4,
    busy: new Map<number, number>(),
    probe: true,
  };

  test("loses nothing: after its lease another one sends the same activity", async () => {
    await publishToBea();
    const claimed = await claimDeliveries(world.context, claiming);
    expect(claimed).toHaveLength(1);
    world.wait(MINUTE - SECOND);
    expect(await world.deliver()).toBe(0);
    world.wait(SECOND);
    expect(await world.deliver()).toBe(1);
    const [stored] = await world.database.db.select().from(activities);
    expect(server.received.map(({ json }) => json["id"])).toEqual([stored?.iri]);
  });

  test("two workers never take the same delivery", async () => {
    for (let number = 0; number < 20; number += 1) await world.follower(server, `f${number}`);
    await publish(world.context, world.admin);
    await world.expand();
    const greedy = { ...claiming, limit: 20, perHost: 20 };
    const taken = await Promise.all([1, 2, 3].map(() => claimDeliveries(world.context, greedy)));
    const ids = taken.flat().map((delivery) => delivery.id);
    expect(ids.length).toBe(new Set(ids).size);
  });
});

test("at most four requests at once go to one host", async () => {
  let current = 0;
  let most = 0;
  server.answer = async () => {
    current += 1;
    most = Math.max(most, current);
    await new Promise((resolve) => setImmediate(resolve));
    current -= 1;
    return 202;
  };
  for (let number = 0; number < 12; number += 1) await world.follower(server, `f${number}`);
  await publish(world.context, world.admin);
  await world.expand();
  await world.deliver();
  expect(server.received).toHaveLength(12);
  expect(most).toBe(4);
});

test("no queued row holds a key or a text", async () => {
  await publishToBea();
  const [practice] = await world.database.db.select().from(practices);
  const rows = await world.database.sql`select to_jsonb(d) as row from deliveries d`;
  expect(JSON.stringify(rows).length).toBeLessThan(400);
  expect(JSON.stringify(rows)).not.toContain(practice?.slug);
});

/** Verifies the draft-cavage signature with the key that our actor publishes. */
async function isSignedByUs(request: ReceivedRequest | undefined): Promise<boolean> {
  if (request === undefined) return false;
  const keys = await publishedKeys(world.context, world.organization.id);
  const key = keys.find((published) => published.algorithm === "rsa-2048");
  const parts = /keyId="([^"]*)",.*headers="([^"]*)",signature="([^"]*)"/.exec(
    String(request.headers["signature"]),
  );
  const [, keyId, names = "", signature = ""] = parts ?? [];
  const digest = createHash("sha256").update(request.body).digest("base64");
  if (request.headers["digest"] !== `SHA-256=${digest}` || keyId !== key?.keyIri) return false;
  const text = names
    .split(" ")
    .map((name) =>
      name === "(request-target)"
        ? `${name}: post ${request.path}`
        : `${name}: ${String(request.headers[name])}`,
    )
    .join("\n");
  const publicKey = createPublicKey(key?.publicKey ?? "");
  return verify("sha256", Buffer.from(text), publicKey, Buffer.from(signature, "base64"));
}
