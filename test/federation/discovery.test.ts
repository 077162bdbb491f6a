import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";

const ACTIVITY = { headers: { Accept: "application/activity+json" } };

let network: Network;
let alpha: NetworkInstance;
let practice: { uri: string; url: string };

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  const { json } = await alpha.api("POST", "/practices", { title: "Open", content: "text" });
  practice = json;
});

afterAll(() => network.close());

async function subjectOf(resource: string): Promise<{ status: number; subject?: string }> {
  const path = `/.well-known/webfinger?resource=${encodeURIComponent(resource)}`;
  const answer = await alpha.fetch(path);
  const text = await answer.text();
  return { status: answer.status, ...(answer.ok ? JSON.parse(text) : {}) };
}

describe("WebFinger", () => {
  it.each([
    ["acct:alpha@alpha.test", "acct:alpha@alpha.test"],
    ["acct:ALPHA@alpha.test", "acct:alpha@alpha.test"],
    ["acct:alpha.test@alpha.test", "acct:alpha@alpha.test"],
    ["acct:ana@alpha.test", "acct:ana@alpha.test"],
    ["acct:instance@alpha.test", "acct:instance@alpha.test"],
    ["https://alpha.test/", "acct:alpha@alpha.test"],
    ["https://alpha.test/@ana", "acct:ana@alpha.test"],
    ["https://alpha.test/ap/org", "acct:alpha@alpha.test"],
  ])("finds %s as %s", async (resource, subject) => {
    expect(await subjectOf(resource)).toMatchObject({ status: 200, subject });
  });

  it.each([
    ["acct:nobody@alpha.test", 404],
    ["acct:alpha@evil.test", 404],
    ["https://evil.test/@ana", 404],
    ["alpha", 400],
  ])("answers %s with %i", async (resource, status) => {
    expect((await subjectOf(resource)).status).toBe(status);
  });

  it("answers the same again from memory", async () => {
    const first = await subjectOf("acct:alpha@alpha.test");
    expect(await subjectOf("acct:alpha@alpha.test")).toEqual(first);
  });
});

describe("NodeInfo and host-meta", () => {
  it("counts what is really there", async () => {
    const { json: links } = await alpha.document("/.well-known/nodeinfo");
    expect(links.links[0].href).toBe("https://alpha.test/nodeinfo/2.1");
    const info = await (await alpha.fetch("/nodeinfo/2.1")).json();
    expect(info).toMatchObject({
      version: "2.1",
      software: { name: "praxis" },
      protocols: ["activitypub"],
      openRegistrations: false,
      usage: { users: { total: 1 }, localPosts: 1, localComments: 0 },
    });
  });

  it("says where WebFinger is", async () => {
    const xml = await (await alpha.fetch("/.well-known/host-meta")).text();
    expect(xml).toContain("https://alpha.test/.well-known/webfinger?resource={uri}");
  });
});

describe("documents", () => {
  it.each([
    ["/ap/org", "Organization"],
    ["/ap/instance", "Application"],
    ["/ap/actors/ana", "Person"],
  ])("serves the actor %s unsigned as %s with both keys", async (path, type) => {
    const answer = await alpha.fetch(path, ACTIVITY);
    expect(answer.headers.get("content-type")).toContain("application/activity+json");
    const actor = await answer.json();
    expect(actor).toMatchObject({
      id: `https://alpha.test${path}`,
      type,
      inbox: `https://alpha.test${path}/inbox`,
      publicKey: { owner: `https://alpha.test${path}` },
      assertionMethod: [{ type: "Multikey", controller: `https://alpha.test${path}` }],
    });
  });

  it("negotiates between the page and the object on the page's own URL", async () => {
    const { pathname } = new URL(practice.url);
    const object = await alpha.fetch(pathname, ACTIVITY);
    expect(await object.json()).toMatchObject({ type: "Article", id: practice.uri, name: "Open" });
    const html = "text/html,application/xhtml+xml,*/*;q=0.8";
    const page = await alpha.fetch(pathname, { headers: { Accept: html } });
    expect(page.headers.get("content-type")).toContain("text/html");
    for (const answer of [object, page]) expect(answer.headers.get("vary")).toContain("Accept");
  });

  it("does not serve a page where only ActivityPub lives", async () => {
    const answer = await alpha.fetch("/ap/org", { headers: { Accept: "text/html" } });
    expect(answer.status).toBe(406);
  });

  it("pages the outbox and makes every activity in it dereferenceable", async () => {
    const { json: outbox } = await alpha.document("/ap/org/outbox");
    expect(outbox).toMatchObject({ type: "OrderedCollection", totalItems: 1 });
    const { pathname, search } = new URL(outbox.first);
    const { json: page } = await alpha.document(pathname + search);
    expect(page).toMatchObject({ type: "OrderedCollectionPage", partOf: outbox.id });
    const [create] = page.orderedItems;
    expect(create).toMatchObject({ type: "Create", object: { id: practice.uri } });
    const served = await alpha.fetch(new URL(create.id).pathname, ACTIVITY);
    expect(await served.json()).toMatchObject({ type: "Create", id: create.id });
  });

  it("answers what is not there and what nobody may know of with the same bytes", async () => {
    const paths = ["/ap/actors/nobody", "/ap/practices/1", "/ap/activities/x", "/ap/nothing/here"];
    const answers = await Promise.all(paths.map((path) => alpha.fetch(path, ACTIVITY)));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies).size).toBe(1);
    expect(answers.every((answer) => answer.status === 404)).toBe(true);
  });

  it.each([
    "/ap/actors/a%00b",
    "/ap/actors/a%00b/outbox",
    "/ap/posts/a%00b",
    "/practices/a%00b",
    "/@a%00b",
    "/.well-known/webfinger?resource=acct:a%00b@alpha.test",
  ])("has nothing at %s, whose name no database keeps", async (path) => {
    expect((await alpha.fetch(path, ACTIVITY)).status).toBe(404);
  });

  it("stops serving an actor that is suspended, in memory too", async () => {
    const { addMember, suspendMember } = await import("../../src/services/members.ts");
    const input = {
      handle: "ben",
      email: "ben@alpha.test",
      role: "reader",
      password: null,
    } as const;
    await addMember(alpha.context, input);
    expect((await alpha.fetch("/ap/actors/ben", ACTIVITY)).status).toBe(200);
    expect((await subjectOf("acct:ben@alpha.test")).status).toBe(200);
    await suspendMember(alpha.context, "ben", { lift: false });
    await expect
      .poll(async () => (await alpha.fetch("/ap/actors/ben", ACTIVITY)).status, { timeout: 10_000 })
      .toBe(404);
    expect((await subjectOf("acct:ben@alpha.test")).status).toBe(404);
  });
});
