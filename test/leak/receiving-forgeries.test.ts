import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ForeignActor } from "../support/foreign-peer.ts";
import { startForeignServer, type ForeignServer } from "../support/foreign-server.ts";
import { PUBLIC, SOON, startLeakWorld, type LeakWorld } from "../support/leak-world.ts";

/**
 * Cases 34 to 50 of the leak suite: A is lied to by a foreign server that signs properly. Bea and Ben
 * are honest people of one server, Mallory's server is another one.
 */
type Json = Readonly<Record<string, unknown>>;

let world: LeakWorld;
let evil: ForeignServer;
let bea: ForeignActor;
let ben: ForeignActor;
let mallory: ForeignActor;
let notes = 0;

beforeAll(async () => {
  [world, evil] = await Promise.all([
    startLeakWorld({ alpha: { rolf: "reader" } }),
    startForeignServer(),
  ]);
  bea = world.peer.actor("bea");
  ben = world.peer.actor("ben");
  mallory = evil.actor("mallory");
}, 120_000);

afterAll(() => Promise.all([world.close(), evil.close()]));

const deliver: LeakWorld["deliver"] = (...given) => world.deliver(...given);
const toA = (by: ForeignActor, activity: Json, how?: Parameters<typeof deliver>[3]) =>
  deliver(world.a, by, activity, how);

/** A note to A's organization that is served at its id. */
function noteToA(by: ForeignActor, changes: Json = {}): Json {
  notes += 1;
  const peer = by === mallory ? evil : world.peer;
  return peer.note(by, `n${notes}`, { to: [world.a.actor], cc: [], ...changes });
}

const create = (by: ForeignActor, note: Json, more?: Json) =>
  world.activity(by, "Create", note, { to: note["to"], cc: note["cc"], ...more });

async function received(by: ForeignActor, changes: Json = {}): Promise<Json> {
  const note = noteToA(by, changes);
  expect((await toA(by, create(by, note))).status).toBe(202);
  expect(await stored(note)).toMatchObject({ withdrawn: false });
  return note;
}

/** A post as A has it. */
async function stored(post: Json) {
  const [row] = await world.a.database.sql`
    select p.content_html as content, p.withdrawn_at is not null as withdrawn, p.audience,
      a.iri as author from posts p join actors a on a.id = p.author_id
    where p.iri = ${String(post["id"])}`;
  return row ?? null;
}

async function isRemembered(activity: Json): Promise<boolean> {
  const rows = await world.a.database.sql`
    select from received_activities where iri = ${String(activity["id"])}`;
  return rows.length > 0;
}

async function followersOfA(): Promise<number> {
  return (await world.a.get("/ap/org/followers")).json().totalItems;
}

const followA = (by: ForeignActor, more?: Json) =>
  world.activity(by, "Follow", world.a.actor, more);

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);

test("34 an activity whose actor is not the owner of the key that signed it is refused with 401", async () => {
  const before = await followersOfA();
  const forged = followA(bea);
  const inBeasName = { ...mallory, iri: bea.iri };
  expect((await toA(mallory, forged)).status).toBe(401);
  expect((await toA(inBeasName, forged)).status).toBe(401);
  expect((await toA(ben, forged)).status).toBe(401);
  expect(await isRemembered(forged)).toBe(false);
  expect(await followersOfA()).toBe(before);
});

test("35 an activity whose id is on another server than its actor is refused and not remembered", async () => {
  const stolen = followA(mallory, { id: `${world.peer.origin}/activities/stolen` });
  expect((await toA(mallory, stolen)).status).toBe(403);
  expect(await isRemembered(stolen)).toBe(false);
});

test("36 the victim's own Delete under an id that somebody tried to occupy still works", async () => {
  const note = await received(bea);
  const own = world.activity(bea, "Delete", note["id"]);
  const occupying = followA(mallory, { id: own["id"] });
  expect((await toA(mallory, occupying)).status).toBe(403);
  expect((await toA(bea, own)).status).toBe(202);
  expect(await stored(note)).toMatchObject({ withdrawn: true, content: "" });
});

test("37 what is not public and forwarded by a third party is dropped, whatever signature it carries inside", async () => {
  const note = noteToA(bea);
  const forwarded = create(bea, note, {
    signature: {
      type: "RsaSignature2017",
      creator: bea.keyId,
      created: new Date().toISOString(),
      signatureValue: Buffer.alloc(256, 7).toString("base64"),
    },
    proof: { type: "DataIntegrityProof", proofValue: "z58DAdFfa9" },
  });
  const asked = world.peer.asked.length;
  expect((await toA(mallory, forwarded)).status).toBe(401);
  expect(await stored(note)).toBeNull();
  expect(world.peer.asked.slice(asked)).not.toContain(new URL(String(note["id"])).pathname);
});

test("38 an Update that was signed a day ago is refused, and an older one that comes late changes nothing", async () => {
  const note = await received(bea, { published: daysAgo(3).toISOString() });
  const edit = (content: string, at: Date) =>
    world.activity(bea, "Update", { ...note, content, updated: at.toISOString() });
  const old = edit("<p>replayed</p>", daysAgo(1));
  for (const spec of ["draft-cavage", "rfc9421"] as const) {
    expect((await toA(bea, old, { date: daysAgo(1), spec })).status).toBe(401);
  }
  expect((await toA(bea, edit("<p>newest</p>", daysAgo(0)))).status).toBe(202);
  expect((await toA(bea, edit("<p>older</p>", daysAgo(2)))).status).toBe(202);
  expect(await stored(note)).toMatchObject({ content: "<p>newest</p>" });
});

test("39 a signed document whose graph was rearranged writes nothing in the name of its first author", async () => {
  const note = noteToA(bea);
  const original = create(bea, note, {
    signature: { type: "RsaSignature2017", creator: bea.keyId, signatureValue: "AAAA" },
  });
  const shell = world.activity(mallory, "Create", { id: `${evil.origin}/x`, type: "View" });
  const rearranged: Json[] = [
    { ...shell, "@graph": [original] },
    { ...shell, "@included": [original] },
    { ...shell, "@reverse": { object: original } },
    { ...original, "@id": shell["id"], "@graph": [shell] },
    { "@graph": [original] },
    { ...shell, object: [original, note] },
    { ...shell, object: { "@graph": [note], type: "Note", id: note["id"] } },
  ];
  for (const document of rearranged) {
    await toA(mallory, document);
    expect(await stored(note)).toBeNull();
  }
  expect(await isRemembered(original)).toBe(false);
});

test("40 a signature that is stale, of the future, without digest or for another target is refused with 401", async () => {
  for (const spec of ["draft-cavage", "rfc9421"] as const) {
    const lies = [
      { date: new Date(Date.now() - 86_400_000) },
      { date: new Date(Date.now() + 86_400_000) },
      { signedUrl: `${world.a.origin}/ap/org/inbox` },
      { signedUrl: `${world.b.origin}/ap/inbox` },
      { sentBody: JSON.stringify({ ...followA(bea), type: "Block" }) },
    ];
    for (const lie of lies) {
      const follow = followA(bea);
      expect((await toA(bea, follow, { spec, ...lie })).status).toBe(401);
      expect(await isRemembered(follow)).toBe(false);
    }
    const request = world.peer.delivery(world.a.origin, bea, followA(bea), { spec });
    const headers = new Headers(request.headers);
    headers.delete("digest");
    headers.delete("content-digest");
    const body = await request.text();
    const bare = await fetch(request.url, { method: "POST", headers, body });
    expect(bare.status).toBe(401);
  }
  const unsigned = await fetch(`${world.a.origin}/ap/inbox`, {
    method: "POST",
    headers: { "content-type": "application/activity+json" },
    body: JSON.stringify(followA(bea)),
  });
  expect(unsigned.status).toBe(401);
});

test("41 a key document that has another id than was asked for, or another owner, is refused", async () => {
  const eve = evil.actor("eve");
  evil.documents.set("/keys/stolen", evil.document("/users/eve"));
  const renamed = { ...eve, keyId: `${evil.origin}/keys/stolen` };
  expect((await toA(renamed, followA(eve))).status).toBe(401);
  const impostor = evil.actor("impostor", {
    id: bea.iri,
    publicKey: {
      ...Object(evil.document("/users/mallory")["publicKey"]),
      id: `${evil.origin}/users/impostor#main-key`,
      owner: bea.iri,
    },
  });
  const inBeasName = followA(bea);
  expect((await toA(impostor, inBeasName)).status).toBe(401);
  expect(await isRemembered(inBeasName)).toBe(false);
});

test("42 an embedded object of another server is not believed but read from its own", async () => {
  const parent = await received(bea, { to: [PUBLIC], cc: [world.a.actor] });
  const bens = noteToA(ben, { to: [PUBLIC], inReplyTo: parent["id"], content: "<p>his words</p>" });
  const lie = { ...bens, attributedTo: mallory.iri, content: "<p>put in his mouth</p>" };
  await toA(mallory, world.activity(mallory, "Create", lie, { to: [world.a.actor] }));
  await vi.waitFor(async () => {
    expect(await stored(bens)).toMatchObject({ content: "<p>his words</p>", author: ben.iri });
  }, SOON);
});

test("43 an object that is attributed to somebody else than the actor is refused", async () => {
  const note = noteToA(bea, { attributedTo: ben.iri });
  expect((await toA(bea, create(bea, note))).status).toBe(403);
  expect(await stored(note)).toBeNull();
});

test("44 an Update by another author of the same server changes nothing", async () => {
  const note = await received(bea);
  const forged = { ...note, content: "<p>forged</p>", updated: new Date().toISOString() };
  await toA(ben, world.activity(ben, "Update", forged));
  await toA(ben, world.activity(ben, "Update", { ...forged, attributedTo: ben.iri }));
  await toA(ben, world.activity(ben, "Update", { ...forged, attributedTo: [ben.iri, bea.iri] }));
  expect(await stored(note)).toMatchObject({ content: note["content"], author: bea.iri });
});

test("45 a Delete by anybody but the author changes nothing", async () => {
  const note = await received(bea);
  await toA(mallory, world.activity(mallory, "Delete", note["id"]));
  await toA(ben, world.activity(ben, "Delete", note["id"]));
  await toA(ben, world.activity(ben, "Delete", { type: "Tombstone", id: note["id"] }));
  expect(await stored(note)).toMatchObject({ withdrawn: false, content: note["content"] });
});

test("46 a Delete that overtakes its Create keeps the same author's Create out", async () => {
  const note = noteToA(bea);
  expect((await toA(bea, world.activity(bea, "Delete", note["id"]))).status).toBe(202);
  expect((await toA(bea, create(bea, note))).status).toBe(202);
  expect(await stored(note)).toBeNull();
  const other = noteToA(bea);
  await toA(ben, world.activity(ben, "Delete", other["id"]));
  await toA(bea, create(bea, other));
  expect(await stored(other)).toMatchObject({ withdrawn: false });
});

test("47 an Undo of somebody else's activity changes nothing", async () => {
  const follow = followA(bea);
  expect((await toA(bea, follow)).status).toBe(202);
  const before = await followersOfA();
  await toA(ben, world.activity(ben, "Undo", follow));
  await toA(ben, world.activity(ben, "Undo", { ...follow, actor: ben.iri }));
  await toA(ben, world.activity(ben, "Undo", follow["id"]));
  await toA(mallory, world.activity(mallory, "Undo", follow["id"]));
  expect(await followersOfA()).toBe(before);
  await toA(bea, world.activity(bea, "Undo", follow));
  expect(await followersOfA()).toBe(before - 1);
});

test("49 a Create of a known id by another actor changes nothing", async () => {
  const note = await received(bea);
  const again = { ...note, attributedTo: ben.iri, content: "<p>forged</p>" };
  await toA(ben, create(ben, again));
  await toA(bea, create(bea, { ...note, content: "<p>twice</p>" }));
  expect(await stored(note)).toMatchObject({ content: note["content"], author: bea.iri });
});

test("50 a second delivery to the inbox of another member does not add that member to the audience", async () => {
  const member = (handle: string) => `${world.a.origin}/ap/actors/${handle}`;
  const article = noteToA(bea, { type: "Article", name: "For Ana's eyes", to: [member("ana")] });
  await toA(bea, create(bea, article), { path: "/ap/actors/ana/inbox" });
  const shown = async (handle: string) => {
    const { json } = await world.a.as(handle, "GET", "/practices?limit=100");
    return json.map((each: { uri: string }) => each.uri).includes(article["id"]);
  };
  expect([await shown("ana"), await shown("rolf")]).toEqual([true, false]);
  await toA(bea, create(bea, article), { path: "/ap/actors/rolf/inbox" });
  await toA(bea, create(bea, article, { to: [member("rolf")] }), { path: "/ap/actors/rolf/inbox" });
  expect([await shown("ana"), await shown("rolf")]).toEqual([true, false]);
});
