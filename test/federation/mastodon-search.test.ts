import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { follows, posts } from "../../src/persistence/schema/index.ts";
import { addMember } from "../../src/services/members.ts";
import { clientOf, visitorOf, type Client } from "../support/client.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { makePartners } from "../support/partners.ts";

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;
/** a member of bravo who may read only */
let atBravo: Client;
let atCharlie: Client;

beforeAll(async () => {
  network = createNetwork();
  [alpha, bravo, charlie] = await Promise.all([
    network.add("alpha"),
    network.add("bravo"),
    network.add("charlie"),
  ]);
  await makePartners(alpha, bravo, { label_ceiling: "TLP:AMBER+STRICT" });
  const { member } = await addMember(bravo.context, {
    handle: "rolf",
    email: "rolf@bravo.test",
    role: "reader",
    password: "another long password",
  });
  atBravo = await clientOf(bravo, member);
  atCharlie = await clientOf(charlie, charlie.admin);
});

afterAll(() => network.close());

async function publish(fields: object): Promise<{ uri: string; url: string }> {
  const { status, json } = await alpha.api("POST", "/practices", {
    content: "We talk, then sign.",
    ...fields,
  });
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

const search = async (client: Client, query: string) =>
  client("GET", `/v2/search?resolve=true&q=${encodeURIComponent(query)}`);

const NOTHING = { accounts: [], statuses: [], hashtags: [], collections: [] };

describe("the address of a practice in a search box", () => {
  test("opens what is public, by its page and by its object", async () => {
    const open = await publish({ title: "Open to all", audience: ["public"], topics: ["safety"] });
    for (const [client, address] of [
      [atBravo, open.url],
      [atCharlie, open.uri],
    ] as const) {
      const { json } = await search(client, address);
      expect(json.statuses).toMatchObject([
        {
          uri: open.uri,
          url: open.url,
          visibility: "public",
          account: { acct: "alpha@alpha.test" },
        },
      ]);
    }
    const visitor = visitorOf(charlie);
    expect((await visitor("GET", `/v2/search?q=${encodeURIComponent(open.url)}`)).json).toEqual(
      NOTHING,
    );
  });

  test("opens what is for partners to the partner's members, and to nobody else", async () => {
    const closed = await publish({
      title: "Between us",
      audience: [`partner:${bravo.handle}`],
      label: "TLP:AMBER",
    });
    // As if what was sent had not arrived: then it is read from its origin, signed.
    await vi.waitFor(
      async () => {
        const gone = await bravo.context.db
          .delete(posts)
          .where(eq(posts.iri, closed.uri))
          .returning({ id: posts.id });
        expect(gone).toHaveLength(1);
      },
      { timeout: 10_000, interval: 25 },
    );
    const fetched = await search(atBravo, closed.uri);
    expect(fetched.json.statuses).toMatchObject([{ uri: closed.uri, visibility: "private" }]);
    expect((await atBravo("GET", "/v2/search?q=between%20us")).json.statuses).toHaveLength(1);
    for (const address of [closed.uri, closed.url]) {
      const { status, json } = await search(atCharlie, address);
      const missing = await search(atCharlie, `${address}0`);
      expect([status, json]).toEqual([200, NOTHING]);
      expect([missing.status, missing.json]).toEqual([status, json]);
    }
    const stored = await charlie.context.db.select().from(posts).where(eq(posts.iri, closed.uri));
    expect(stored).toEqual([]);
  });
});

describe("a handle in a search box", () => {
  test("is looked up where it is from, and then can be followed", async () => {
    const [before] = (await search(atCharlie, "bravo@bravo.test")).json.accounts;
    expect(before).toMatchObject({ acct: "bravo@bravo.test" });
    const followed = await atCharlie("POST", `/v1/accounts/${before.id}/follow`);
    expect(followed.status).toBe(200);
    const rows = await charlie.context.db.select().from(follows);
    expect(rows).toContainEqual(expect.objectContaining({ followeeId: BigInt(before.id) }));
  });

  test("that nobody has finds nothing, nor does a server that is not there", async () => {
    for (const query of ["nobody@bravo.test", "ana@nowhere.test", "https://nowhere.test/@ana"]) {
      const { status, json } = await search(atCharlie, query);
      expect([status, json], query).toEqual([200, NOTHING]);
    }
  });
});
