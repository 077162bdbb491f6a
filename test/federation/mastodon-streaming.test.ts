import { afterAll, beforeAll, expect, test } from "vitest";
import { addMember, type Member } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { readEvents, type EventStream } from "../support/event-stream.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { makePartners } from "../support/partners.ts";

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;
const open: EventStream[] = [];

beforeAll(async () => {
  network = createNetwork();
  [alpha, bravo, charlie] = await Promise.all([
    network.add("alpha"),
    network.add("bravo"),
    network.add("charlie"),
  ]);
  await makePartners(alpha, bravo);
  await makePartners(alpha, charlie);
});

afterAll(async () => {
  await Promise.all(open.map((stream) => stream.close()));
  await network.close();
});

async function listen(instance: NetworkInstance, member: Member): Promise<EventStream> {
  const { context } = instance;
  const token = await createToken(context, member, { as: "member", scopes: ["read:statuses"] });
  const headers = { Authorization: `Bearer ${token}` };
  const stream = readEvents(await instance.fetch("/api/v1/streaming/user", { headers }));
  open.push(stream);
  return stream;
}

async function publish(title: string, audience: readonly string[]): Promise<{ id: string }> {
  const body = { title, content: "We talk, then sign.", audience };
  const { status, json } = await alpha.api("POST", "/practices", body);
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

test("a practice for one partner streams to that partner's members alone, and so does its recall", async () => {
  const input = { handle: "rea", email: "rea@bravo.test", role: "reader", password: null } as const;
  const { member: reader } = await addMember(bravo.context, input);
  const bravos = await listen(bravo, reader);
  const charlies = await listen(charlie, charlie.admin);

  const practice = await publish("For Bravo alone", [`partner:${bravo.handle}`]);
  const told = await bravos.next();
  expect(told.event).toBe("update");
  const status = JSON.parse(told.data);
  expect(status).toMatchObject({
    content: expect.stringContaining("For Bravo alone"),
    visibility: "private",
    account: { acct: "alpha@alpha.test" },
  });

  expect((await alpha.api("DELETE", `/practices/${practice.id}`)).status).toBe(204);
  expect(await bravos.next()).toEqual({ event: "delete", data: status.id });

  await publish("For both", [`partner:${bravo.handle}`, `partner:${charlie.handle}`]);
  for (const stream of [bravos, charlies]) {
    const { event, data } = await stream.next();
    expect(event).toBe("update");
    expect(JSON.parse(data).content).toContain("For both");
  }
});
