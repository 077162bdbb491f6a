import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { addMember } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createForeignPeer, type ForeignActor } from "../support/foreign-peer.ts";
import { mastodonClient, type TestClient } from "../support/mastodon-client.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { act, deliverNow, makePartners, SOON, type PartnershipJson } from "../support/partners.ts";

/** A word that stands in what is not for everybody and nowhere else. */
const SECRET = "Zirconquartz";
const mastodon = createForeignPeer("https://mastodon.test");
const akkoma = createForeignPeer("https://akkoma.test");
const PAT = "https://mastodon.test/users/pat";
const QUINN = "https://akkoma.test/users/quinn";

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let partnership: PartnershipJson;
/** Ana of Alpha; Rolf only reads there; a visitor has no account; Bo and Bea are at Bravo, a partner */
let ana: TestClient;
let rolf: TestClient;
let visitor: TestClient;
let bo: TestClient;
let bea: TestClient;
let alphaOrg: TestClient;
let pat: ForeignActor;

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
  for (const peer of [mastodon, akkoma]) network.join(peer);
  pat = mastodon.actor("pat");
  akkoma.actor("quinn");
  alpha = await network.add("alpha");
  bravo = await network.add("bravo");
  partnership = await makePartners(alpha, bravo);
  ana = await clientOf(alpha, null);
  alphaOrg = await clientOf(alpha, null, { as: "organization" });
  rolf = await clientOf(alpha, "rolf", { role: "reader" });
  visitor = clientWith(alpha, null);
  bo = await clientOf(bravo, "bo");
  bea = await clientOf(bravo, "bea");
}, 120_000);

afterAll(() => network.close());

/** A practice, of Alpha unless said otherwise; its text has the secret in it. */
async function practice(audience: readonly string[], by = alpha) {
  const body = { title: "Rates", content: `What we pay: ${SECRET}`, audience };
  const { status, json } = await by.api("POST", "/practices", body);
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

async function post(client: TestClient, fields: object) {
  const { status, json } = await client("POST", "/api/v1/statuses", fields);
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

/** The id that an instance has for that object, as soon as it has it. */
function arrived({ running }: NetworkInstance, { uri }: { uri: string }): Promise<string> {
  return vi.waitFor(async () => {
    const [row] = await running.instance.database.sql<{ id: string }[]>`
      select id from posts where iri = ${uri} and withdrawn_at is null`;
    if (row === undefined) throw new Error(`${uri} has not arrived`);
    return row.id;
  }, SOON);
}

/** Waits until an instance knows whom it has to tell what happened. */
async function expanded({ running }: NetworkInstance): Promise<void> {
  await vi.waitFor(async () => {
    const rows = await running.instance.database.sql`
      select from pgboss.job where name = 'fan-out' and state < 'completed'`;
    expect(rows).toHaveLength(0);
  }, SOON);
}

/** Waits until it has told them. */
async function allSent(instance: NetworkInstance): Promise<void> {
  await expanded(instance);
  await vi.waitFor(async () => {
    const rows = await instance.running.instance.database.sql`
      select from deliveries where state = 'queued'`;
    expect(rows).toHaveLength(0);
  }, SOON);
}

/** All that reached a server of other people's make about something. */
function received(peer: typeof mastodon, about: string): string {
  const all = peer.inbox.map((activity) => JSON.stringify(activity));
  return all.filter((activity) => activity.includes(about)).join("\n");
}

describe("rule 3: below a practice for several people", () => {
  test("what is said goes to none of their servers, which do not know of each other", async () => {
    const own = await practice([
      "members",
      "person:@pat@mastodon.test",
      "person:@quinn@akkoma.test",
    ]);
    const fields = { status: `Below it: ${SECRET}`, in_reply_to_id: own.id };
    const reply = await post(ana, { ...fields, visibility: "private" });
    await ana("PUT", `/api/v1/statuses/${reply.id}`, { status: `Better: ${SECRET}` });
    await allSent(alpha);
    await vi.waitFor(() => expect(received(akkoma, QUINN)).not.toBe(""), SOON);
    expect(received(mastodon, PAT)).not.toBe("");
    for (const word of [SECRET, reply.uri]) {
      expect(received(mastodon, word)).toBe("");
      expect(received(akkoma, word)).toBe("");
    }
    expect(received(mastodon, QUINN)).toBe("");
    expect(received(akkoma, PAT)).toBe("");
  });

  test("a word to one of them reaches that one alone, and so do its edits", async () => {
    const own = await practice([
      "members",
      "person:@pat@mastodon.test",
      "person:@quinn@akkoma.test",
    ]);
    const fields = { status: "@pat@mastodon.test what do you think?", in_reply_to_id: own.id };
    const reply = await post(ana, { ...fields, visibility: "direct" });
    await vi.waitFor(() => expect(received(mastodon, reply.uri)).toContain("think"), SOON);
    await ana("PUT", `/api/v1/statuses/${reply.id}`, { status: "Nothing more" });
    await vi.waitFor(() => expect(received(mastodon, reply.uri)).toContain("Nothing more"), SOON);
    await allSent(alpha);
    expect(received(akkoma, reply.uri)).toBe("");
  });
});

describe("rule 1: an answer to a letter", () => {
  test("goes to nobody else on the server that it came from", async () => {
    const known = await ana("GET", "/api/v2/search?q=@bea@bravo.test&resolve=true&type=accounts");
    expect(known.json.accounts).toHaveLength(1);
    const letter = await post(bo, {
      status: "For you alone @ana@alpha.test",
      visibility: "direct",
    });
    const id = await arrived(alpha, letter);
    const fields = { status: "@bea@bravo.test @bo@bravo.test look", in_reply_to_id: id };
    const answer = await post(ana, { ...fields, visibility: "direct" });
    expect(answer.audience).toEqual(["person:@bo@bravo.test"]);
    await arrived(bravo, answer);
    expect((await bea("GET", `/api/v1/statuses/${await arrived(bravo, answer)}`)).status).toBe(404);
  });

  test("reaches whoever the letter was for as well", async () => {
    const fields = { status: "@ana@alpha.test @bea@bravo.test hello", visibility: "direct" };
    const id = await arrived(alpha, await post(bo, fields));
    const status = "@bea@bravo.test @bo@bravo.test hello";
    const answer = await post(ana, { status, in_reply_to_id: id, visibility: "direct" });
    expect(answer.audience).toEqual(["person:@bea@bravo.test", "person:@bo@bravo.test"]);
  });
});

describe("a partnership is suspended", () => {
  test("and nothing more of a discussion is sent, to people there neither", async () => {
    const theirs = await practice(["partner:@alpha@alpha.test"], bravo);
    const bos = await post(bo, { status: "I wrote it", in_reply_to_id: theirs.id });
    const answered = await arrived(alpha, bos);
    const reply = await post(ana, { status: "Thank you", in_reply_to_id: answered });
    expect(reply.audience).toContain("person:@bo@bravo.test");
    const there = await arrived(bravo, reply);
    await act(alpha, partnership, "suspend");
    try {
      await allSent(alpha);
      network.requests.length = 0;
      const edited = await ana("PUT", `/api/v1/statuses/${reply.id}`, { status: SECRET });
      expect(edited.status).toBe(200);
      await allSent(alpha);
      expect(network.requests.filter((request) => request.includes("alpha.test POST"))).toEqual([]);
    } finally {
      await act(alpha, partnership, "resume");
    }
    expect(JSON.stringify((await bo("GET", `/api/v1/statuses/${there}`)).json)).not.toContain(
      SECRET,
    );
  });
});

/** Brings something by Pat to an instance. */
async function deliver(to: NetworkInstance, type: string, object: unknown, more: object = {}) {
  const id = `${mastodon.origin}/activities/${crypto.randomUUID()}`;
  const activity = { id, type, actor: pat.iri, object, ...more };
  const answer = await to.running.web?.app.fetch(mastodon.delivery(to.origin, pat, activity));
  expect(answer?.status).toBe(202);
}

describe("rule 5: a public reply to what is for few now", () => {
  test("tells nobody else what it answers", async () => {
    const own = await practice(["public"]);
    const reply = await post(ana, { status: "I know it", in_reply_to_id: own.id });
    await revise(own, { audience: ["partner:@bravo@bravo.test"] });
    const { json: forVisitor } = await visitor("GET", `/api/v1/statuses/${reply.id}`);
    expect(forVisitor).toMatchObject({ in_reply_to_id: null, in_reply_to_account_id: null });
    const { json: forReader } = await rolf("GET", `/api/v1/statuses/${reply.id}`);
    expect(forReader).toMatchObject({ in_reply_to_id: own.id });
  });
});

describe("what the organization wrote to a partner", () => {
  test("while it could not be reached and was suspended comes when that is over", async () => {
    network.setDown(bravo, true);
    const fields = { status: "@bravo@bravo.test the new rates", visibility: "direct" };
    const note = await post(alphaOrg, fields);
    await expanded(alpha);
    await act(alpha, partnership, "suspend");
    network.setDown(bravo, false);
    await act(alpha, partnership, "resume");
    await vi.waitFor(async () => {
      await deliverNow(alpha);
      const { json } = await bo("GET", `/api/v1/statuses/${await arrived(bravo, note)}`);
      expect(json).toMatchObject({ content: expect.stringContaining("the new rates") });
    }, SOON);
  });
});

describe("who has what the owner of a discussion passed on", () => {
  test("is not told to its author's server by a report", async () => {
    const { sql } = bravo.running.instance.database;
    const note = mastodon.note(pat, "passed-on", { to: [`${bravo.origin}/ap/actors/bo`], cc: [] });
    await deliver(bravo, "Create", note);
    const id = await arrived(bravo, { uri: String(note["id"]) });
    // As Alpha would have passed it on in a circle.
    await sql`update posts set relayed_by = ${`${alpha.origin}/ap/org`},
      audience = ${[`partner:${bravo.origin}/ap/org`]} where id = ${id}`;
    const { json: seen } = await bo("GET", `/api/v1/statuses/${id}`);
    const { id: account } = seen.account;
    const report = { account_id: account, status_ids: [id], comment: "Rude", forward: true };
    expect((await bo("POST", "/api/v1/reports", report)).status).toBe(200);
    await vi.waitFor(() => expect(received(mastodon, "Flag")).toContain(pat.iri), SOON);
    expect(received(mastodon, "Flag")).not.toContain(note["id"]);
  });
});

describe("consent to a quote in a post for few", () => {
  test("is taken back without telling anybody else who quoted", async () => {
    const open = await post(ana, { status: "Quote me" });
    const quote = mastodon.note(pat, "quoting", {
      to: [pat.followers, alpha.admin.actor.iri],
      cc: [],
      quote: open.uri,
    });
    await deliver(alpha, "QuoteRequest", open.uri, { instrument: quote["id"] });
    const stamp = await vi.waitFor(() => {
      const result = mastodon.inbox.find(({ type }) => type === "Accept")?.["result"];
      expect(result).toBeDefined();
      return String(result);
    }, SOON);
    await deliver(alpha, "Create", quote);
    const quoting = await arrived(alpha, { uri: String(quote["id"]) });
    const path = `/api/v1/statuses/${open.id}/quotes/${quoting}/revoke`;
    const revoked = await ana("POST", path);
    expect(revoked.json.quote, JSON.stringify(revoked.json)).toMatchObject({ state: "revoked" });
    await vi.waitFor(() => expect(received(mastodon, stamp)).toContain('"Delete"'), SOON);
    expect(received(mastodon, stamp)).not.toMatch(/#Public|\/followers/);
  });
});

describe("a quote that is for few now", () => {
  test("is not counted any more", async () => {
    const open = await post(ana, { status: "Count who quotes me" });
    const fields = { cc: [alpha.admin.actor.iri], quote: open.uri };
    const quote = mastodon.note(pat, "counted", fields);
    await deliver(alpha, "QuoteRequest", open.uri, { instrument: quote["id"] });
    await deliver(alpha, "Create", quote);
    const counted = async () =>
      (await visitor("GET", `/api/v1/statuses/${open.id}`)).json.quotes_count;
    await vi.waitFor(async () => expect(await counted()).toBe(1), SOON);
    const updated = new Date(Date.now() + 1_000).toISOString();
    const narrowed = { ...quote, to: [alpha.admin.actor.iri], cc: [], updated };
    mastodon.documents.set("/notes/counted", narrowed);
    await deliver(alpha, "Update", narrowed);
    await vi.waitFor(async () => expect(await counted()).toBe(0), SOON);
  });
});

describe("a post from elsewhere", () => {
  test("does not stand in the place of another that it says it is at the address of", async () => {
    const url = `${bravo.origin}/practices/pump-care`;
    const note = mastodon.note(pat, "not-the-pump", { cc: [alpha.admin.actor.iri], url });
    await deliver(alpha, "Create", note);
    await arrived(alpha, { uri: String(note["id"]) });
    const body = { title: "Pump care", content: "Turn it off", audience: ["public"] };
    const { json: real } = await bravo.api("POST", "/practices", body);
    expect(real.url).toBe(url);
    const { json } = await ana("GET", `/api/v2/search?q=${encodeURIComponent(url)}&resolve=true`);
    expect(json.statuses.map(({ uri }: { uri: string }) => uri)).toEqual([real.uri]);
  });

  test("is read by visitors on its own server alone", async () => {
    const note = mastodon.note(pat, "elsewhere", { cc: [alpha.admin.actor.iri] });
    await deliver(alpha, "Create", note);
    const id = await arrived(alpha, { uri: String(note["id"]) });
    const { json } = await ana("GET", `/api/v1/statuses/${id}`);
    const path = `/api/v1/accounts/${json.account.id}/statuses`;
    expect((await ana("GET", path)).json).not.toEqual([]);
    expect((await visitor("GET", path)).json).toEqual([]);
  });
});

describe("a partnership is over", () => {
  test("and of a poll under it not even the options are kept", async () => {
    const poll = { options: [SECRET, "Something else"], expires_in: 3600 };
    const fields = { status: "@bravo@bravo.test which?", visibility: "direct", poll };
    const asked = await post(alphaOrg, fields);
    const id = await arrived(bravo, asked);
    expect((await bo("GET", `/api/v1/statuses/${id}`)).json.poll.options[0].title).toBe(SECRET);
    await act(alpha, partnership, "end");
    const { sql } = bravo.running.instance.database;
    await vi.waitFor(async () => {
      expect(await sql`select from posts where id = ${id} and withdrawn_at is null`).toHaveLength(
        0,
      );
    }, SOON);
    expect(await sql`select options from polls where post_id = ${id}`).toEqual([]);
  });
});
