import { claimDeliveries } from "../../src/services/deliveries.ts";
import { listDisclosures } from "../../src/services/disclosures.ts";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createDeliveryWorld,
  DAY,
  HOUR,
  MINUTE,
  type DeliveryWorld,
} from "../support/delivery-world.ts";
import type { InboxServer } from "../support/inboxes.ts";
import { addPartnership, publish } from "../support/web-world.ts";

let world: DeliveryWorld;
let down: InboxServer;
beforeAll(async () => {
  world = await createDeliveryWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.reset();
  down = await world.server();
});

/** A host with `count` followers in person, and one practice queued for each. */
async function queueFor(server: InboxServer, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) await world.follower(server, `f${number}`);
  await publish(world.context, world.admin);
  await world.expand();
}

describe("a host that fails", () => {
  beforeEach(async () => {
    down.answer = () => 500;
    await queueFor(down, 12);
    await world.deliver();
  });

  test("is left alone after five failures in a row", async () => {
    const { failures, openUntil } = await world.hostOf(down);
    // Requests that were under way when the circuit opened are let finish.
    expect(down.received.length).toBeLessThanOrEqual(8);
    expect(failures).toBe(5);
    expect(openUntil).not.toBeNull();
  });

  test("gets one probe per interval, and the intervals grow", async () => {
    down.received.length = 0;
    const probes: number[] = [];
    for (let minute = 1; minute <= 64; minute += 1) {
      world.wait(MINUTE);
      const before = down.received.length;
      await Promise.all([world.deliver(), world.deliver()]);
      if (down.received.length > before) probes.push(minute);
      expect(down.received.length - before).toBeLessThanOrEqual(1);
    }
    expect(probes).toEqual([1, 3, 7, 15, 31, 63]);
  });

  test("gets everything at once when a probe is answered", async () => {
    down.received.length = 0;
    down.answer = () => 202;
    world.wait(MINUTE);
    await world.deliver();
    expect(down.received).toHaveLength(12);
    expect((await world.rows()).every((row) => row.state === "delivered")).toBe(true);
    expect(await world.hostOf(down)).toMatchObject({
      failures: 0,
      failingSince: null,
      openUntil: null,
    });
  });

  test("holds nobody else up", async () => {
    const fine = await world.server();
    await world.follower(fine, "bea");
    await publish(world.context, world.admin, { title: "Second" });
    await world.expand();
    const before = down.received.length;
    await world.deliver();
    expect(fine.received).toHaveLength(1);
    expect(down.received).toHaveLength(before);
  });

  test("is given up after a week, and what comes later with it, at one probe per interval", async () => {
    let waits = 0;
    while ((await world.rows()).some((row) => row.state === "queued")) {
      world.wait(6 * HOUR);
      waits += 1;
      await world.deliver();
    }
    expect(waits).toBe(29);

    await publish(world.context, world.admin, { title: "Later" });
    await world.expand();
    const late = (await world.rows()).slice(12);
    expect(new Set(late.map((row) => row.lastResult))).toEqual(new Set(["host_lost"]));

    // Once the interval is over there is a probe again, so that the host can come back.
    world.wait(6 * HOUR);
    await publish(world.context, world.admin, { title: "Much later" });
    await world.expand();
    down.answer = () => 202;
    down.received.length = 0;
    await world.deliver();
    expect(down.received).toHaveLength(12);
  });
});

describe("a partner whose host is lost", () => {
  test("is on record as not having received what was sent, before and after", async () => {
    const { context, admin } = world;
    const handle = "bravo";
    const partner = await world.follower(down, handle, {
      type: "Organization",
      kin: { version: 1 },
    });
    await addPartnership(context, partner);
    down.answer = () => 500;
    const audience = [{ kind: "partner", organization: partner.iri }] as const;
    for (const title of ["First", "Second"]) await publish(context, admin, { title }, audience);
    await world.expand();
    while ((await world.rows()).some((row) => row.state === "queued")) {
      world.wait(6 * HOUR);
      await world.deliver();
    }
    await publish(context, admin, { title: "Late" }, audience);
    await world.expand();
    const lines = await listDisclosures(context, admin, { organization: partner.iri, limit: 10 });
    expect(
      lines.map(({ title, events }) => [
        title,
        ...events.map(({ event, detail }) => [event, detail]),
      ]),
    ).toEqual([
      ["Late", ["not_delivered", "host_lost"]],
      // One of the two was the last probe, which the host answered itself.
      ["Second", ["not_delivered", expect.stringMatching(/^(?:500|host_lost)$/)]],
      ["First", ["not_delivered", expect.stringMatching(/^(?:500|host_lost)$/)]],
    ]);
  });
});

describe("a host that is down for a while", () => {
  test("gets everything once it is back, each activity once", async () => {
    await down.shut();
    await queueFor(down, 6);
    await world.deliver();
    expect((await world.rows()).map((row) => row.state)).toEqual(Array(6).fill("queued"));
    await publish(world.context, world.admin, { title: "Second" });
    await world.expand();
    await down.open();
    world.wait(DAY);
    await world.deliver();
    expect(down.received).toHaveLength(12);
    expect((await world.rows()).every((row) => row.state === "delivered")).toBe(true);
  });
});

test("a probe whose worker died is made again after its lease", async () => {
  down.answer = () => 500;
  await queueFor(down, 6);
  await world.deliver();
  world.wait(MINUTE);
  down.answer = () => "hang";
  const claiming = {
    limit: 10,
    leaseMs: MINUTE,
    perHost: 4,
    busy: new Map<number, number>(),
    probe: true,
  };
  expect(await claimDeliveries(world.context, claiming)).toMatchObject([{ probe: true }]);
  down.answer = () => 202;
  down.received.length = 0;
  expect(await world.deliver()).toBe(0);
  world.wait(MINUTE);
  await world.deliver();
  expect(down.received).toHaveLength(6);
});
