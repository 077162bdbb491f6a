import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { pins, posts } from "../../src/persistence/schema/index.ts";
import { handleTellPoll } from "../../src/services/poll-updates.ts";
import { clientOf, type Client } from "../support/client.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { SOON } from "../support/partners.ts";

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;
const clients = new Map<NetworkInstance, Client>();

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  bravo = await network.add("bravo");
  charlie = await network.add("charlie");
  for (const instance of [alpha, bravo, charlie]) {
    clients.set(instance, await clientOf(instance, instance.admin));
  }
  await follow(bravo, alpha);
  await follow(alpha, bravo);
  await follow(charlie, bravo);
}, 120_000);

afterAll(() => network.close());

async function follow(follower: NetworkInstance, followee: NetworkInstance): Promise<void> {
  const handle = `@ana@${new URL(followee.origin).host}`;
  const { status, json } = await follower.api("POST", "/follows", { handle });
  expect(status, JSON.stringify(json)).toBeLessThan(300);
  const asking = await vi.waitFor(async () => {
    const { json: requests } = await ask(followee, "GET", "/v1/follow_requests");
    return String(requests[0].id);
  }, SOON);
  await ask(followee, "POST", `/v1/follow_requests/${asking}/authorize`);
  await vi.waitFor(async () => {
    const { json: followed } = await follower.api("GET", "/follows");
    expect(JSON.stringify(followed)).toContain(followee.admin.actor.iri);
  }, SOON);
}

async function ask(instance: NetworkInstance, method: string, path: string, body?: unknown) {
  const client = clients.get(instance);
  if (client === undefined) throw new Error("no client");
  const answer = await client(method, path, body);
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.json)}`).toBeLessThan(500);
  return answer;
}

async function write(
  instance: NetworkInstance,
  body: object,
): Promise<{ id: string; uri: string }> {
  const { status, json } = await ask(instance, "POST", "/v1/statuses", {
    visibility: "public",
    ...body,
  });
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

/** The id of a post there, as soon as it is there. */
function arrived(instance: NetworkInstance, uri: string): Promise<string> {
  return vi.waitFor(async () => {
    const [post] = await instance.context.db.select().from(posts).where(eq(posts.iri, uri));
    if (post === undefined) throw new Error(`${uri} has not arrived`);
    return post.id.toString();
  }, SOON);
}

/** Waits until a status looks so. */
function eventually(instance: NetworkInstance, id: string, expected: object) {
  return vi.waitFor(async () => {
    const { json } = await ask(instance, "GET", `/v1/statuses/${id}`);
    expect(json).toMatchObject(expected);
  }, SOON);
}

test("a boost reaches the author's server, and so does its end", async () => {
  const { id, uri } = await write(bravo, { status: "Worth passing on" });
  const there = await arrived(alpha, uri);
  await ask(alpha, "POST", `/v1/statuses/${there}/reblog`);
  await eventually(bravo, id, { reblogs_count: 1 });
  await ask(alpha, "POST", `/v1/statuses/${there}/unreblog`);
  await eventually(bravo, id, { reblogs_count: 0 });
});

test("followers read a boosted post that they did not have from where it is", async () => {
  const { uri } = await write(alpha, { status: "Known at bravo alone" });
  const there = await arrived(bravo, uri);
  await ask(bravo, "POST", `/v1/statuses/${there}/reblog`);
  const id = await arrived(charlie, uri);
  await eventually(charlie, id, { reblogs_count: 1 });
});

test("a pin is told, and stands in the collection as long as it lasts and is public", async () => {
  const open = await write(alpha, { status: "Read this first" });
  const closed = await write(alpha, { status: "Ours", visibility: "private" });
  const there = await arrived(bravo, open.uri);
  const pinnedAtBravo = async () =>
    (await bravo.context.db.select({ id: pins.postId }).from(pins)).map(({ id }) => id.toString());
  const featured = async () =>
    (await alpha.document(`${new URL(alpha.admin.actor.iri).pathname}/featured`)).json;
  await ask(alpha, "POST", `/v1/statuses/${closed.id}/pin`);
  await ask(alpha, "POST", `/v1/statuses/${open.id}/pin`);
  await vi.waitFor(async () => expect(await pinnedAtBravo()).toEqual([there]), SOON);
  expect(await featured()).toMatchObject({ totalItems: 1, orderedItems: [open.uri] });
  await ask(alpha, "POST", `/v1/statuses/${open.id}/unpin`);
  await vi.waitFor(async () => expect(await pinnedAtBravo()).toEqual([]), SOON);
  expect(await featured()).toMatchObject({ totalItems: 0, orderedItems: [] });
});

test("a vote counts where the poll is, and the counts come back", async () => {
  const { id, uri } = await write(alpha, {
    status: "Which one?",
    poll: { options: ["Paper", "Screen"], expires_in: 3600 },
  });
  const there = await arrived(bravo, uri);
  const shown = await ask(bravo, "GET", `/v1/statuses/${there}`);
  expect(shown.json.poll).toMatchObject({ votes_count: 0, voted: false });
  const poll = shown.json.poll.id;
  const voted = await ask(bravo, "POST", `/v1/polls/${poll}/votes`, { choices: [1] });
  expect(voted.json).toMatchObject({ voted: true, own_votes: [1] });
  await eventually(alpha, id, { poll: { votes_count: 1, voters_count: 1 }, replies_count: 0 });
  expect((await ask(bravo, "POST", `/v1/polls/${poll}/votes`, { choices: [0] })).status).toBe(422);
  const own = await ask(alpha, "GET", `/v1/statuses/${id}`);
  const asOrganization = await clientOf(alpha, alpha.admin, "organization");
  await asOrganization("POST", `/v1/polls/${own.json.poll.id}/votes`, { choices: [0] });
  await handleTellPoll(alpha.context, { postId: id });
  await eventually(bravo, there, {
    poll: { votes_count: 2, voters_count: 2, own_votes: [1], voted: true },
  });
});

describe("a quote", () => {
  const quoting = (status: string, quoted: string) =>
    write(bravo, { status, quoted_status_id: quoted });

  test("is shown everywhere with the author's consent, and nowhere without it any more", async () => {
    const { id, uri } = await write(alpha, { status: "A thing to say" });
    const quote = await quoting("I agree", await arrived(bravo, uri));
    const accepted = { quote: { state: "accepted", quoted_status: { uri } } };
    await eventually(bravo, quote.id, accepted);
    const atAlpha = await arrived(alpha, quote.uri);
    await eventually(alpha, atAlpha, accepted);
    await eventually(alpha, id, { quotes_count: 1 });
    // Charlie follows the one who quotes and knows of the author nothing but the stamp.
    const atCharlie = await arrived(charlie, quote.uri);
    await eventually(charlie, atCharlie, accepted);
    const revoked = await ask(alpha, "POST", `/v1/statuses/${id}/quotes/${atAlpha}/revoke`);
    expect(revoked.json.quote.state).toBe("revoked");
    await eventually(bravo, quote.id, { quote: { state: "revoked", quoted_status: null } });
    await eventually(alpha, id, { quotes_count: 0 });
    const object = (await bravo.document(new URL(quote.uri).pathname)).json;
    expect(object).not.toHaveProperty("quoteAuthorization");
  });

  test("is refused where the author wants none", async () => {
    const { uri } = await write(alpha, {
      status: "Not to be quoted",
      quote_approval_policy: "nobody",
    });
    const there = await arrived(bravo, uri);
    const { id } = await quoting("I quote it all the same", there);
    await eventually(bravo, id, { quote: { state: "rejected", quoted_status: null } });
  });
});
