import { expect, test } from "vitest";
import { createSlots } from "../../../../src/federation/inbound/slots.ts";

test("work waits for a place in the order of arrival", async () => {
  const slots = createSlots(1, 2);
  const order: string[] = [];
  const first = Promise.withResolvers<void>();
  const done = [
    slots.run(async () => {
      await first.promise;
      order.push("first");
    }),
    slots.run(async () => void order.push("second")),
    slots.run(async () => void order.push("third")),
  ];
  await Promise.resolve();
  expect(order).toEqual([]);
  first.resolve();
  await Promise.all(done);
  expect(order).toEqual(["first", "second", "third"]);
});

test("work beyond places and seats is refused with 503 and a time to come back", async () => {
  const slots = createSlots(1, 0);
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = slots.run(() => promise);
  const second = slots.run(() => Promise.resolve("second"));
  await expect(second).rejects.toMatchObject({ status: 503 });
  await second.catch((error: { headers: Record<string, string> }) => {
    expect(Number(error.headers["Retry-After"])).toBeGreaterThanOrEqual(10);
  });
  resolve("first");
  expect(await first).toBe("first");
});

test("a place is free again after work that failed", async () => {
  const slots = createSlots(1, 0);
  await expect(slots.run(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await slots.run(() => Promise.resolve("yes"))).toBe("yes");
});
