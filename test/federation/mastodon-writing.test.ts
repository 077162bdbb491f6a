import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { addMember } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { signRequest } from "../../src/federation/signatures/sign.ts";
import { signingKey } from "../../src/services/keys.ts";
import { createForeignPeer, type ForeignPeer } from "../support/foreign-peer.ts";
import { mastodonClient, type TestClient } from "../support/mastodon-client.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { makePartners } from "../support/partners.ts";

const SOON = { timeout: 10_000, interval: 25 };
const NOBODY_GETS_IT_MS = 400;
const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;
let mastodon: ForeignPeer;
/** Ana of Alpha and Alpha itself; Bo follows Ana from Bravo, Bea does not; Cy of Charlie follows Ana */
let ana: TestClient;
let alphaOrg: TestClient;
let bo: TestClient;
let bea: TestClient;
let bravoOrg: TestClient;
let cy: TestClient;

async function clientOf(
  instance: NetworkInstance,
  handle: string | null,
  as: "member" | "organization" = "member",
): Promise<TestClient> {
  const { context, origin, admin } = instance;
  const input = {
    handle: handle ?? "",
    email: `${handle}@x.test`,
    role: "author",
    password: null,
  } as const;
  const member = handle === null ? admin : (await addMember(context, input)).member;
  const token = await createToken(context, member, { as, scopes: ["read", "write", "follow"] });
  return mastodonClient(
    origin,
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = request.body === null ? null : await request.text();
      return instance.fetch(pathname + search, {
        method: request.method,
        headers: request.headers,
        body,
      });
    },
    token,
  );
}

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  bravo = await network.add("bravo");
  charlie = await network.add("charlie");
  mastodon = createForeignPeer("https://mastodon.test");
  network.join(mastodon);
  await makePartners(alpha, bravo);
  ana = await clientOf(alpha, null);
  alphaOrg = await clientOf(alpha, null, "organization");
  bo = await clientOf(bravo, "bo");
  bea = await clientOf(bravo, "bea");
  bravoOrg = await clientOf(bravo, null, "organization");
  cy = await clientOf(charlie, "cy");
  await follow(bravo, bo);
  await follow(charlie, cy);
}, 120_000);

afterAll(() => network.close());

/** Somebody elsewhere follows Ana, and she lets them. */
async function follow(from: NetworkInstance, client: TestClient): Promise<void> {
  const found = await client("GET", "/api/v2/search?q=@ana@alpha.test&resolve=true&type=accounts");
  const [account] = found.json.accounts;
  const asked = await client("POST", `/api/v1/accounts/${account.id}/follow`, {});
  expect(asked.status, JSON.stringify(asked.json)).toBe(200);
  await vi.waitFor(async () => {
    const { json } = await ana("GET", "/api/v1/follow_requests");
    const request = json.find(({ acct }: { acct: string }) =>
      acct.endsWith(from.handle.split("@")[2] ?? ""),
    );
    const answer = await ana("POST", `/api/v1/follow_requests/${request.id}/authorize`);
    expect(answer.status).toBe(200);
  }, SOON);
  await vi.waitFor(async () => {
    const { json } = await client("GET", `/api/v1/accounts/relationships?id[]=${account.id}`);
    expect(json[0].following).toBe(true);
  }, SOON);
}

async function post(client: TestClient, fields: object) {
  const answer = await client("POST", "/api/v1/statuses", fields);
  expect(answer.status, JSON.stringify(answer.json)).toBe(200);
  return answer.json;
}

/** The id that an instance has for that object; undefined when it does not have it. */
async function held(instance: NetworkInstance, uri: string): Promise<string | undefined> {
  const { sql } = instance.running.instance.database;
  const [row] = await sql<{ id: string }[]>`
    select id from posts where iri = ${uri} and withdrawn_at is null`;
  return row?.id;
}

function arrived(instance: NetworkInstance, { uri }: { uri: string }): Promise<string> {
  return vi.waitFor(async () => {
    const id = await held(instance, uri);
    if (id === undefined) throw new Error(`${uri} has not arrived`);
    return id;
  }, SOON);
}

const pause = () => new Promise((resolve) => setTimeout(resolve, NOBODY_GETS_IT_MS));

/** What a client is shown of a post, or the status of the refusal. */
async function shown(client: TestClient, id: string) {
  const { status, json } = await client("GET", `/api/v1/statuses/${id}`);
  return status === 200 ? json : status;
}

/** Asks Alpha for an object with the signature of somebody elsewhere. */
async function signedGet(instance: NetworkInstance, iri: string, url: string): Promise<number> {
  const { sql } = instance.running.instance.database;
  const [actor] = await sql<{ id: string }[]>`select id from actors where iri = ${iri}`;
  const { keyIri, privateKey } = await signingKey(instance.context, BigInt(actor?.id ?? 0));
  const headers = signRequest({
    method: "GET",
    url,
    body: "",
    keyId: keyIri,
    privateKey,
    date: new Date(),
    spec: "draft-cavage",
  });
  const { pathname } = new URL(url);
  const answer = await alpha.fetch(pathname, {
    headers: { ...headers, Accept: "application/activity+json" },
  });
  return answer.status;
}

describe("a member's public note", () => {
  test("reaches a follower elsewhere, with its people and tags", async () => {
    const note = await post(ana, { status: "Hello @bea@bravo.test #Turbines", language: "en" });
    const id = await arrived(bravo, note);
    expect(await shown(bo, id)).toMatchObject({
      visibility: "public",
      language: "en",
      account: { acct: "ana@alpha.test" },
      tags: [{ name: "Turbines" }],
      mentions: [{ acct: "bea" }],
    });
  });

  test("is an object for everybody, and stands in the outbox", async () => {
    const note = await post(ana, { status: "For everybody" });
    const { status, json } = await alpha.document(new URL(note.uri).pathname);
    expect(status).toBe(200);
    expect(json).toMatchObject({ type: "Note", to: [PUBLIC], attributedTo: alpha.admin.actor.iri });
    const outbox = await alpha.document("/ap/actors/ana/outbox?page=true");
    expect(JSON.stringify(outbox.json)).toContain(note.uri);
  });

  test("stays quiet elsewhere when it is unlisted", async () => {
    const note = await post(ana, { status: "Quietly", visibility: "unlisted" });
    const { json } = await alpha.document(new URL(note.uri).pathname);
    expect(json.to).toEqual([`${alpha.admin.actor.iri}/followers`]);
    expect(json.cc).toEqual([PUBLIC]);
    expect(await shown(bo, await arrived(bravo, note))).toMatchObject({ visibility: "unlisted" });
  });

  test("changes elsewhere when it is edited, which is remembered there, and goes when it is deleted", async () => {
    const note = await post(ana, { status: "one" });
    const id = await arrived(bravo, note);
    await ana("PUT", `/api/v1/statuses/${note.id}`, { status: "two" });
    await vi.waitFor(async () => {
      expect(await shown(bo, id)).toMatchObject({ content: "<p>two</p>" });
    }, SOON);
    const { json } = await bo("GET", `/api/v1/statuses/${id}/history`);
    expect(json.map(({ content }: { content: string }) => content)).toEqual([
      "<p>one</p>",
      "<p>two</p>",
    ]);
    await ana("DELETE", `/api/v1/statuses/${note.id}`);
    await vi.waitFor(async () => expect(await shown(bo, id)).toBe(404), SOON);
  });

  test("can be by the organization, for who follows it", async () => {
    const { status } = await bravo.api(
      "POST",
      "/follows",
      { handle: alpha.handle },
      "organization",
    );
    expect(status).toBeLessThan(300);
    const { sql } = bravo.running.instance.database;
    await vi.waitFor(async () => {
      const accepted = await sql`
        select from follows join actors on actors.id = followee_id
        where state = 'accepted' and actors.iri = ${alpha.context.iris.organization}`;
      expect(accepted.length).toBeGreaterThan(0);
    }, SOON);
    const note = await post(alphaOrg, { status: "We are open" });
    expect(await shown(bo, await arrived(bravo, note))).toMatchObject({ visibility: "public" });
  });
});

describe("a member's note for followers", () => {
  test("reaches followers alone, and whom it mentions gets nothing by that", async () => {
    mastodon.actor("mo");
    const note = await post(ana, {
      status: "@bea@bravo.test @mo@mastodon.test hm",
      visibility: "private",
    });
    const id = await arrived(bravo, note);
    expect(await shown(bo, id)).toMatchObject({ visibility: "private" });
    expect(await shown(bea, id)).toBe(404);
    expect(await shown(bravoOrg, id)).toBe(404);
    expect((await alpha.document(new URL(note.uri).pathname)).status).toBe(404);
    expect(await signedGet(bravo, `${bravo.origin}/ap/actors/bea`, note.uri)).toBe(404);
    expect(await signedGet(bravo, `${bravo.origin}/ap/actors/bo`, note.uri)).toBe(200);
    await pause();
    expect(network.requests.join("\n")).not.toContain("mastodon.test");
  });

  test("goes on for them in an answer to oneself", async () => {
    const first = await post(ana, { status: "first", visibility: "private" });
    await arrived(bravo, first);
    const second = await post(ana, {
      status: "second",
      visibility: "private",
      in_reply_to_id: first.id,
    });
    expect(await shown(bo, await arrived(bravo, second))).toMatchObject({ visibility: "private" });
  });
});

describe("a direct message", () => {
  test("to a person elsewhere arrives for that person alone", async () => {
    const note = await post(ana, { status: "@bea@bravo.test only you", visibility: "direct" });
    const id = await arrived(bravo, note);
    expect(await shown(bea, id)).toMatchObject({
      visibility: "direct",
      mentions: [{ acct: "bea" }],
    });
    expect(await shown(bo, id)).toBe(404);
    expect(await shown(bravoOrg, id)).toBe(404);
    expect(await signedGet(bravo, `${bravo.origin}/ap/org`, note.uri)).toBe(404);
    expect(await held(charlie, note.uri)).toBeUndefined();
  });

  test("is answered and answered again between the two", async () => {
    const note = await post(ana, { status: "@bea@bravo.test?", visibility: "direct" });
    const there = await arrived(bravo, note);
    const answer = await post(bea, {
      status: "@ana@alpha.test!",
      visibility: "direct",
      in_reply_to_id: there,
    });
    expect(answer.audience).toEqual(["person:@ana@alpha.test"]);
    const here = await arrived(alpha, answer);
    const again = await post(ana, {
      status: "@bea@bravo.test ok",
      visibility: "direct",
      in_reply_to_id: here,
    });
    expect(await shown(bea, await arrived(bravo, again))).toMatchObject({ visibility: "direct" });
    expect(await shown(alphaOrg, here)).toBe(404);
  });

  test("is edited and deleted where it is", async () => {
    const note = await post(ana, { status: "@bea@bravo.test one", visibility: "direct" });
    const id = await arrived(bravo, note);
    await ana("PUT", `/api/v1/statuses/${note.id}`, {
      status: "@bea@bravo.test two @cy@charlie.test",
    });
    await vi.waitFor(async () => {
      expect((await shown(bea, id)).content).toContain("two");
    }, SOON);
    await ana("DELETE", `/api/v1/statuses/${note.id}`);
    await vi.waitFor(async () => expect(await shown(bea, id)).toBe(404), SOON);
    expect(await held(charlie, note.uri)).toBeUndefined();
  });

  test("to a partner organization's account is a letter to that account, not to whoever is there", async () => {
    const note = await post(ana, { status: "@bravo@bravo.test dear all", visibility: "direct" });
    expect(note).toMatchObject({ visibility: "direct", audience: ["person:@bravo@bravo.test"] });
    await arrived(bravo, note);
    expect(await signedGet(bravo, `${bravo.origin}/ap/org`, note.uri)).toBe(200);
    expect(await signedGet(bravo, `${bravo.origin}/ap/actors/bea`, note.uri)).toBe(404);
    expect(await signedGet(charlie, `${charlie.origin}/ap/org`, note.uri)).toBe(404);
  });

  test("to somebody whom nobody here knows yet finds them", async () => {
    const bystander = mastodon.actor("new");
    const note = await post(ana, { status: "@new@mastodon.test hi", visibility: "direct" });
    expect(note).toMatchObject({ visibility: "direct", audience: ["person:@new@mastodon.test"] });
    expect(bystander).toBeDefined();
  });
});

describe("a practice from a client for a partner", () => {
  const written = {
    spoiler_text: "Borescope intervals",
    status: "@bravo@bravo.test every 4,000 hours",
  };

  test("reaches that partner's members, and no outsider by any way", async () => {
    const practice = await post(alphaOrg, { ...written, visibility: "direct" });
    expect(practice).toMatchObject({
      visibility: "private",
      audience: ["partner:@bravo@bravo.test"],
      practice: { title: "Borescope intervals", label: "TLP:AMBER" },
    });
    const id = await arrived(bravo, practice);
    const seen = await shown(bea, id);
    expect(seen).toMatchObject({
      visibility: "private",
      practice: { title: "Borescope intervals" },
    });
    // The address is no part of the text: with several partners, each would read who the others are.
    expect(seen.content).not.toContain("@bravo");
    await pause();
    expect(await held(charlie, practice.uri)).toBeUndefined();
    expect(await signedGet(charlie, `${charlie.origin}/ap/actors/cy`, practice.uri)).toBe(404);
    expect((await alpha.document(new URL(practice.uri).pathname)).status).toBe(404);
  });

  test("is edited and deleted for that partner", async () => {
    const practice = await post(alphaOrg, { ...written, visibility: "direct" });
    const id = await arrived(bravo, practice);
    await alphaOrg("PUT", `/api/v1/statuses/${practice.id}`, { status: "every 3,000 hours" });
    await vi.waitFor(async () => {
      expect((await shown(bea, id)).content).toContain("3,000");
    }, SOON);
    await alphaOrg("DELETE", `/api/v1/statuses/${practice.id}`);
    await vi.waitFor(async () => expect(await shown(bea, id)).toBe(404), SOON);
  });

  test("is refused for an organization that is no partner", async () => {
    const fields = { ...written, status: "@charlie@charlie.test for you", visibility: "direct" };
    const answer = await alphaOrg("POST", "/api/v1/statuses", fields);
    expect(answer.status).toBe(422);
    expect(answer.json.error).toMatch(/partnership/);
  });
});

describe("the organization's note to a partner", () => {
  test("goes to it alone, is on record, and is answered for whom it is", async () => {
    const note = await post(alphaOrg, { status: "@bravo@bravo.test a word", visibility: "direct" });
    expect(note).toMatchObject({ visibility: "private", audience: ["partner:@bravo@bravo.test"] });
    const there = await arrived(bravo, note);
    expect(await shown(bea, there)).toMatchObject({ visibility: "private" });
    const { sql } = alpha.running.instance.database;
    const record = await sql`
      select lane, recipient from disclosures d join posts p on p.id = d.post_id where p.iri = ${note.uri}`;
    expect(record).toEqual([{ lane: "kin", recipient: "actor" }]);
    const answer = await post(bea, {
      status: "heard",
      in_reply_to_id: there,
      visibility: "public",
    });
    expect(answer.visibility).toBe("private");
    const here = await arrived(alpha, answer);
    expect(await shown(ana, here)).toMatchObject({ visibility: "private" });
    expect((await bravo.document(new URL(answer.uri).pathname)).status).toBe(404);
    expect(await held(charlie, note.uri)).toBeUndefined();
  });

  test("is taken back when it is deleted", async () => {
    const note = await post(alphaOrg, { status: "@bravo@bravo.test oops", visibility: "direct" });
    const there = await arrived(bravo, note);
    await alphaOrg("DELETE", `/api/v1/statuses/${note.id}`);
    await vi.waitFor(async () => expect(await shown(bea, there)).toBe(404), SOON);
  });
});

describe("an answer in a partner's discussion", () => {
  test("is narrowed to it, also when it is asked to be public, and reaches its owner", async () => {
    const practice = await post(alphaOrg, {
      spoiler_text: "Ours",
      status: "@bravo@bravo.test text",
      visibility: "direct",
    });
    const there = await arrived(bravo, practice);
    const answer = await post(bea, {
      status: "We do too. @cy@charlie.test",
      in_reply_to_id: there,
    });
    expect(answer).toMatchObject({ visibility: "private", mentions: [] });
    expect(await shown(ana, await arrived(alpha, answer))).toMatchObject({ visibility: "private" });
    const edited = await bea("PUT", `/api/v1/statuses/${answer.id}`, { status: "We did." });
    expect(edited.status).toBe(200);
    await vi.waitFor(async () => {
      const id = await held(alpha, answer.uri);
      expect((await shown(ana, id ?? "")).content).toBe("<p>We did.</p>");
    }, SOON);
    await pause();
    expect(await held(charlie, answer.uri)).toBeUndefined();
    expect(await shown(cy, practice.id)).toBe(404);
  });
});
