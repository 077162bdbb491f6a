import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { serializeActivity } from "../../src/federation/outbound/serialize.ts";
import type { ForeignActor } from "../support/foreign-peer.ts";
import { startForeignServer, type ForeignServer } from "../support/foreign-server.ts";
import { ask, whole } from "../support/http-answer.ts";
import {
  arrived,
  find,
  makePartners,
  publish,
  PUBLIC,
  SECRET,
  SOON,
  startLeakWorld,
  type LeakWorld,
  type Party,
  type PracticeJson,
} from "../support/leak-world.ts";

/**
 * Cases 21 to 33 of the leak suite: what leaves A. B and C are both partners of A here; C is the one
 * who is removed, moves its inbox and so on. Fay, on a foreign server with a shared inbox, follows A.
 */
type Json = Readonly<Record<string, unknown>>;

let world: LeakWorld;
let evil: ForeignServer;
let a: Party;
let b: Party;
let c: Party;
let fay: ForeignActor;
let withC: string;
let P: PracticeJson;

beforeAll(async () => {
  [world, evil] = await Promise.all([startLeakWorld(), startForeignServer()]);
  ({ a, b, c } = world);
  fay = world.peer.actor("fay");
  await world.deliver(a, fay, world.activity(fay, "Follow", a.actor));
  withC = await makePartners(a, c);
  P = await publish(a, { audience: [`partner:${b.handle}`] });
  await arrived(b, "carla", P.uri);
}, 120_000);

afterAll(() => Promise.all([world.close(), evil.close()]));

/** Activities of A about a post, oldest first, with the inboxes that they went to. */
async function sent(uri: string, at = a) {
  const rows = await at.database.sql`
    select act.type, act.body, coalesce(array_agg(i.url) filter (where i.url is not null), '{}') as inboxes,
      coalesce(array_agg(d.state) filter (where d.state is not null), '{}') as states
    from activities act left join posts p on p.id = act.post_id
      left join deliveries d on d.activity_id = act.id left join inboxes i on i.id = d.inbox_id
    where p.iri = ${uri} group by act.id order by act.id`;
  return rows.map(({ type, body, inboxes, states }) => ({
    type: String(type),
    body: String(body),
    inboxes: inboxes as string[],
    states: states as string[],
  }));
}

/** Waits until A has nothing in hand: neither fan-outs nor deliveries that are due. */
async function quiet(at = a): Promise<void> {
  await vi.waitFor(async () => {
    const [row] = await at.database.sql`
      select (select count(*)::int from pgboss.job where name in ('fan-out', 'refresh-actor')
          and state in ('created', 'retry', 'active'))
        + (select count(*)::int from deliveries where state = 'queued') as busy`;
    expect(row?.["busy"]).toBe(0);
  }, SOON);
}

const to = (...parties: Party[]) => parties.map((party) => `partner:${party.handle}`);

async function edit(practice: PracticeJson, changes: Json): Promise<void> {
  const { status, json } = await a.as("ana", "PATCH", `/practices/${practice.id}`, changes);
  expect(status, JSON.stringify(json)).toBe(200);
}

/** That P as a partner holds it is gone there. */
function gone(at: Party, uri: string): Promise<void> {
  return vi.waitFor(async () => expect(await find(at, "ana", uri)).toBeUndefined(), SOON);
}

// The two rules about what is never written cannot be broken from outside, as no surface takes an
// address or a proof: what is sent is looked at here, and the one serializer is asked directly.
const CREATE = { type: "Create", actor: "https://a.example/ap/org", object: { type: "Note" } };
const FOR_PARTNER: Audience = [{ kind: "partner", organization: "https://b.example/ap/org" }];

test("21 bto and bcc are refused wherever they stand, and nothing that was sent has them", async () => {
  for (const name of ["bto", "bcc"]) {
    for (const audience of [FOR_PARTNER, [{ kind: "public" }] as Audience]) {
      const somewhere = { ...CREATE, object: { ...CREATE.object, tag: [{ [name]: ["x"] }] } };
      expect(() => serializeActivity({ ...CREATE, [name]: ["x"] }, audience)).toThrow(
        "not be sent",
      );
      expect(() => serializeActivity(somewhere, audience)).toThrow("not be sent");
    }
  }
  for (const { body } of await sent(P.uri)) expect(body).not.toMatch(/"b(?:to|cc)"/);
});

test("22 the public address and followers collections are refused in what is for a partner, and nothing that was sent has them", async () => {
  for (const address of [PUBLIC, "as:Public", "Public", "https://a.example/ap/org/followers"]) {
    for (const field of ["to", "cc", "audience"]) {
      const addressed = { ...CREATE, object: { ...CREATE.object, [field]: [address] } };
      expect(() => serializeActivity(addressed, FOR_PARTNER)).toThrow("not be sent");
      expect(() => serializeActivity({ ...CREATE, [field]: address }, FOR_PARTNER)).toThrow();
    }
  }
  const [create] = await sent(P.uri);
  expect(create?.body).not.toMatch(/as:Public|#Public|\/followers/);
  expect(JSON.parse(create?.body ?? "{}")).toMatchObject({ to: [b.actor] });
});

test("23 P goes to the partner's own inbox and never to a shared one; followers get what is theirs one by one", async () => {
  await quiet();
  const [create] = await sent(P.uri);
  expect(create?.inboxes).toEqual([`${b.actor}/inbox`]);
  const forFollowers = await publish(a, { audience: ["followers"] });
  const open = await publish(a, { title: "Open", summary: "", content: "For all.", topics: [] });
  const pathOf = (uri: string) =>
    vi.waitFor(() => {
      const found = world.peer.posted.find(({ text }) => text.includes(uri));
      if (found === undefined) throw new Error(`${uri} did not come`);
      return found.path;
    }, SOON);
  expect(await pathOf(forFollowers.uri)).toBe("/users/fay/inbox");
  expect(await pathOf(open.uri)).toBe("/inbox");
  await quiet();
  expect((await sent(forFollowers.uri)).flatMap(({ inboxes }) => inboxes)).toEqual([
    `${fay.iri}/inbox`,
  ]);
});

test("24 neither a linked-data signature nor an object proof stands on P, as sent or as served", async () => {
  for (const name of ["signature", "proof"]) {
    const proved = { ...CREATE, object: { ...CREATE.object, [name]: { type: "X" } } };
    expect(() => serializeActivity(proved, FOR_PARTNER)).toThrow("not be sent");
    expect(() => serializeActivity({ ...CREATE, [name]: {} }, FOR_PARTNER)).toThrow("not be sent");
  }
  const signer = await b.signer(b.actor);
  const served = await a.get(P.uri, { signer });
  const [create] = await sent(P.uri);
  const activity = await a.get(JSON.parse(create?.body ?? "{}").id, { signer });
  expect([served.status, activity.status]).toEqual([200, 200]);
  for (const text of [served.text, activity.text, create?.body ?? ""]) {
    expect(text).toContain(SECRET);
    expect(text).not.toMatch(/"(?:signature|proof|signatureValue|proofValue)"/);
  }
});

test("25 a circle that nobody is in gets nothing: zero deliveries", async () => {
  const circle = { slug: "empty", name: "Empty", members: [] };
  expect((await a.as("ana", "POST", "/circles", circle)).status).toBe(201);
  const practice = await publish(a, { audience: ["circle:empty"] });
  await quiet();
  expect((await sent(practice.uri)).flatMap(({ inboxes }) => inboxes)).toEqual([]);
  for (const party of [b, c]) expect(await find(party, "ana", practice.uri)).toBeUndefined();
  const preview = await a.as("ana", "POST", "/audience/preview", { audience: ["circle:empty"] });
  expect(preview.json).toMatchObject({ public: false, organizations: [], people: [] });
});

test("26 what waits for a partner is dropped when the partner is removed from the audience meanwhile", async () => {
  await c.kill();
  const practice = await publish(a, { audience: to(b, c), title: `${SECRET} waiting` });
  await arrived(b, "carla", practice.uri);
  await vi.waitFor(async () => {
    const rows = await a.database.sql`select from deliveries d join inboxes i on i.id = d.inbox_id
      where i.url = ${`${c.actor}/inbox`} and d.state = 'queued'`;
    expect(rows.length).toBeGreaterThan(0);
  }, SOON);
  await edit(practice, { audience: to(b) });
  await c.start();
  await a.database.sql`update deliveries set due_at = now() where state = 'queued'`;
  await a.database.sql`update hosts set open_until = null`;
  await quiet();
  const creates = (await sent(practice.uri)).filter(({ type }) => type === "Create");
  const forC = creates.filter(({ inboxes }) => inboxes.includes(`${c.actor}/inbox`));
  expect(forC.flatMap(({ states }) => states)).toEqual(["dropped"]);
  const rows = await c.database.sql`select from posts where title like ${`${SECRET} waiting%`}`;
  expect(rows).toHaveLength(0);
}, 60_000);

test("27 an inbox that redirects is not followed", async () => {
  const moved = () =>
    new Response(null, { status: 307, headers: { location: `${evil.origin}/elsewhere` } });
  for (const path of ["/inbox", "/users/fay/inbox"]) world.peer.answers.set(path, moved);
  const count = world.peer.posted.length;
  const practice = await publish(a, { audience: ["followers"], title: `${SECRET} redirected` });
  await vi.waitFor(() => expect(world.peer.posted.length).toBeGreaterThan(count), SOON);
  await vi.waitFor(async () => {
    const [row] = await a.database.sql`
      select d.last_result, d.attempts from deliveries d join activities act on act.id = d.activity_id
        join posts p on p.id = act.post_id where p.iri = ${practice.uri}`;
    expect(row?.["attempts"]).toBeGreaterThan(0);
    expect(row?.["last_result"]).toMatch(/307|redirect/);
  }, SOON);
  expect(evil.posted).toEqual([]);
  world.peer.answers.clear();
  await a.database.sql`update deliveries set state = 'dead' where state = 'queued'`;
});

test("28 a partner whose document names an inbox on another server gets nothing there", async () => {
  const signer = await c.signer(c.actor);
  const stolen = `${evil.origin}/inbox`;
  await c.database.sql`update actors set inbox = ${stolen} where iri = ${c.actor}`;
  await c.kill();
  await c.start();
  expect((await c.get("/ap/org")).json().inbox).toBe(stolen);
  const byC = { iri: c.actor, followers: "", ...signer };
  await world.deliver(a, byC, world.activity(byC, "Update", c.actor));
  const practice = await publish(a, { audience: to(c), title: `${SECRET} to a stolen inbox` });
  await quiet();
  expect(evil.posted).toEqual([]);
  const inboxes = (await sent(practice.uri)).flatMap((each) => each.inboxes);
  expect(inboxes.filter((url) => !url.startsWith(c.origin))).toEqual([]);
  await c.database.sql`update actors set inbox = ${`${c.actor}/inbox`} where iri = ${c.actor}`;
  await c.kill();
  await c.start();
}, 60_000);

test("29 whoever is mentioned in P without being in its audience is not addressed, and the author is warned", async () => {
  const outsider = `@fay@${new URL(fay.iri).host}`;
  const posted = world.peer.posted.length;
  const practice = await publish(a, {
    audience: to(b),
    content: `Ask ${outsider} about ${SECRET}.`,
  });
  expect(JSON.stringify(practice["warnings"])).toContain(outsider);
  await quiet();
  const [create] = await sent(practice.uri);
  expect(create?.inboxes).toEqual([`${b.actor}/inbox`]);
  const { to: addressed, cc, object } = JSON.parse(create?.body ?? "{}");
  expect([addressed, cc ?? [], object.to, object.cc ?? []]).toEqual([[b.actor], [], [b.actor], []]);
  expect(JSON.stringify(object.tag)).not.toContain(fay.iri);
  expect(world.peer.posted.length).toBe(posted);
  expect((await a.get(practice.uri, { signer: fay })).status).toBe(404);
});

test("30 an edit never widens by itself: neither the audience nor the inboxes change", async () => {
  const practice = await publish(a, { audience: to(b) });
  await arrived(b, "carla", practice.uri);
  const before = world.peer.posted.length;
  await edit(practice, { content: `Now with @ana@${new URL(c.origin).host} and ${SECRET}.` });
  await vi.waitFor(async () => {
    expect((await arrived(b, "carla", practice.uri))["revision"]).toBe(2);
  }, SOON);
  await quiet();
  const told = await sent(practice.uri);
  expect(told.map(({ type }) => type)).toEqual(["Create", "Update"]);
  expect(new Set(told.flatMap(({ inboxes }) => inboxes))).toEqual(new Set([`${b.actor}/inbox`]));
  expect(await find(c, "ana", practice.uri)).toBeUndefined();
  expect(world.peer.posted.length).toBe(before);
  expect((await a.get(practice.uri)).status).toBe(404);
});

test("31 a recall goes to everyone who ever had it, also to who was removed before", async () => {
  const practice = await publish(a, { audience: to(b, c), title: `${SECRET} to be recalled` });
  const [atB] = await Promise.all([
    arrived(b, "carla", practice.uri),
    arrived(c, "ana", practice.uri),
  ]);
  await quiet();
  await edit(practice, { audience: to(b) });
  await gone(c, practice.uri);
  expect(await find(b, "carla", practice.uri)).toBeDefined();
  expect((await a.as("ana", "DELETE", `/practices/${practice.id}`)).status).toBe(204);
  await gone(b, practice.uri);
  await quiet();
  const deletes = (await sent(practice.uri)).filter(({ type }) => type === "Delete");
  expect(new Set(deletes.flatMap(({ inboxes }) => inboxes))).toEqual(
    new Set([`${b.actor}/inbox`, `${c.actor}/inbox`]),
  );
  for (const { body } of deletes) expect(body).not.toContain(SECRET);
  for (const party of [b, c]) {
    const rows = await party.database.sql`select title, summary, content_html from posts
      where iri = ${practice.uri}`;
    expect(rows).toEqual([{ title: "", summary: "", content_html: "" }]);
  }
  // Nobody else learns that there was something.
  const missing = (address: string) =>
    address
      .replace(/[0-9a-f-]{36}/, randomUUID())
      .replace(/\d{15,}$/, (id) => (BigInt(id) + 999n).toString());
  for (const url of [practice.uri, practice.url, `${b.origin}/posts/${atB.id}`]) {
    for (const accept of ["application/activity+json", "text/html"]) {
      const [one, other] = await Promise.all([
        ask(url, { accept, signer: fay }),
        ask(missing(url), { accept, signer: fay }),
      ]);
      expect(whole(one), url).toEqual(whole(other));
    }
  }
  await vi.waitFor(async () => {
    const { json } = await a.as("ana", "GET", `/disclosures?practice=${practice.id}`);
    const acknowledged = json.filter((line: { events: { event: string }[] }) =>
      line.events.some(({ event }) => event === "recall_acknowledged"),
    );
    const actors = acknowledged.map((line: { actor: { uri: string } }) => line.actor.uri);
    expect(actors.toSorted()).toEqual([b.actor, c.actor].toSorted());
  }, SOON);
});

test("32 a removed partner is sent no later edit", async () => {
  const practice = await publish(a, { audience: to(b, c), title: `${SECRET} in two editions` });
  await Promise.all([arrived(b, "carla", practice.uri), arrived(c, "ana", practice.uri)]);
  await edit(practice, { audience: to(b) });
  await gone(c, practice.uri);
  await edit(practice, { content: `The second edition of ${SECRET}.` });
  await vi.waitFor(async () => {
    expect((await arrived(b, "carla", practice.uri))["content"]).toContain("second edition");
  }, SOON);
  await quiet();
  const toC = (await sent(practice.uri)).filter(({ inboxes }) =>
    inboxes.includes(`${c.actor}/inbox`),
  );
  expect(toC.map(({ type }) => type)).toEqual(["Create", "Delete"]);
  expect((await a.get(practice.uri, { signer: await c.signer(c.actor) })).status).toBe(404);
});

test("33 a reply in a discussion is relayed by the discussion's owner alone, to the other partners alone", async () => {
  const practice = await publish(a, { audience: to(b, c), title: `${SECRET} to be discussed` });
  const [atB, atC] = await Promise.all([
    arrived(b, "bo", practice.uri),
    arrived(c, "ana", practice.uri),
  ]);
  const reply = await b.as("bo", "POST", `/practices/${atB.id}/replies`, {
    content: "Bo's question",
  });
  expect(reply.status, JSON.stringify(reply.json)).toBe(201);
  await vi.waitFor(async () => {
    const { json } = await c.as("ana", "GET", `/practices/${atC.id}/discussion`);
    expect(json).toMatchObject([{ uri: reply.json.uri, relayed_by: a.actor }]);
  }, SOON);
  const fromB = (await sent(reply.json.uri, b)).flatMap(({ inboxes }) => inboxes);
  expect(fromB.length).toBeGreaterThan(0);
  expect(fromB.filter((inbox) => !inbox.startsWith(a.origin))).toEqual([]);
  const fromA = (await sent(reply.json.uri)).flatMap(({ inboxes }) => inboxes);
  expect(fromA).toEqual([`${c.actor}/inbox`]);
  // The same relay by somebody else: by B itself, and by a stranger.
  const forged = {
    type: "Note",
    id: `${b.origin}/ap/posts/01a00000-0000-7000-8000-000000000001`,
    attributedTo: `${b.origin}/ap/actors/bo`,
    inReplyTo: practice.uri,
    content: "<p>Relayed by the wrong one</p>",
    to: [c.actor],
  };
  const discussion = (await a.get(practice.uri, { signer: await b.signer(b.actor) })).json()
    .context;
  for (const by of [{ iri: b.actor, ...(await b.signer(b.actor)) }, fay]) {
    const relay = world.activity(by, "Add", forged, { target: discussion, to: [c.actor] });
    await world.deliver(c, { followers: "", ...by }, relay);
  }
  const rows = await c.database.sql`select from posts where iri = ${forged.id}`;
  expect(rows).toHaveLength(0);
});

test("32 when the partnership ends, nothing more is sent and what was sent is recalled", async () => {
  const practice = await publish(a, { audience: to(b, c), title: `${SECRET} until the end` });
  await Promise.all([arrived(b, "carla", practice.uri), arrived(c, "ana", practice.uri)]);
  const ended = await a.as("ana", "POST", `/partnerships/${withC}/end`);
  expect(ended.status, JSON.stringify(ended.json)).toBe(200);
  expect((await a.get(practice.uri, { signer: await c.signer(c.actor) })).status).toBe(404);
  await gone(c, practice.uri);
  await edit(practice, { content: `After the end of ${SECRET}.` });
  await quiet();
  const toC = (await sent(practice.uri)).filter(({ inboxes }) =>
    inboxes.includes(`${c.actor}/inbox`),
  );
  expect(toC.map(({ type }) => type)).toEqual(["Create", "Delete"]);
});

test("26 what waits is dropped at the moment of sending when the partnership is suspended by then, and nobody dropped it before", async () => {
  await b.kill();
  const practice = await publish(a, { audience: to(b), title: `${SECRET} too late` });
  await vi.waitFor(async () => {
    const [create] = await sent(practice.uri);
    expect(create?.states).toEqual(["queued"]);
  }, SOON);
  await a.kill();
  await a.database.sql`update partnerships set suspended_by_us_at = now() where state = 'active'`;
  await a.database.sql`update deliveries set due_at = now() where state = 'queued'`;
  await a.database.sql`update hosts set open_until = null`;
  await Promise.all([a.start(), b.start()]);
  await quiet();
  const [create] = await sent(practice.uri);
  expect(create?.states).toEqual(["dropped"]);
  expect(await b.database.sql`select from posts where iri = ${practice.uri}`).toHaveLength(0);
}, 60_000);
