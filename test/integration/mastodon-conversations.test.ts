import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { conversations, posts } from "../../src/persistence/schema/index.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import { clientOf, type Client } from "../support/client.ts";
import { createWorld, PUBLIC, type World } from "../support/inbound-world.ts";

let world: World;
let bob: Member;
let cleo: Member;
let ana: Client;
let asBob: Client;
let asCleo: Client;

beforeAll(async () => {
  world = await createWorld();
  const add = async (handle: string) => {
    const made = await addMember(world.context, {
      handle,
      email: `${handle}@alpha.example`,
      role: "author",
      password: "another long password",
    });
    return made.member;
  };
  bob = await add("bob");
  cleo = await add("cleo");
  ana = await clientOf(world, world.admin);
  asBob = await clientOf(world, bob);
  asCleo = await clientOf(world, cleo);
});

afterAll(() => world.close());

beforeEach(() => world.database.db.delete(conversations));

async function write(client: Client, status: string, inReplyTo?: string): Promise<string> {
  const { status: code, json } = await client("POST", "/v1/statuses", {
    status,
    visibility: "direct",
    in_reply_to_id: inReplyTo,
  });
  expect(code, JSON.stringify(json)).toBe(200);
  return json.id;
}

const list = async (client: Client) => (await client("GET", "/v1/conversations")).json;

test("a letter is in the conversations of its author and of whom it is for, and of nobody else", async () => {
  const first = await write(ana, "@bob Have you a minute?");
  expect(await list(asBob)).toEqual([
    expect.objectContaining({
      unread: true,
      accounts: [expect.objectContaining({ acct: "ana" })],
      last_status: expect.objectContaining({ id: first, visibility: "direct" }),
    }),
  ]);
  expect(await list(ana)).toEqual([
    expect.objectContaining({
      unread: false,
      accounts: [expect.objectContaining({ acct: "bob" })],
    }),
  ]);
  expect(await list(asCleo)).toEqual([]);
});

test("an answer stays in the conversation, and is unread for the other one", async () => {
  const first = await write(ana, "@bob Have you a minute?");
  const second = await write(asBob, "@ana Yes.", first);
  const [hers, his] = [await list(ana), await list(asBob)];
  expect([hers.length, hers[0].unread, hers[0].last_status.id]).toEqual([1, true, second]);
  expect([his.length, his[0].unread, his[0].last_status.id]).toEqual([1, false, second]);
});

test("what is for more than named people makes none", async () => {
  await ana("POST", "/v1/statuses", { status: "Hello @bob", visibility: "public" });
  await ana("POST", "/v1/statuses", { status: "Hello @bob", visibility: "private" });
  expect(await list(asBob)).toEqual([]);
});

test("letters below a public post are conversations of their own", async () => {
  const { json } = await ana("POST", "/v1/statuses", { status: "Ask me", visibility: "public" });
  await write(asBob, "@ana In confidence …", json.id);
  await write(asCleo, "@ana Between us …", json.id);
  const found = await list(ana);
  expect(found.map((one: { accounts: { acct: string }[] }) => one.accounts[0]?.acct)).toEqual([
    "cleo",
    "bob",
  ]);
});

test("a letter from elsewhere comes in", async () => {
  const note = world.bravo.note(world.bea, "letter", {
    to: [world.admin.actor.iri],
    cc: [],
    tag: [{ type: "Mention", href: world.admin.actor.iri, name: "@ana@alpha.example" }],
  });
  await world.send(world.bea, world.activity(world.bea, "Create", note));
  const open = world.bravo.note(world.bea, "no-letter", {
    to: [PUBLIC],
    cc: [world.admin.actor.iri],
  });
  await world.send(world.bea, world.activity(world.bea, "Create", open));
  const found = await list(ana);
  expect(found).toEqual([
    expect.objectContaining({
      unread: true,
      accounts: [expect.objectContaining({ acct: "bea@bravo.example" })],
    }),
  ]);
  await world.send(world.bea, world.activity(world.bea, "Delete", note["id"]));
  expect(await list(ana)).toEqual([]);
});

test("what is gone or hidden now is not shown: the last that may be seen is, or nothing", async () => {
  const first = await write(ana, "@bob One");
  const second = await write(asBob, "@ana Two", first);
  const hide = (id: string) =>
    world.database.db
      .update(posts)
      .set({ audience: [] })
      .where(eq(posts.id, BigInt(id)));
  await hide(second);
  expect((await list(ana))[0].last_status.id).toBe(first);
  expect((await list(asBob))[0].last_status.id).toBe(second);
  await hide(first);
  await world.database.db
    .update(posts)
    .set({ withdrawnAt: new Date() })
    .where(eq(posts.id, BigInt(first)));
  expect(await list(ana)).toEqual([]);
});

test("it can be read and removed, by its owner alone", async () => {
  await write(ana, "@bob Have you a minute?");
  const [{ id }] = await list(asBob);
  for (const [method, path] of [
    ["POST", `/v1/conversations/${id}/read`],
    ["DELETE", `/v1/conversations/${id}`],
  ] as const) {
    expect((await asCleo(method, path)).status).toBe(404);
  }
  expect((await list(asBob))[0].unread).toBe(true);
  const read = await asBob("POST", `/v1/conversations/${id}/read`);
  expect(read.json).toMatchObject({ id, unread: false });
  expect((await asBob("DELETE", `/v1/conversations/${id}`)).json).toEqual({});
  expect(await list(asBob)).toEqual([]);
  expect(await list(ana)).toHaveLength(1);
});

test("they are paged by their last posts", async () => {
  for (const text of ["@bob one", "@bob two", "@bob three"]) await write(ana, text);
  const first = await ana("GET", "/v1/conversations?limit=2");
  const next = /<https:\/\/alpha\.example\/api([^>]+)>; rel="next"/.exec(
    first.headers.get("Link") ?? "",
  )?.[1];
  const second = await ana("GET", next ?? "");
  const texts = [...first.json, ...second.json].map(
    (one: { last_status: { content: string } }) =>
      /(one|two|three)/.exec(one.last_status.content)?.[1],
  );
  expect(texts).toEqual(["three", "two", "one"]);
});
