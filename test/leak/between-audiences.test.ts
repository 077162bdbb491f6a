import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addMember } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createForeignPeer } from "../support/foreign-peer.ts";
import { mastodonClient, type TestClient } from "../support/mastodon-client.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";

/** A word that stands in what is not for everybody and nowhere else. */
const SECRET = "Zirconquartz";
const mastodon = createForeignPeer("https://mastodon.test");

let network: Network;
let alpha: NetworkInstance;
/** Ana of Alpha; Rolf only reads there; a visitor has no account */
let ana: TestClient;
let rolf: TestClient;
let visitor: TestClient;

function clientWith(instance: NetworkInstance, token: string | null): TestClient {
  return mastodonClient(
    instance.origin,
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = request.body === null ? null : await request.text();
      const { method, headers } = request;
      return instance.fetch(pathname + search, { method, headers, body });
    },
    token,
  );
}

interface Who {
  readonly role?: "author" | "reader";
  readonly as?: "member" | "organization";
}

/** A client of that member, who is new there; without a handle it is the administrator's. */
async function clientOf(
  instance: NetworkInstance,
  handle: string | null,
  { role = "author", as = "member" }: Who = {},
): Promise<TestClient> {
  const { context, admin } = instance;
  const input = { handle: handle ?? "", email: `${handle}@x.test`, role, password: null };
  const member = handle === null ? admin : (await addMember(context, input)).member;
  const token = await createToken(context, member, { as, scopes: ["read", "write", "follow"] });
  return clientWith(instance, token);
}

beforeAll(async () => {
  network = createNetwork();
  network.join(mastodon);
  mastodon.actor("pat");
  alpha = await network.add("alpha");
  ana = await clientOf(alpha, null);
  rolf = await clientOf(alpha, "rolf", { role: "reader" });
  visitor = clientWith(alpha, null);
}, 120_000);

afterAll(() => network.close());

/** A practice of Alpha; its text has the secret in it. */
async function practice(audience: readonly string[]) {
  const body = { title: "Rates", content: `What we pay: ${SECRET}`, audience };
  const { status, json } = await alpha.api("POST", "/practices", body);
  expect(status, JSON.stringify(json)).toBe(201);
  return json;
}

async function revise({ id }: { id: string }, changes: object): Promise<void> {
  const { status, json } = await alpha.api("PATCH", `/practices/${id}`, changes);
  expect(status, JSON.stringify(json)).toBe(200);
}

/** What the REST API and a client are told of the earlier states of a practice. */
async function pastOf(client: TestClient, { id }: { id: string }): Promise<string> {
  const paths = [`/api/praxis/v1/practices/${id}/revisions`, `/api/v1/statuses/${id}/history`];
  const answers = await Promise.all(paths.map((path) => client("GET", path)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  return JSON.stringify(answers.map(({ json }) => json));
}

describe("rule 4: whoever a practice is widened to reads", () => {
  test("in public none of what it said to members before", async () => {
    const own = await practice(["members"]);
    await revise(own, { title: "Open rates", content: "In public", audience: ["public"] });
    const past = await pastOf(visitor, own);
    expect(past).toContain("In public");
    expect(past).not.toContain(SECRET);
    const page = await alpha.fetch(new URL(own.url).pathname, { headers: { Accept: "text/html" } });
    expect(page.status).toBe(200);
    expect(await page.text()).not.toMatch(/Revision history|>Rates</);
    expect(await pastOf(rolf, own)).toContain(SECRET);
  });

  test("as a member none of what it said to one person before", async () => {
    const own = await practice(["person:@pat@mastodon.test"]);
    await revise(own, { content: "For members", audience: ["members"] });
    const past = await pastOf(rolf, own);
    expect(past).toContain("For members");
    expect(past).not.toContain(SECRET);
    expect(await pastOf(ana, own)).toContain(SECRET);
  });

  test("what it says now, and said when it was for them", async () => {
    const own = await practice(["public"]);
    await revise(own, { content: "For members", audience: ["members"] });
    await revise(own, { content: "In public again", audience: ["public"] });
    const past = await pastOf(visitor, own);
    expect(past).toContain(SECRET);
    expect(past).toContain("In public again");
    expect(past).not.toContain("For members");
  });
});
