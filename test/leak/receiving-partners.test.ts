import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { canonicalAgreement } from "../../src/domain/agreement.ts";
import { signRecord } from "../../src/platform/crypto/signed-records.ts";
import type { ForeignActor } from "../support/foreign-peer.ts";
import { startForeignServer, type ForeignServer } from "../support/foreign-server.ts";
import {
  arrived,
  find,
  makePartners,
  partnershipAt,
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
 * Cases 48, 51 to 55 and 63 to 65 of the leak suite: what B, C and strangers tell A about
 * partnerships, circles and the discussion of P. B and C are partners of A, and P is for both. A lie
 * in B's name is signed with B's real keys, as by a server that does not keep our rules.
 */
type Json = Readonly<Record<string, unknown>>;

let world: LeakWorld;
let evil: ForeignServer;
let a: Party;
let b: Party;
let c: Party;
let bea: ForeignActor;
let mallory: ForeignActor;
/** actors of B and C, as who lies in their name */
let bo: ForeignActor;
let bravo: ForeignActor;
let charlie: ForeignActor;
let P: PracticeJson;

beforeAll(async () => {
  [world, evil] = await Promise.all([startLeakWorld(), startForeignServer()]);
  ({ a, b, c } = world);
  bea = world.peer.actor("bea");
  mallory = evil.actor("mallory");
  const liar = async (party: Party, iri: string): Promise<ForeignActor> => ({
    iri,
    followers: `${iri}/followers`,
    ...(await party.signer(iri)),
  });
  bo = await liar(b, `${b.origin}/ap/actors/bo`);
  bravo = await liar(b, b.actor);
  charlie = await liar(c, c.actor);
  await makePartners(a, c);
  P = await publish(a, { audience: [`partner:${b.handle}`, `partner:${c.handle}`] });
  await Promise.all([arrived(b, "carla", P.uri), arrived(c, "ana", P.uri)]);
}, 120_000);

afterAll(() => Promise.all([world.close(), evil.close()]));

async function toA(by: ForeignActor, activity: Json): Promise<number> {
  return (await world.deliver(a, by, activity)).status;
}

async function outcome(activity: Json, at = a): Promise<string | null> {
  const [row] = await at.database.sql`
    select outcome from received_activities where iri = ${String(activity["id"])}`;
  return row === undefined ? null : String(row["outcome"]);
}

async function countsOfP(at = a) {
  const [row] = await at.database.sql`
    select boosts_count as boosts, favourites_count as favourites, replies_count as replies
    from posts where iri = ${P.uri}`;
  return { ...row };
}

async function discussionOf(at: Party, member: string, practice = P): Promise<Json[]> {
  const { id } = await arrived(at, member, practice.uri);
  return (await at.as(member, "GET", `/practices/${id}/discussion`)).json;
}

/** A reply inside P by Bo, as B's server sends it when it does not know our rules. */
function replyByBo(content: string, addressed: Json): Json {
  return {
    type: "Note",
    id: `${b.origin}/ap/posts/${randomUUID()}`,
    attributedTo: bo.iri,
    inReplyTo: P.uri,
    content: `<p>${content}</p>`,
    published: new Date().toISOString(),
    ...addressed,
  };
}

/** Waits until A has handed over everything that it has to send. */
function settled(): Promise<void> {
  return vi.waitFor(async () => {
    const [row] = await a.database.sql`
      select (select count(*)::int from pgboss.job where name = 'fan-out'
          and state in ('created', 'retry', 'active'))
        + (select count(*)::int from deliveries where state = 'queued') as busy`;
    expect(row?.["busy"]).toBe(0);
  }, SOON);
}

test("48 a boost or quote of P by anybody but its owner is refused, by the partner's own people as well", async () => {
  for (const by of [bo, bravo, charlie, bea, mallory]) {
    const boost = world.activity(by, "Announce", P.uri, { to: [PUBLIC], cc: [by.followers] });
    await toA(by, boost);
    expect(await outcome(boost), by.iri).toMatch(/^ignored:/);
    const quote = world.peer.note(bea, `quote-${randomUUID()}`, {
      to: [a.actor],
      quoteUrl: P.uri,
      quoteUri: P.uri,
      quote: P.uri,
      tag: [{ type: "Link", rel: "https://misskey-hub.net/ns#_misskey_quote", href: P.uri }],
    });
    await toA(bea, world.activity(bea, "Create", quote, { to: [a.actor] }));
  }
  // At B, where P is known as well, a stranger's boost of it counts for nothing either.
  const atB = world.activity(bea, "Announce", P.uri, { to: [PUBLIC] });
  await world.deliver(b, bea, atB);
  expect(await outcome(atB, b)).toMatch(/^ignored:/);
  expect([await countsOfP(), await countsOfP(b)]).toMatchObject([{ boosts: 0 }, { boosts: 0 }]);
  const quotes = await a.database.sql`select content_html from posts where iri like '%quote-%'`;
  for (const row of quotes) expect(String(row["content_html"])).not.toContain(SECRET);
  const { id } = await arrived(b, "bo", P.uri);
  for (const path of [`/practices/${id}/reblog`, `/practices/${id}/boost`, `/posts/${id}/reblog`]) {
    expect((await b.as("bo", "POST", path)).status).toBe(404);
  }
});

test("51 a reply inside P that is addressed to everybody is kept to its author and the owner", async () => {
  const reply = replyByBo("For all the world", { to: [PUBLIC], cc: [bo.followers] });
  expect(await toA(bo, world.activity(bo, "Create", reply, { to: [PUBLIC] }))).toBe(202);
  await settled();
  const [row] = await a.database.sql`select audience from posts where iri = ${String(reply["id"])}`;
  expect(row?.["audience"]).toEqual([`partner:${a.actor}`]);
  expect((await discussionOf(a, "ana")).map((each) => each["uri"])).toContain(reply["id"]);
  expect((await discussionOf(c, "ana")).map((each) => each["uri"])).not.toContain(reply["id"]);
  const relayed = await a.database.sql`
    select from activities where type = 'Add' and body like ${`%${String(reply["id"])}%`}`;
  expect(relayed).toHaveLength(0);
  expect((await countsOfP())["replies"]).toBe(0);
  const key = P.uri.split("/").at(-1) ?? "";
  for (const signer of [undefined, bea, await c.signer(c.actor)]) {
    const { text } = await a.get(`/ap/contexts/${key}?page=true`, { signer });
    expect(text).not.toContain(String(reply["id"]));
  }
});

test("52 a reply by the partner's people that is addressed to their followers is cut down to what P allows", async () => {
  const toFollowers = replyByBo("For my followers", { to: [bo.followers], cc: [] });
  const toMore = replyByBo("For some more", { to: [a.actor, bea.iri], cc: [mallory.iri] });
  for (const reply of [toFollowers, toMore]) {
    const { to, cc } = reply;
    expect(await toA(bo, world.activity(bo, "Create", reply, { to, cc }))).toBe(202);
  }
  await settled();
  const audiences = await a.database.sql`
    select audience from posts where iri in ${a.database.sql([String(toFollowers["id"]), String(toMore["id"])])}`;
  const atoms = audiences.flatMap((row) => row["audience"] as string[]);
  const allowed = new Set([a, b, c].map(({ actor }) => `partner:${actor}`));
  expect(atoms.length).toBeGreaterThan(0);
  expect(atoms.filter((atom) => !allowed.has(atom))).toEqual([]);
  expect((await discussionOf(c, "ana")).map((each) => each["uri"])).not.toContain(
    toFollowers["id"],
  );
  expect(JSON.stringify(world.peer.posted)).not.toContain("For some more");
  expect(JSON.stringify(evil.posted)).not.toContain("For some more");
});

test("52 a reply inside P by somebody who may not see P is refused", async () => {
  const reply = world.peer.note(bea, "intruder", { to: [a.actor], inReplyTo: P.uri });
  const create = world.activity(bea, "Create", reply, { to: [a.actor] });
  await toA(bea, create);
  expect(await outcome(create)).toBe("ignored:not-in-audience");
});

test("53 an Accept of a Follow that was never sent changes nothing, and a pending one grants nothing", async () => {
  const following = async () => (await a.get("/ap/org/following")).json().totalItems;
  const before = await following();
  const invented = { type: "Follow", id: `${a.origin}/ap/activities/${randomUUID()}` };
  for (const object of [
    invented.id,
    { ...invented, actor: a.actor, object: mallory.iri },
    { type: "Follow", actor: a.actor, object: mallory.iri },
  ]) {
    expect(await toA(mallory, world.activity(mallory, "Accept", object))).toBe(202);
  }
  expect(await following()).toBe(before);
  // Bea is asked, and does not answer: what she writes to her followers is not for us.
  expect((await a.as("ana", "POST", "/follows", { handle: bea.iri })).json.state).toBe("pending");
  const article = world.peer.note(bea, "for-followers", {
    type: "Article",
    name: "For followers",
    to: [bea.followers],
    cc: [],
  });
  const sent = world.activity(bea, "Create", article, { to: [bea.followers] });
  await world.deliver(a, bea, sent, { path: "/ap/actors/ana/inbox" });
  expect(await find(a, "ana", String(article["id"]))).toBeUndefined();
  const anas = `${a.origin}/ap/actors/ana`;
  await toA(
    mallory,
    world.activity(mallory, "Accept", { type: "Follow", actor: anas, object: bea.iri }),
  );
  await world.deliver(a, bea, { ...sent, id: `${String(sent["id"])}-again` });
  expect(await find(a, "ana", String(article["id"]))).toBeUndefined();
});

test("54 an Accept of a partnership with another hash, by another actor or of another offer changes nothing, nor does a second one", async () => {
  const { json: offered } = await a.as("ana", "POST", "/partnerships", {
    handle: c.handle,
    terms: "# New terms\n\nNarrower ones.\n",
    label_ceiling: "TLP:AMBER",
  });
  const { id } = await partnershipAt(c, offered.offer, "asked");
  const [asked] = await a.database.sql`
    select body from activities where iri = ${String(offered.offer)}`;
  const { type, actor, object, agreement } = JSON.parse(String(asked?.["body"]));
  const offer = { type, id: offered.offer, actor, object };
  const accept = (by: ForeignActor, about: unknown, jws = agreement) =>
    world.activity(by, "Accept", about, { to: [a.actor], agreement: jws });
  const sha256 = "0".repeat(64);
  const otherHash = { ...object, terms: { ...object.terms, sha256 } };
  const key = await c.signer(c.actor, "ed25519");
  // Signed by C, whose server means to have accepted something else.
  const otherAgreement = await signRecord(
    canonicalAgreement({
      offer: offered.offer,
      proposer: a.actor,
      accepter: c.actor,
      termsSha256: sha256,
      labelCeiling: "TLP:AMBER",
      practice: null,
      startsAt: null,
      endsAt: null,
    }),
    { keyIri: key.keyId, privateKey: key.privateKey },
  );
  const lies = [
    accept(mallory, offer),
    accept(bravo, offer),
    accept(charlie, offer),
    accept(charlie, offered.offer, "e30.e30.e30"),
    accept(charlie, { ...offer, object: otherHash }, otherAgreement),
    accept(charlie, offer, otherAgreement),
    accept(charlie, `${a.origin}/ap/activities/${randomUUID()}`),
  ];
  for (const lie of lies) {
    const by = [mallory, bravo, charlie].find(({ iri }) => iri === lie["actor"]);
    await toA(by as ForeignActor, lie);
    expect(await partnershipAt(a, offered.offer, "offered")).toMatchObject({ in_force: false });
  }
  expect((await c.as("ana", "POST", `/partnerships/${id}/accept`)).status).toBe(200);
  const active = await partnershipAt(a, offered.offer, "active");
  const evidence = async () => {
    const { json } = await a.as("ana", "GET", `/partnerships/${active.id}/evidence`);
    return { ...json, exported_at: "" };
  };
  const before = await evidence();
  await toA(charlie, accept(charlie, offer, "e30.e30.e30"));
  expect(await evidence()).toEqual(before);
});

test("55 a partner's Move suspends the partnership until a manager confirms it", async () => {
  const target = evil.actor("charlie", { type: "Organization", alsoKnownAs: [c.actor] });
  const signer = await c.signer(c.actor);
  expect((await a.get(P.uri, { signer })).status).toBe(200);
  const { json: partnerships } = await a.as("ana", "GET", "/partnerships");
  const { offer, id } = partnerships.find(
    (each: { state: string; partner: { uri: string } }) =>
      each.state === "active" && each.partner.uri === c.actor,
  );
  const move = world.activity(charlie, "Move", c.actor, { target: target.iri });
  expect(await toA(charlie, move)).toBe(202);
  expect(await partnershipAt(a, offer, "active")).toMatchObject({ in_force: false });
  expect((await a.get(P.uri, { signer })).status).toBe(404);
  expect((await a.get(P.uri, { signer: target })).status).toBe(404);
  expect((await a.as("ana", "POST", `/partnerships/${id}/resume`)).status).toBe(200);
  expect((await a.get(P.uri, { signer })).status).toBe(200);
  expect((await a.get(P.uri, { signer: target })).status).toBe(404);
});

test("64 nobody changes a circle from outside; a newer roster by its owner replaces the older one", async () => {
  const circle = { slug: "ring", name: "Ring", members: [b.handle] };
  const made = await a.as("ana", "POST", "/circles", circle);
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  const before = await publish(a, { audience: ["circle:ring"], title: `${SECRET} in the ring` });
  await arrived(b, "carla", before.uri);
  const roster = async () => {
    const { json } = await a.as("ana", "GET", "/circles/ring");
    return { epoch: json.epoch, members: json.members.map((each: { uri: string }) => each.uri) };
  };
  expect(await roster()).toEqual({ epoch: 1, members: [b.actor] });
  for (const by of [bravo, charlie, mallory]) {
    for (const type of ["Update", "Add", "Create", "Remove"]) {
      for (const iri of [`${a.origin}/ap/circles/ring`, `${new URL(by.iri).origin}/circles/ring`]) {
        const object = {
          type: "Group",
          id: iri,
          epoch: type === "Update" ? 99 : 0,
          items: [c.actor],
        };
        await toA(by, world.activity(by, type, object, { target: iri, to: [a.actor] }));
      }
    }
  }
  expect(await roster()).toEqual({ epoch: 1, members: [b.actor] });
  const asC = { signer: await c.signer(c.actor) };
  expect((await a.get(before.uri, asC)).status).toBe(404);
  const change = (members: string[]) => a.as("ana", "PATCH", "/circles/ring", { members });
  expect((await change([b.handle, c.handle])).status).toBe(200);
  expect(await roster()).toMatchObject({ epoch: 2 });
  // Who joins sees what is published from then on, and nothing of an older epoch.
  expect((await a.get(before.uri, asC)).status).toBe(404);
  const after = await publish(a, { audience: ["circle:ring"], title: `${SECRET} in the new ring` });
  await arrived(c, "ana", after.uri);
  expect((await a.get(after.uri, asC)).status).toBe(200);
  expect((await change([c.handle])).status).toBe(200);
  const asB = { signer: await b.signer(b.actor) };
  for (const { uri } of [before, after]) {
    expect((await a.get(uri, asB)).status).toBe(404);
    await vi.waitFor(async () => expect(await find(b, "carla", uri)).toBeUndefined(), SOON);
  }
  expect((await a.get(after.uri, asC)).status).toBe(200);
});

test("65 a report of P from elsewhere stays with its owner and keeps nothing of what was quoted in it", async () => {
  const counted = { b: world.peer.posted.length, evil: evil.posted.length };
  const sentBefore = await a.database.sql`select id from activities`;
  const flag = world.activity(bo, "Flag", [a.actor, { ...P, content: `Quoted ${SECRET}` }], {
    to: [a.actor],
    content: "This is not right",
  });
  expect(
    await toA(bo, {
      ...flag,
      object: [a.actor, P.uri, { type: "Article", id: P.uri, content: SECRET }],
    }),
  ).toBe(202);
  const [report] = await a.database.sql`select * from reports where iri = ${String(flag["id"])}`;
  expect(report).toMatchObject({ post_iris: [P.uri], comment: "This is not right" });
  expect(JSON.stringify({ ...report, id: "", target_id: "", reporter_id: "" })).not.toContain(
    SECRET,
  );
  await settled();
  expect(await a.database.sql`select id from activities`).toHaveLength(sentBefore.length);
  expect({ b: world.peer.posted.length, evil: evil.posted.length }).toEqual(counted);
  // A report about P that reaches somebody else is none of theirs.
  const astray = world.activity(bea, "Flag", [P.uri], { to: [b.actor], content: SECRET });
  await world.deliver(b, bea, astray);
  expect(await b.database.sql`select from reports`).toHaveLength(0);
});

test("63 what a blocked organization wrote stays hidden when somebody boosts it back", async () => {
  const befriended = await a.as("ana", "POST", "/follows", { handle: bea.iri });
  expect(befriended.status).toBe(200);
  const follow = await vi.waitFor(() => {
    const found = world.peer.posted.findLast(({ json }) => json["type"] === "Follow");
    if (found === undefined) throw new Error("there is no Follow");
    return found.json;
  }, SOON);
  expect(await toA(bea, world.activity(bea, "Accept", follow))).toBe(202);
  const write = (name: string) =>
    evil.note(mallory, name, { type: "Article", name: "Mallory's", summary: "" });
  const boost = async (note: Json) => {
    const announce = world.activity(bea, "Announce", note["id"], { to: [PUBLIC] });
    expect(await toA(bea, announce)).toBe(202);
  };
  const shown = async (note: Json) => (await find(a, "ana", String(note["id"]))) !== undefined;
  const known = write("known");
  await boost(known);
  await vi.waitFor(async () => expect(await shown(known)).toBe(true), SOON);
  await a.command("origin", "block", new URL(evil.origin).host);
  expect(await shown(known)).toBe(false);
  const unknown = write("unknown");
  const asked = evil.asked.length;
  await Promise.all([boost(known), boost(unknown)]);
  await vi.waitFor(async () => {
    const rows = await a.database.sql`select from pgboss.job where name = 'fetch-boosted'
      and state in ('created', 'retry', 'active')`;
    expect(rows).toHaveLength(0);
  }, SOON);
  expect([await shown(known), await shown(unknown)]).toEqual([false, false]);
  expect(evil.asked.slice(asked)).toEqual([]);
});
