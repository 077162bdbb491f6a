import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { signRequest } from "../../src/federation/signatures/sign.ts";
import { findActorByIri } from "../../src/persistence/repositories/actors.ts";
import { activities, posts } from "../../src/persistence/schema/index.ts";
import { signingKey } from "../../src/services/keys.ts";
import { createForeignPeer, type ForeignPeer } from "../support/foreign-peer.ts";
import { createNetwork, type Network, type NetworkInstance } from "../support/network.ts";
import { act, makePartners } from "../support/partners.ts";

const SOON = { timeout: 10_000, interval: 25 };
const NOBODY_GETS_IT_MS = 400;
const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

let network: Network;
let alpha: NetworkInstance;
let bravo: NetworkInstance;
let charlie: NetworkInstance;
let delta: NetworkInstance;
let mastodon: ForeignPeer;

beforeAll(async () => {
  network = createNetwork();
  alpha = await network.add("alpha");
  bravo = await network.add("bravo");
  charlie = await network.add("charlie");
  delta = await network.add("delta");
  mastodon = createForeignPeer("https://mastodon.test");
  network.join(mastodon);
  await makePartners(alpha, bravo);
  await makePartners(alpha, charlie);
}, 120_000);

afterAll(() => network.close());

interface Shared {
  readonly uri: string;
  /** instance → id of the practice there */
  readonly at: ReadonlyMap<NetworkInstance, string>;
}

async function publish(audience: string[], to: NetworkInstance[]): Promise<Shared> {
  const { status, json } = await alpha.api("POST", "/practices", {
    title: "Borescope intervals",
    content: "Every 4,000 hours.",
    label: "TLP:AMBER",
    audience,
  });
  expect(status, JSON.stringify(json)).toBe(201);
  const at = new Map([[alpha, String(json.id)]]);
  for (const instance of to) at.set(instance, await arrived(instance, json.uri));
  return { uri: json.uri, at };
}

const publishToBoth = () =>
  publish([`partner:${bravo.handle}`, `partner:${charlie.handle}`], [bravo, charlie]);

/** The id of what an instance holds under that IRI, as soon as it does. */
function arrived(instance: NetworkInstance, uri: string): Promise<string> {
  return vi.waitFor(async () => {
    const post = await held(instance, uri);
    if (post === undefined) throw new Error(`${uri} has not arrived`);
    return post.id.toString();
  }, SOON);
}

async function held(instance: NetworkInstance, uri: string) {
  const [post] = await instance.context.db.select().from(posts).where(eq(posts.iri, uri));
  return post;
}

async function reply(
  instance: NetworkInstance,
  practice: Shared,
  content: string,
  inReplyTo?: string,
) {
  const answer = await instance.api("POST", `/practices/${practice.at.get(instance)}/replies`, {
    content,
    ...(inReplyTo === undefined ? {} : { in_reply_to: inReplyTo }),
  });
  expect(answer.status, JSON.stringify(answer.json)).toBe(201);
  return answer.json;
}

/** What the discussion says at an instance, oldest first. */
async function discussion(instance: NetworkInstance, practice: Shared): Promise<string[]> {
  const { status, json } = await instance.api(
    "GET",
    `/practices/${practice.at.get(instance)}/discussion`,
  );
  expect(status, JSON.stringify(json)).toBe(200);
  return json.map((entry: { content_html: string }) => entry.content_html);
}

function eventually(instance: NetworkInstance, practice: Shared, expected: string[]) {
  return vi.waitFor(async () => {
    expect(await discussion(instance, practice)).toEqual(expected);
  }, SOON);
}

const pause = () => new Promise((resolve) => setTimeout(resolve, NOBODY_GETS_IT_MS));

describe("a reply by a partner's member to a practice for two partners", () => {
  let practice: Shared;
  let requestsBefore: number;

  beforeAll(async () => {
    practice = await publishToBoth();
    requestsBefore = network.requests.length;
    await reply(bravo, practice, "We do it every **3,000** hours. @someone@delta.test");
  });

  const SAID = ["<p>We do it every <strong>3,000</strong> hours. @someone@delta.test</p>"];

  test("reaches its own colleagues, the owner's members and the other partner's", async () => {
    await eventually(bravo, practice, SAID);
    await eventually(alpha, practice, SAID);
    await eventually(charlie, practice, SAID);
  });

  test("is by its author there, strictest label and all, as the owner passed it on", async () => {
    const { json } = await charlie.api("GET", `/practices/${practice.at.get(charlie)}/discussion`);
    expect(json).toEqual([
      expect.objectContaining({
        author: expect.objectContaining({ uri: bravo.admin.actor.iri, handle: "@ana@bravo.test" }),
        label: "TLP:AMBER",
        relayed_by: alpha.context.iris.organization,
        in_reply_to: practice.at.get(charlie),
      }),
    ]);
  });

  test("goes to the owner alone; the partners never speak to each other", async () => {
    await pause();
    const since = network.requests.slice(requestsBefore);
    const between = (from: NetworkInstance, to: NetworkInstance) =>
      since.filter((line) => isBetween(line, from, to));
    expect(between(bravo, charlie)).toEqual([]);
    expect(between(charlie, bravo)).toEqual([]);
    expect(between(bravo, alpha).filter((line) => line.includes(" POST "))).toEqual([
      `${bravo.origin} POST ${alpha.origin}/ap/org/inbox`,
    ]);
    expect(between(alpha, charlie).filter((line) => line.includes(" POST "))).toEqual([
      `${alpha.origin} POST ${charlie.origin}/ap/org/inbox`,
    ]);
  });

  test("leaves no trace with an outsider", async () => {
    expect(network.requests.slice(requestsBefore).join("\n")).not.toContain("delta.test");
    expect(await delta.context.db.select().from(posts)).toEqual([]);
  });

  test("is handed out by its own server to the owner, and to nobody else", async () => {
    const said = (await bravo.api("GET", `/practices/${practice.at.get(bravo)}/discussion`))
      .json[0];
    const path = new URL(said.uri).pathname;
    const missing = await bravo.fetch("/ap/posts/019ab1c2-0000-7000-8000-000000000000");
    const unsigned = await bravo.fetch(path);
    expect([unsigned.status, await unsigned.text()]).toEqual([404, await missing.text()]);
    await expect(charlie.context.remote.readObject(said.uri)).rejects.toMatchObject({
      code: "remote_not_found",
    });
    const read = await alpha.context.remote.readObject(said.uri);
    expect(read).toMatchObject({
      kind: "post",
      post: { to: [alpha.context.iris.organization], cc: [] },
    });
  });

  test("can be answered by the other partner's member, and that reaches all three", async () => {
    const [first] = (await charlie.api("GET", `/practices/${practice.at.get(charlie)}/discussion`))
      .json;
    await reply(charlie, practice, "Why so often?", first.id);
    const both = [...SAID, "<p>Why so often?</p>"];
    await eventually(alpha, practice, both);
    await eventually(bravo, practice, both);
    await eventually(charlie, practice, both);
    const there = (await bravo.api("GET", `/practices/${practice.at.get(bravo)}/discussion`)).json;
    expect(there[1].in_reply_to).toBe(there[0].id);
  });

  test("can be favourited where it was relayed to: the owner alone is told", async () => {
    const before = network.requests.length;
    const [there] = (await charlie.api("GET", `/practices/${practice.at.get(charlie)}/discussion`))
      .json;
    const given = await charlie.api("POST", `/posts/${there.id}/favourite`);
    expect(given.json).toMatchObject({ favourites_count: 1, favourited: true });
    const count = async () => (await held(alpha, there.uri))?.favouritesCount;
    await vi.waitFor(async () => expect(await count()).toBe(1), SOON);
    await charlie.api("POST", `/posts/${there.id}/favourite`);
    await charlie.api("DELETE", `/posts/${there.id}/favourite`);
    await vi.waitFor(async () => expect(await count()).toBe(0), SOON);
    expect((await held(bravo, there.uri))?.favouritesCount).toBe(0);
    const since = network.requests.slice(before);
    expect(since.some((line) => isBetween(line, charlie, bravo))).toBe(false);
  });

  test("is gone everywhere once its author deletes it, with what answers it", async () => {
    const [mine] = (await bravo.api("GET", `/practices/${practice.at.get(bravo)}/discussion`)).json;
    expect((await alpha.api("DELETE", `/posts/${mine.id}`)).status).toBe(404);
    expect((await bravo.api("DELETE", `/posts/${mine.id}`)).status).toBe(204);
    for (const instance of [alpha, bravo, charlie]) await eventually(instance, practice, []);
    await vi.waitFor(
      async () => expect((await held(charlie, mine.uri))?.contentHtml).toBe(""),
      SOON,
    );
  });
});

function isBetween(line: string, from: NetworkInstance, to: NetworkInstance): boolean {
  return line.startsWith(`${from.origin} `) && line.includes(` ${to.origin}/`);
}

/** What the owner sent about a post, as it stands on the wire. */
async function bodiesAbout(uri: string): Promise<string[]> {
  const { db } = alpha.context;
  const sent = await db.select({ body: activities.body }).from(activities);
  const found = sent.map(({ body }) => body).filter((body) => body.includes(uri));
  expect(found).toHaveLength(2);
  return found;
}

describe("a reply by the owner's own member", () => {
  test("reaches each partner by an activity of its own that names nobody else", async () => {
    const practice = await publishToBoth();
    const said = await reply(alpha, practice, "Read the annex first.");
    await eventually(bravo, practice, ["<p>Read the annex first.</p>"]);
    await eventually(charlie, practice, ["<p>Read the annex first.</p>"]);
    for (const body of await bodiesAbout(said.uri)) {
      expect([body.includes("bravo.test"), body.includes("charlie.test")]).toContain(false);
    }
    const asBravo = await bravo.context.remote.readObject(said.uri);
    expect(asBravo).toMatchObject({ post: { to: [bravo.context.iris.organization], cc: [] } });
    expect(JSON.stringify(asBravo)).not.toContain("charlie.test");
  });

  test("is counted nowhere, as anybody may read counts", async () => {
    const practice = await publishToBoth();
    await reply(alpha, practice, "Read the annex first.");
    expect((await held(alpha, practice.uri))?.repliesCount).toBe(0);
  });
});

describe("under a partnership for one practice", () => {
  test("its discussion is part of what the partnership opens", async () => {
    const echo = await network.add("echo");
    const { json } = await alpha.api("POST", "/practices", {
      title: "For one partner",
      content: "Only this.",
      audience: ["members"],
    });
    await makePartners(alpha, echo, { practice: json.id });
    const audience = ["members", `partner:${echo.handle}`];
    const widened = await alpha.api("PATCH", `/practices/${json.id}`, { audience });
    expect(widened.status, JSON.stringify(widened.json)).toBe(200);
    const there = await arrived(echo, json.uri);
    const practice: Shared = {
      uri: json.uri,
      at: new Map([
        [alpha, String(json.id)],
        [echo, there],
      ]),
    };
    await reply(echo, practice, "Thank you.");
    await eventually(alpha, practice, ["<p>Thank you.</p>"]);
    await reply(alpha, practice, "You are welcome.");
    await eventually(echo, practice, ["<p>Thank you.</p>", "<p>You are welcome.</p>"]);
  });
});

describe("when a partnership ends", () => {
  test("its discussions are over for that partner, and go on with the other", async () => {
    const foxtrot = await network.add("foxtrot");
    const partnership = await makePartners(alpha, foxtrot);
    const practice = await publish(
      [`partner:${bravo.handle}`, `partner:${foxtrot.handle}`],
      [bravo, foxtrot],
    );
    const said = await reply(bravo, practice, "Before the end.");
    await eventually(foxtrot, practice, ["<p>Before the end.</p>"]);
    await act(alpha, partnership, "end");
    await vi.waitFor(
      async () => expect((await held(foxtrot, said.uri))?.contentHtml).toBe(""),
      SOON,
    );
    const before = network.requests.length;
    const answer = await foxtrot.api("POST", `/practices/${practice.at.get(foxtrot)}/replies`, {
      content: "After the end.",
    });
    expect(answer.status).toBe(404);
    await reply(alpha, practice, "Without them.");
    await eventually(bravo, practice, ["<p>Before the end.</p>", "<p>Without them.</p>"]);
    await pause();
    const since = network.requests.slice(before);
    expect(since.filter((line) => isBetween(line, alpha, foxtrot))).toEqual([]);
  });
});

describe("when the practice is withdrawn", () => {
  test("its discussion is over on all sides, and its texts are gone", async () => {
    const practice = await publishToBoth();
    const said = await reply(bravo, practice, "We tried this.");
    await eventually(charlie, practice, ["<p>We tried this.</p>"]);
    await alpha.api("DELETE", `/practices/${practice.at.get(alpha)}`);
    await vi.waitFor(
      async () => expect((await held(charlie, said.uri))?.contentHtml).toBe(""),
      SOON,
    );
    await vi.waitFor(
      async () => expect((await held(bravo, practice.uri))?.withdrawnAt).not.toBeNull(),
      SOON,
    );
    for (const instance of [alpha, bravo, charlie]) {
      const id = practice.at.get(instance);
      expect((await instance.api("GET", `/practices/${id}/discussion`)).status).toBe(404);
    }
    await expect(alpha.context.remote.readObject(said.uri)).rejects.toMatchObject({
      code: "remote_not_found",
    });
  });
});

describe("servers that do not know our rules", () => {
  async function deliver(
    to: NetworkInstance,
    by: ReturnType<ForeignPeer["actor"]>,
    peer: ForeignPeer,
    note: Readonly<Record<string, unknown>>,
  ): Promise<number> {
    const request = peer.delivery(to.origin, by, {
      id: `${String(note["id"])}/create`,
      type: "Create",
      actor: by.iri,
      to: note["to"],
      cc: note["cc"],
      object: note,
    });
    const url = new URL(request.url);
    return (await to.fetch(url.pathname, request)).status;
  }

  test("a stranger's reply to what is not theirs is not kept, however it is addressed", async () => {
    const practice = await publishToBoth();
    const stranger = mastodon.actor("mia");
    for (const [name, to] of [
      ["direct", [alpha.context.iris.organization]],
      ["public", [PUBLIC]],
      ["followers", [stranger.followers]],
    ] as const) {
      const note = mastodon.note(stranger, `stranger-${name}`, {
        inReplyTo: practice.uri,
        to,
        cc: [alpha.context.iris.organization],
      });
      expect(await deliver(alpha, stranger, mastodon, note)).toBe(202);
      expect(await held(alpha, String(note["id"]))).toBeUndefined();
    }
  });

  test("a partner's reply that skips the owner is not taken from it", async () => {
    const practice = await publishToBoth();
    const first = await reply(bravo, practice, "First.");
    await eventually(charlie, practice, ["<p>First.</p>"]);
    const inbox = `${bravo.origin}/ap/org/inbox`;
    const note = {
      type: "Note",
      id: `${charlie.origin}/ap/posts/forged`,
      attributedTo: charlie.admin.actor.iri,
      inReplyTo: first.uri,
      content: "<p>Past the owner.</p>",
      to: [bravo.context.iris.organization],
    };
    const status = await sendAs(charlie, inbox, {
      "@context": "https://www.w3.org/ns/activitystreams",
      id: `${charlie.origin}/ap/activities/forged`,
      type: "Create",
      actor: charlie.admin.actor.iri,
      to: note.to,
      object: note,
    });
    expect(status).toBe(202);
    expect(await held(bravo, note.id)).toBeUndefined();
    expect(await discussion(bravo, practice)).toEqual(["<p>First.</p>"]);
  });

  test("nobody but the owner passes a reply on", async () => {
    const practice = await publishToBoth();
    const root = await held(bravo, practice.uri);
    const relayed = {
      type: "Note",
      id: "https://mastodon.test/notes/made-up",
      attributedTo: "https://mastodon.test/users/made-up",
      inReplyTo: practice.uri,
      content: "<p>Made up.</p>",
      to: [bravo.context.iris.organization],
    };
    const status = await sendAs(charlie, `${bravo.origin}/ap/org/inbox`, {
      "@context": "https://www.w3.org/ns/activitystreams",
      id: `${charlie.origin}/ap/activities/relay`,
      type: "Add",
      actor: charlie.context.iris.organization,
      to: relayed.to,
      target: root?.contextIri,
      object: relayed,
    });
    expect(status).toBe(202);
    expect(await held(bravo, relayed.id)).toBeUndefined();
  });
});

/** Sends an activity signed with the key of that instance's actor. */
async function sendAs(
  from: NetworkInstance,
  inbox: string,
  activity: Readonly<Record<string, unknown>>,
): Promise<number> {
  const actor = await findActorByIri(from.context.db, String(activity["actor"]));
  if (actor === null) throw new Error("no such actor");
  const { keyIri, privateKey } = await signingKey(from.context, actor.id);
  const body = JSON.stringify(activity);
  const headers = signRequest({
    method: "POST",
    url: inbox,
    body,
    keyId: keyIri,
    privateKey,
    spec: "draft-cavage",
  });
  const target = [alpha, bravo, charlie, delta].find((one) => inbox.startsWith(`${one.origin}/`));
  const answer = await target?.fetch(new URL(inbox).pathname, {
    method: "POST",
    headers: { "content-type": "application/activity+json", ...headers },
    body,
  });
  return answer?.status ?? 0;
}

describe("what a partner's member addresses otherwise", () => {
  async function sendReply(practice: Shared, name: string, to: unknown, cc: unknown) {
    const note = {
      type: "Note",
      id: `${bravo.origin}/ap/posts/${name}`,
      attributedTo: bravo.admin.actor.iri,
      inReplyTo: practice.uri,
      content: `<p>${name}</p>`,
      ...(to === undefined ? {} : { to, cc }),
    };
    const status = await sendAs(bravo, `${alpha.origin}/ap/org/inbox`, {
      "@context": "https://www.w3.org/ns/activitystreams",
      id: `${bravo.origin}/ap/activities/${name}`,
      type: "Create",
      actor: bravo.admin.actor.iri,
      object: note,
    });
    expect(status).toBe(202);
    return note.id;
  }

  test.each([
    ["everybody", "to-all", [PUBLIC], ["https://bravo.test/ap/actors/ana/followers"]],
    ["their followers", "to-followers", ["https://bravo.test/ap/actors/ana/followers"], []],
    [
      "their followers and the owner",
      "to-both",
      ["https://bravo.test/ap/actors/ana/followers"],
      ["https://alpha.test/ap/org"],
    ],
    ["nobody", "to-nobody", undefined, undefined],
  ])("to %s stays with author and owner", async (_, name, to, cc) => {
    const practice = await publishToBoth();
    const id = await sendReply(practice, name, to, cc);
    expect((await held(alpha, id))?.audience).toEqual([
      `partner:${alpha.context.iris.organization}`,
    ]);
    await eventually(alpha, practice, [`<p>${name}</p>`]);
    await pause();
    expect(await held(charlie, id)).toBeUndefined();
    expect(await discussion(charlie, practice)).toEqual([]);
    await expect(charlie.context.remote.readObject(id)).rejects.toBeDefined();
  });
});

// oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
async function getJson(path: string): Promise<any> {
  return (await alpha.fetch(path)).json();
}

describe("under a public practice", () => {
  test("replies are public, counted, and listed for everybody; hidden ones are not", async () => {
    const practice = await publish(["public"], []);
    await reply(alpha, practice, "For all.");
    const path = new URL(practice.uri).pathname;
    const document = await getJson(path);
    const collection = await getJson(`${path}/replies`);
    expect(document.replies).toBe(collection.id);
    expect(collection).toMatchObject({ type: "OrderedCollection", totalItems: 1 });
    const first = await getJson(`${path}/replies?page=true`);
    expect(first.orderedItems).toHaveLength(1);
    const note = await getJson(new URL(first.orderedItems[0]).pathname);
    expect(note).toMatchObject({ type: "Note", to: [PUBLIC], inReplyTo: practice.uri });
    const whole = await getJson(new URL(document.context).pathname);
    expect(whole).toMatchObject({ totalItems: 2, attributedTo: alpha.context.iris.organization });
    expect((await held(alpha, practice.uri))?.repliesCount).toBe(1);
  });

  test("an answer to a fediverse user goes to that user and to everybody", async () => {
    const practice = await publish(["public"], []);
    const mia = mastodon.actor("mona");
    const note = mastodon.note(mia, "asking", { inReplyTo: practice.uri });
    const request = mastodon.delivery(alpha.origin, mia, {
      id: "https://mastodon.test/activities/asking",
      type: "Create",
      actor: mia.iri,
      to: [PUBLIC],
      object: note,
    });
    expect((await alpha.fetch(new URL(request.url).pathname, request)).status).toBe(202);
    const asked = await arrived(alpha, String(note["id"]));
    await reply(alpha, practice, "Gladly.", asked);
    const create = await vi.waitFor(() => {
      const got = mastodon.inbox.find((activity) => activity["type"] === "Create");
      if (got === undefined) throw new Error("nothing came");
      return got;
    }, SOON);
    expect(create).toMatchObject({
      to: [PUBLIC],
      cc: expect.arrayContaining([mia.iri]),
      object: { tag: [{ type: "Mention", href: mia.iri }] },
    });
  });

  test("a reply to us alone is in no collection and no count that others get", async () => {
    const practice = await publish(["public"], []);
    const mia = mastodon.actor("milo");
    const note = mastodon.note(mia, "in-confidence", {
      inReplyTo: practice.uri,
      to: [alpha.context.iris.organization],
      cc: [],
    });
    const request = mastodon.delivery(alpha.origin, mia, {
      id: "https://mastodon.test/activities/in-confidence",
      type: "Create",
      actor: mia.iri,
      to: note["to"],
      object: note,
    });
    expect((await alpha.fetch(new URL(request.url).pathname, request)).status).toBe(202);
    expect(await discussion(alpha, practice)).toEqual(["<p>in-confidence</p>"]);
    const path = new URL(practice.uri).pathname;
    expect(await getJson(`${path}/replies`)).toMatchObject({ totalItems: 0 });
    const { context } = await getJson(path);
    expect(await getJson(new URL(context).pathname)).toMatchObject({ totalItems: 1 });
    const id = practice.at.get(alpha);
    const asked = await alpha.fetch(`/api/praxis/v1/practices/${id}/discussion`);
    expect(await asked.json()).toEqual([]);
  });

  test("the collections of a hidden practice are those of a missing one", async () => {
    const practice = await publishToBoth();
    const path = new URL(practice.uri).pathname;
    const context = new URL((await held(alpha, practice.uri))?.contextIri ?? "").pathname;
    const missing = await alpha.fetch("/ap/practices/missing");
    const body = await missing.text();
    for (const hidden of [`${path}/replies`, `${path}/replies?page=true`, context]) {
      const answer = await alpha.fetch(hidden);
      expect([answer.status, await answer.text()]).toEqual([404, body]);
      expect(Object.fromEntries(answer.headers)).toEqual(Object.fromEntries(missing.headers));
    }
  });
});
