import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { activities, blocks, pins, posts } from "../../src/persistence/schema/index.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import type { PostRecord } from "../../src/services/records.ts";
import { clientOf, visitorOf, type Client } from "../support/client.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { publishFor } from "../support/publish.ts";
import { storeNote } from "../support/written-notes.ts";

let instance: TestInstance;
let bob: Member;
let ana: Client;
let asBob: Client;
let asOrganization: Client;
let visitor: Client;
let practice: PostRecord;

const ALL: Audience = [{ kind: "public" }];
const MEMBERS: Audience = [{ kind: "members" }];

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, admin } = instance;
  const made = await addMember(context, {
    handle: "bob",
    email: "bob@alpha.example",
    role: "reader",
    password: "another long password",
  });
  bob = made.member;
  ana = await clientOf(instance, admin);
  asBob = await clientOf(instance, bob);
  asOrganization = await clientOf(instance, admin, "organization");
  visitor = visitorOf(instance);
});

afterAll(() => instance.close());

beforeEach(async () => {
  practice = await publishFor(instance, ALL);
});

const note = (audience = ALL, member = instance.admin) =>
  storeNote(instance.context, member, audience);

async function sent(type: string): Promise<Record<string, unknown>[]> {
  const rows = await instance.context.db
    .select({ body: activities.body })
    .from(activities)
    .where(eq(activities.type, type));
  return rows.map(({ body }) => JSON.parse(body));
}

const hide = (audience: string[]) =>
  instance.context.db.update(posts).set({ audience }).where(eq(posts.id, practice.id));

describe("favourites and bookmarks", () => {
  test.each([
    ["favourite", "favourited"],
    ["bookmark", "bookmarked"],
  ])("a %s is there once, and gone when it is taken back", async (name, flag) => {
    for (let time = 0; time < 2; time += 1) {
      const { status, json } = await ana("POST", `/v1/statuses/${practice.id}/${name}`);
      expect([status, json[flag], json.id]).toEqual([200, true, practice.id.toString()]);
    }
    const { json } = await ana("GET", `/v1/statuses/${practice.id}`);
    expect(json.favourites_count).toBe(name === "favourite" ? 1 : 0);
    const taken = await ana("POST", `/v1/statuses/${practice.id}/un${name}`);
    expect([taken.json[flag], taken.json.favourites_count]).toEqual([false, 0]);
  });

  test("the organization has its own", async () => {
    await asOrganization("POST", `/v1/statuses/${practice.id}/favourite`);
    const { json } = await ana("GET", `/v1/statuses/${practice.id}`);
    expect([json.favourited, json.favourites_count]).toEqual([false, 1]);
  });

  test.each(["favourite", "bookmark"])("a page of %ss leads to the next", async (name) => {
    const list = `/v1/${name}s`;
    const other = await publishFor(instance, ALL);
    const third = await publishFor(instance, MEMBERS);
    for (const { id } of [practice, other, third]) {
      await ana("POST", `/v1/statuses/${id}/${name}`);
    }
    const first = await ana("GET", `${list}?limit=2`);
    expect(first.json.map(({ id }: { id: string }) => id)).toEqual(
      [third, other].map(({ id }) => id.toString()),
    );
    const next = /<https:\/\/alpha\.example\/api([^>]+)>; rel="next"/.exec(
      first.headers.get("Link") ?? "",
    )?.[1];
    const second = await ana("GET", next ?? "");
    expect(second.json[0].id).toBe(practice.id.toString());
    expect((await asBob("GET", list)).json).toEqual([]);
    expect((await visitor("GET", list)).status).toBe(401);
  });

  test.each(["favourite", "bookmark"])("what is recalled is gone from the %ss", async (name) => {
    await asBob("POST", `/v1/statuses/${practice.id}/${name}`);
    const ids = async () =>
      (await asBob("GET", `/v1/${name}s`)).json.map(({ id }: { id: string }) => id);
    expect(await ids()).toContain(practice.id.toString());
    const older = await publishFor(instance, ALL);
    await asBob("POST", `/v1/statuses/${older.id}/${name}`);
    await asBob("POST", `/v1/statuses/${practice.id}/un${name}`);
    await asBob("POST", `/v1/statuses/${practice.id}/${name}`);
    await hide([]);
    expect(await ids()).not.toContain(practice.id.toString());
    // Nor is there a gap, or an id to go on from.
    const { json, headers } = await asBob("GET", `/v1/${name}s?limit=1`);
    expect(json.map(({ id }: { id: string }) => id)).toEqual([older.id.toString()]);
    expect(headers.get("Link")).toContain("max_id");
  });
});

describe("boosts", () => {
  test("a boost is a status with the post in it; a second time it is the same", async () => {
    const { status, json } = await ana("POST", `/v1/statuses/${practice.id}/reblog`);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      account: { username: "ana" },
      reblog: { id: practice.id.toString(), reblogged: true, reblogs_count: 1 },
    });
    expect(json.id).not.toBe(practice.id.toString());
    const again = await ana("POST", `/v1/statuses/${json.id}/reblog`);
    expect([again.json.id, again.json.reblog.reblogs_count]).toEqual([json.id, 1]);
    const found = await asBob("POST", `/v1/statuses/${json.id}/bookmark`);
    expect(found.json.id).toBe(practice.id.toString());
    const taken = await ana("POST", `/v1/statuses/${json.id}/unreblog`);
    expect(taken.json).toMatchObject({ id: practice.id.toString(), reblogged: false });
    expect((await ana("POST", `/v1/statuses/${json.id}/favourite`)).status).toBe(404);
  });

  test("it is told to everybody who follows, and taken back by the same id", async () => {
    const other = await publishFor(instance, ALL);
    await asOrganization("POST", `/v1/statuses/${other.id}/reblog`);
    await asOrganization("POST", `/v1/statuses/${other.id}/unreblog`);
    const announce = (await sent("Announce")).find(({ object }) => object === other.iri);
    expect(announce).toMatchObject({
      actor: instance.organization.iri,
      to: ["https://www.w3.org/ns/activitystreams#Public"],
      cc: [instance.organization.followersIri, instance.organization.iri],
    });
    expect((await sent("Undo")).map(({ object }) => object)).toContainEqual(
      expect.objectContaining({ type: "Announce", id: announce?.["id"], object: other.iri }),
    );
  });

  test("only what is public can be boosted, by its author as well", async () => {
    const mine = await note([{ kind: "followers" }]);
    const refused = await ana("POST", `/v1/statuses/${mine.id}/reblog`);
    expect([refused.status, refused.json.code]).toEqual([403, "not_allowed"]);
    const hidden = await note([]);
    const [forBob, missing] = [
      await asBob("POST", `/v1/statuses/${hidden.id}/reblog`),
      await asBob("POST", "/v1/statuses/1/reblog"),
    ];
    expect([forBob.status, forBob.json]).toEqual([404, missing.json]);
  });
});

describe("who reacted", () => {
  test("those who see the post are told, without anybody whom they block", async () => {
    await ana("POST", `/v1/statuses/${practice.id}/favourite`);
    await asBob("POST", `/v1/statuses/${practice.id}/favourite`);
    await asBob("POST", `/v1/statuses/${practice.id}/reblog`);
    const path = `/v1/statuses/${practice.id}`;
    const names = async (client: Client, list: string) =>
      (await client("GET", `${path}/${list}`)).json.map((one: { acct: string }) => one.acct);
    expect(await names(visitor, "favourited_by")).toEqual(["bob", "ana"]);
    expect(await names(ana, "reblogged_by")).toEqual(["bob"]);
    const pair = { blockerId: bob.actorId, blockedId: instance.admin.actorId };
    await instance.context.db.insert(blocks).values(pair);
    expect(await names(ana, "favourited_by")).toEqual(["ana"]);
    expect(await names(ana, "reblogged_by")).toEqual([]);
    await instance.context.db.delete(blocks);
    await hide(["members"]);
    expect(await names(asBob, "favourited_by")).toEqual(["bob", "ana"]);
    expect((await visitor("GET", `${path}/favourited_by`)).status).toBe(404);
  });
});

describe("pins", () => {
  beforeEach(() => instance.context.db.delete(pins));

  test("one's own posts only, and not more than five", async () => {
    expect((await ana("POST", `/v1/statuses/${practice.id}/pin`)).status).toBe(422);
    const own = await Promise.all(Array.from({ length: 6 }, () => note()));
    const answers = [];
    for (const { id } of own) answers.push(await ana("POST", `/v1/statuses/${id}/pin`));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 422]);
    expect(answers[0]?.json.pinned).toBe(true);
    expect((await ana("POST", `/v1/statuses/${own[0]?.id}/pin`)).status).toBe(200);
    expect((await ana("POST", `/v1/statuses/${own[0]?.id}/unpin`)).json.pinned).toBe(false);
  });

  test("what is for named people is not pinned", async () => {
    const direct = await note([{ kind: "person", actor: bob.actor.iri }]);
    expect((await ana("POST", `/v1/statuses/${direct.id}/pin`)).status).toBe(422);
  });

  test("one that is not public is told to nobody", async () => {
    const before = (await sent("Add")).length;
    const hidden = await note([{ kind: "followers" }]);
    expect((await ana("POST", `/v1/statuses/${hidden.id}/pin`)).json.pinned).toBe(true);
    expect((await sent("Add")).length).toBe(before);
    await ana("POST", `/v1/statuses/${(await note()).id}/pin`);
    expect((await sent("Add")).length).toBe(before + 1);
  });
});

describe("muted threads", () => {
  test("a mute covers the thread from its first post down, for whoever mutes", async () => {
    const { context, admin } = instance;
    const reply = await storeNote(context, bob, ALL, { inReplyTo: practice });
    const below = await storeNote(context, admin, ALL, { inReplyTo: reply });
    const muted = async (client: Client, { id }: PostRecord) =>
      (await client("GET", `/v1/statuses/${id}`)).json.muted;
    expect((await ana("POST", `/v1/statuses/${below.id}/mute`)).json.muted).toBe(true);
    expect(await muted(ana, practice)).toBe(true);
    expect(await muted(ana, reply)).toBe(true);
    expect(await muted(asBob, below)).toBe(false);
    expect((await ana("POST", `/v1/statuses/${reply.id}/unmute`)).json.muted).toBe(false);
    expect(await muted(ana, below)).toBe(false);
  });
});
