import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { formatAudience } from "../../src/domain/audience/audience.ts";
import { actors, follows, posts, reactions } from "../../src/persistence/schema/index.ts";
import type { Member } from "../../src/services/members.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { clientOf, visitorOf, type Client } from "../support/client.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { addReader, addRemoteActor, addRemotePost, publish } from "../support/web-world.ts";

let instance: TestInstance;
let rolf: Member;
let ana: Client;
let asRolf: Client;
let visitor: Client;
let bravo: ActorRecord;
let charlie: ActorRecord;

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, admin } = instance;
  rolf = await addReader(context);
  ana = await clientOf(instance, admin);
  asRolf = await clientOf(instance, rolf);
  visitor = visitorOf(instance);
  bravo = await addRemoteActor(context, "bravo");
  charlie = await addRemoteActor(context, "charlie");
});

afterAll(() => instance.close());

beforeEach(async () => {
  await instance.context.db.execute(
    sql`truncate posts, follows, mutes, lists, filters, followed_tags cascade`,
  );
});

async function follow(follower: ActorRecord, followee: ActorRecord): Promise<void> {
  await instance.context.db.insert(follows).values({
    followerId: follower.id,
    followeeId: followee.id,
    iri: `https://alpha.example/follows/${follower.id}/${followee.id}`,
    state: "accepted",
  });
}

interface Shown {
  readonly id: string;
  readonly reblog: { readonly id: string } | null;
  readonly filtered: unknown[];
}

async function read(client: Client, path: string): Promise<Shown[]> {
  const { status, json } = await client("GET", `/v1/timelines/${path}`);
  expect(status, path).toBe(200);
  return json;
}

const idsIn = async (client: Client, path: string) =>
  (await read(client, path)).map(({ id }) => id);

const change = (id: bigint, changes: Partial<typeof posts.$inferInsert>) =>
  instance.context.db.update(posts).set(changes).where(eq(posts.id, id));

const tagged = (...names: string[]) =>
  names.map((name) => ({ type: "Hashtag" as const, name: `#${name}`, href: null }));

describe("the home timeline", () => {
  test("of somebody who follows many has all their posts, page by page, both ways", async () => {
    const { context, admin } = instance;
    const { db } = context;
    const iris = Array.from({ length: 45 }, (_, index) => `https://many.example/${index}`);
    const many = await db
      .insert(actors)
      .values(
        iris.map((iri, index) => ({
          iri,
          kind: "remote" as const,
          type: "Person",
          handle: `many${index}`,
          host: "many.example",
          url: iri,
          inbox: `${iri}/inbox`,
        })),
      )
      .returning();
    await db.insert(follows).values(
      many.map(({ id, iri }) => ({
        followerId: admin.actorId,
        followeeId: id,
        iri: `${iri}/follow`,
        state: "accepted" as const,
      })),
    );
    const written = Array.from({ length: 150 }, (_, index) => {
      // Some write often, some once, long ago: authors are not spread evenly over time.
      const author = many[index < 40 ? index : (index * index) % 7];
      return {
        iri: `https://many.example/posts/${index}`,
        url: `https://many.example/posts/${index}`,
        authorId: author?.id ?? 0n,
        local: false,
        type: "Note",
        contentHtml: "",
        audience: formatAudience(index % 5 === 0 ? [] : [{ kind: "public" }]),
        publishedAt: new Date(),
      };
    });
    const rows = await db.insert(posts).values(written).returning({ id: posts.id });
    const visible = rows.filter((_, index) => index % 5 !== 0).map(({ id }) => id.toString());
    const newestFirst = visible.toReversed();

    await walk(newestFirst);
    // Now most of what arrived last is by somebody else.
    await db.insert(posts).values(
      Array.from({ length: 130 }, (_, index) => ({
        iri: `https://bravo.example/posts/${index}`,
        url: `https://bravo.example/posts/${index}`,
        authorId: bravo.id,
        local: false,
        type: "Note",
        contentHtml: "",
        audience: ["public"],
        publishedAt: new Date(),
      })),
    );
    await walk(newestFirst);
    const since = newestFirst[50] ?? "";
    expect(await idsIn(ana, `home?limit=5&since_id=${since}`)).toEqual(newestFirst.slice(0, 5));
  });

  /** Reads all of home by its links, from both ends. */
  async function walk(newestFirst: readonly string[]): Promise<void> {
    const down: string[] = [];
    let path: string | null = "home?limit=20";
    while (path !== null) {
      const { json, headers } = await ana("GET", `/v1/timelines/${path}`);
      down.push(...json.map(({ id }: Shown) => id));
      path = /timelines\/([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1] ?? null;
    }
    expect(down).toEqual(newestFirst);

    const up: string[] = [];
    path = "home?limit=20&min_id=1";
    while (path !== null) {
      const { json, headers } = await ana("GET", `/v1/timelines/${path}`);
      up.unshift(...json.map(({ id }: Shown) => id));
      path = /timelines\/([^>]+)>; rel="prev"/.exec(headers.get("link") ?? "")?.[1] ?? null;
    }
    expect(up).toEqual(newestFirst);
  }

  test("shows what was sent to the organization to its editors, and to nobody outside", async () => {
    const { context, organization } = instance;
    const id = await addRemotePost(context, bravo, {
      audience: [{ kind: "partner", organization: organization.iri }],
    });
    expect(await idsIn(ana, "home")).toEqual([id.toString()]);
    // Without a partnership, only those who speak for the organization read what it is sent.
    expect(await idsIn(asRolf, "home")).toEqual([]);
    expect((await visitor("GET", "/v1/timelines/home")).status).toBe(401);
  });

  test("shows a boost once, under its own id, and never of what is not for the reader", async () => {
    const { context, admin } = instance;
    await follow(admin.actor, charlie);
    const open = await addRemotePost(context, bravo);
    const closed = await addRemotePost(context, bravo, { audience: [{ kind: "followers" }] });
    const [boost] = await context.db
      .insert(reactions)
      .values(
        [open, closed].map((postId) => ({
          iri: `https://charlie.example/boosts/${postId}`,
          type: "boost" as const,
          actorId: charlie.id,
          postId,
        })),
      )
      .returning();
    const shown = await read(ana, "home");
    expect(shown).toMatchObject([
      {
        id: boost?.id.toString(),
        reblog: { id: open.toString() },
        account: { username: "charlie" },
      },
    ]);
    await follow(admin.actor, bravo);
    expect(await idsIn(ana, "home")).toEqual([closed, open].map(String));
  });

  test("does not name in its links what it does not show", async () => {
    const { context, admin } = instance;
    await follow(admin.actor, bravo);
    const first = await addRemotePost(context, bravo, { audience: [{ kind: "public" }] });
    const hidden = await addRemotePost(context, bravo, {
      audience: [{ kind: "person", actor: rolf.actor.iri }],
    });
    const last = await addRemotePost(context, bravo, { audience: [{ kind: "public" }] });
    for (const limit of [1, 2, 3]) {
      const { headers } = await ana("GET", `/v1/timelines/home?limit=${limit}`);
      const link = headers.get("link") ?? "";
      expect(link).toContain(last.toString());
      expect(link).not.toContain(hidden.toString());
    }
    expect(await idsIn(ana, "home")).toEqual([last, first].map(String));
  });
});

describe("public timelines", () => {
  test("leave out what is quiet, for few, or a reply to somebody else", async () => {
    const { context, admin } = instance;
    const ours = await publish(context, admin);
    const open = await addRemotePost(context, bravo);
    const quiet = await addRemotePost(context, bravo);
    await change(quiet, { quiet: true });
    await addRemotePost(context, bravo, { audience: [{ kind: "followers" }] });
    const answer = await addRemotePost(context, charlie);
    await change(answer, { inReplyToIri: "x", inReplyToId: open });
    const more = await addRemotePost(context, bravo);
    await change(more, { inReplyToIri: "x", inReplyToId: open });
    const all = [more, open, ours.id].map(String);
    expect(await idsIn(ana, "public")).toEqual(all);
    expect(await idsIn(ana, "public?local=true")).toEqual([ours.id.toString()]);
    expect(await idsIn(ana, "public?remote=true")).toEqual(all.slice(0, 2));
    expect(await idsIn(ana, "public?only_media=true")).toEqual([]);
  });

  test("show visitors what is ours; what others publish they read there", async () => {
    const { context, admin } = instance;
    const ours = await publish(context, admin, { topics: ["safety"] });
    await publish(context, admin, { topics: ["safety"] }, [{ kind: "members" }]);
    const theirs = await addRemotePost(context, bravo);
    await change(theirs, { tags: tagged("Safety") });
    for (const path of ["public", "public?local=1", "tag/safety", "tag/SAFETY?local=true"]) {
      expect(await idsIn(visitor, path), path).toEqual([ours.id.toString()]);
    }
    expect(await idsIn(visitor, "public?remote=true")).toEqual([]);
    expect(await idsIn(ana, "tag/Safety")).toEqual([theirs, ours.id].map(String));
  });

  test("of hashtags take any, all and none", async () => {
    const { context } = instance;
    const ids: string[] = [];
    for (const tags of [["a"], ["b"], ["a", "b"], ["a", "c"]]) {
      const id = await addRemotePost(context, bravo);
      await change(id, { tags: tagged(...tags) });
      ids.push(id.toString());
    }
    const [a, b, ab, ac] = ids;
    expect(await idsIn(ana, "tag/a")).toEqual([ac, ab, a]);
    expect(await idsIn(ana, "tag/a?any[]=b")).toEqual([ac, ab, b, a]);
    expect(await idsIn(ana, "tag/a?all[]=B")).toEqual([ab]);
    expect(await idsIn(ana, "tag/a?none[]=b&none[]=c")).toEqual([a]);
    expect(await idsIn(ana, `tag/a?limit=1&max_id=${ac}`)).toEqual([ab]);
    expect(await idsIn(ana, `tag/a?any[]=b&limit=2&min_id=${a}`)).toEqual([ab, b]);
    expect((await ana("GET", "/v1/timelines/tag/%23%00")).status).toBe(404);
  });

  test("leave out whom the reader mutes", async () => {
    const { context } = instance;
    await addRemotePost(context, bravo);
    expect(await idsIn(ana, "public")).toHaveLength(1);
    expect((await ana("POST", `/v1/accounts/${bravo.id}/mute`)).status).toBe(200);
    expect(await idsIn(ana, "public")).toEqual([]);
    expect(await idsIn(asRolf, "public")).toHaveLength(1);
  });
});

describe("lists", () => {
  async function makeList(policy = "list", exclusive = false): Promise<string> {
    const input = { title: "Wind", replies_policy: policy, exclusive };
    const { status, json } = await ana("POST", "/v1/lists", input);
    expect(status).toBe(200);
    return json.id;
  }

  test("hold those who are followed, and nobody else", async () => {
    const { admin } = instance;
    const list = await makeList();
    const add = (...ids: bigint[]) =>
      ana("POST", `/v1/lists/${list}/accounts`, { account_ids: ids.map(String) });
    expect((await add(bravo.id)).status).toBe(404);
    await follow(admin.actor, bravo);
    expect((await add(bravo.id, charlie.id)).status).toBe(404);
    expect((await add(bravo.id)).status).toBe(200);
    expect((await add(bravo.id)).status).toBe(422);
    const { json } = await ana("GET", `/v1/lists/${list}/accounts`);
    expect(json).toMatchObject([{ acct: "bravo@bravo.example" }]);
    expect((await asRolf("GET", `/v1/lists/${list}/accounts`)).status).toBe(404);
    expect((await asRolf("PUT", `/v1/lists/${list}`, { title: "Mine" })).status).toBe(404);
    expect((await asRolf("DELETE", `/v1/lists/${list}`)).status).toBe(404);
    expect((await asRolf("GET", `/v1/timelines/list/${list}`)).status).toBe(404);
    await ana("DELETE", `/v1/lists/${list}/accounts`, { account_ids: [bravo.id.toString()] });
    expect((await ana("GET", `/v1/lists/${list}/accounts?limit=0`)).json).toEqual([]);
  });

  test("are kept with their titles and rules", async () => {
    expect((await ana("POST", "/v1/lists", { title: " " })).status).toBe(422);
    expect((await ana("POST", "/v1/lists", { title: "x".repeat(201) })).status).toBe(422);
    const id = await makeList("followed", true);
    expect((await ana("GET", "/v1/lists")).json).toEqual([
      { id, title: "Wind", replies_policy: "followed", exclusive: true },
    ]);
    const changed = await ana("PUT", `/v1/lists/${id}`, { title: "Waves", exclusive: false });
    expect(changed.json).toEqual({
      id,
      title: "Waves",
      replies_policy: "followed",
      exclusive: false,
    });
    await ana("DELETE", `/v1/lists/${id}`);
    expect((await ana("GET", `/v1/lists/${id}`)).status).toBe(404);
  });

  test("show replies by their policy, and take their members out of home when exclusive", async () => {
    const { context, admin } = instance;
    await follow(admin.actor, bravo);
    await follow(admin.actor, charlie);
    const plain = await addRemotePost(context, bravo);
    const other = await addRemotePost(context, charlie);
    const answer = await addRemotePost(context, bravo);
    await change(answer, { inReplyToIri: "x", inReplyToId: other });
    for (const [policy, expected] of [
      ["none", [plain]],
      ["list", [plain]],
      ["followed", [answer, plain]],
    ] as const) {
      const list = await makeList(policy);
      await ana("POST", `/v1/lists/${list}/accounts`, { account_ids: [bravo.id.toString()] });
      expect(await idsIn(ana, `list/${list}`), policy).toEqual(expected.map(String));
    }
    const both = await makeList("list", true);
    const accounts = { account_ids: [bravo.id.toString(), charlie.id.toString()] };
    expect(await idsIn(ana, "home")).toHaveLength(3);
    await ana("POST", `/v1/lists/${both}/accounts`, accounts);
    expect(await idsIn(ana, `list/${both}`)).toEqual([answer, other, plain].map(String));
    expect(await idsIn(ana, "home")).toEqual([]);
  });
});

describe("followed hashtags", () => {
  test("bring public posts home, until they are not followed any more", async () => {
    const id = await addRemotePost(instance.context, bravo);
    await change(id, { tags: tagged("Yaw") });
    expect((await ana("POST", "/v1/tags/YAW/follow")).json).toMatchObject({
      name: "yaw",
      following: true,
    });
    expect(await idsIn(ana, "home")).toEqual([id.toString()]);
    expect((await ana("GET", "/v1/followed_tags")).json).toMatchObject([{ name: "yaw" }]);
    expect((await asRolf("GET", "/v1/tags/yaw")).json).toMatchObject({ following: false });
    await change(id, { audience: [] });
    expect(await idsIn(ana, "home")).toEqual([]);
    await change(id, { audience: ["public"] });
    expect((await ana("POST", "/v1/tags/yaw/unfollow")).json).toMatchObject({ following: false });
    expect(await idsIn(ana, "home")).toEqual([]);
    expect((await ana("POST", "/v1/tags/no%20tag/follow")).status).toBe(404);
  });
});

describe("markers", () => {
  test("remember how far each reads, and count how often they move", async () => {
    expect((await ana("GET", "/v1/markers?timeline[]=home")).json).toEqual({});
    const moved = await ana("POST", "/v1/markers", { home: { last_read_id: "123" } });
    expect(moved.json).toMatchObject({ home: { last_read_id: "123", version: 1 } });
    await ana("POST", "/v1/markers", {
      home: { last_read_id: "124" },
      notifications: { last_read_id: "5" },
    });
    const { json } = await ana("GET", "/v1/markers?timeline[]=home&timeline[]=notifications");
    expect(json).toMatchObject({
      home: { last_read_id: "124", version: 2 },
      notifications: { last_read_id: "5", version: 1 },
    });
    expect((await asRolf("GET", "/v1/markers?timeline[]=home")).json).toEqual({});
    expect((await ana("POST", "/v1/markers", { home: { last_read_id: "x" } })).status).toBe(422);
  });
});
