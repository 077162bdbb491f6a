import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { filters, follows, polls, posts } from "../../src/persistence/schema/index.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { clientOf, type Client } from "../support/client.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { addReader, addRemoteActor, addRemotePost, publish } from "../support/web-world.ts";

let instance: TestInstance;
let ana: Client;
let asRolf: Client;
let bravo: ActorRecord;
let loud: bigint;

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, admin } = instance;
  ana = await clientOf(instance, admin);
  asRolf = await clientOf(instance, await addReader(context));
  bravo = await addRemoteActor(context, "bravo");
  await context.db.insert(follows).values({
    followerId: admin.actorId,
    followeeId: bravo.id,
    iri: "https://alpha.example/follows/1",
    state: "accepted",
  });
  loud = await addRemotePost(context, bravo, {
    contentHtml: "<p>The <em>pump</em> is loud</p>",
  });
  await addRemotePost(context, bravo, { contentHtml: "<p>All is quiet</p>" });
});

afterAll(() => instance.close());

beforeEach(async () => {
  instance.setTime(null);
  await instance.context.db.delete(filters);
});

async function makeFilter(changes: Record<string, unknown> = {}): Promise<{ id: string }> {
  const { status, json } = await ana("POST", "/v2/filters", {
    title: "Noise",
    context: ["home", "public"],
    keywords_attributes: [{ keyword: "PUMP", whole_word: true }],
    ...changes,
  });
  expect(status).toBe(200);
  return json;
}

interface Shown {
  readonly id: string;
  readonly filtered: readonly Record<string, unknown>[];
}

async function shown(client: Client, path: string): Promise<Map<string, Shown["filtered"]>> {
  const { status, json } = await client("GET", path);
  expect(status).toBe(200);
  const list: Shown[] = Array.isArray(json) ? json : [json];
  return new Map(list.map(({ id, filtered }) => [id, filtered]));
}

const HOME = "/v1/timelines/home";
const match = (keywords: string[] | null, statuses: string[] | null = null) => [
  {
    filter: expect.objectContaining({ title: "Noise" }),
    keyword_matches: keywords,
    status_matches: statuses,
  },
];

describe("a filter", () => {
  test("marks what it matches for its owner, where it applies, and nothing else", async () => {
    await makeFilter();
    const home = await shown(ana, HOME);
    expect(home.get(`${loud}`)).toEqual(match(["PUMP"]));
    expect([...home.values()].filter((filtered) => filtered.length > 0)).toHaveLength(1);
    expect((await shown(ana, `/v1/statuses/${loud}`)).get(`${loud}`)).toEqual(match(["PUMP"]));
    expect((await shown(asRolf, "/v1/timelines/public")).get(`${loud}`)).toEqual([]);
    await instance.context.db.update(filters).set({ context: ["thread"] });
    expect((await shown(ana, HOME)).get(`${loud}`)).toEqual([]);
  });

  test("that hides takes posts out of the home timeline, and pages stay full", async () => {
    const { context } = instance;
    await makeFilter({ filter_action: "hide" });
    expect((await shown(ana, HOME)).size).toBe(1);
    for (let count = 0; count < 40; count += 1) {
      await addRemotePost(context, bravo, { contentHtml: "<p>pump again</p>" });
    }
    expect((await shown(ana, `${HOME}?limit=1`)).size).toBe(1);
    expect((await shown(ana, "/v1/timelines/public")).size).toBe(20);
    await context.db.delete(posts).where(eq(posts.contentHtml, "<p>pump again</p>"));
  });

  test("applies to titles, warnings, files and polls, but not to one's own posts", async () => {
    const { context, admin } = instance;
    await makeFilter({ keywords_attributes: [{ keyword: "gearbox" }] });
    const ids = [
      await addRemotePost(context, bravo, { title: "A gearbox", contentHtml: "<p>x</p>" }),
      await addRemotePost(context, bravo, { summary: "gearbox", contentHtml: "<p>x</p>" }),
      await addRemotePost(context, bravo, { contentHtml: "<p>x</p>" }),
      await addRemotePost(context, bravo, { contentHtml: "<p>gear<br>box</p>" }),
      await addRemotePost(context, bravo, { contentHtml: "<p>gear<b>box</b> &amp; more</p>" }),
    ];
    const [, , question, apart] = ids;
    await context.db
      .update(posts)
      .set({ type: "Question" })
      .where(eq(posts.id, question ?? 0n));
    await context.db.insert(polls).values({
      postId: question ?? 0n,
      options: [{ title: "The Gearbox", votes: 0 }],
      multiple: false,
    });
    const own = await publish(context, admin, { title: "Our gearbox" });
    const home = await shown(ana, HOME);
    for (const id of ids) {
      expect(home.get(`${id}`), `${id}`).toEqual(id === apart ? [] : match(["gearbox"]));
    }
    const asOrganization = await clientOf(instance, admin, "organization");
    await asOrganization("POST", "/v2/filters", {
      title: "Noise",
      context: ["public"],
      keywords_attributes: [{ keyword: "gearbox" }],
    });
    const seen = await shown(asOrganization, "/v1/timelines/public");
    expect(seen.get(`${own.id}`)).toEqual([]);
    expect(seen.get(`${ids[1]}`)).toEqual(match(["gearbox"]));
  });

  test("names posts as well, such as its owner may see", async () => {
    const { context, admin } = instance;
    const { id } = await makeFilter({ keywords_attributes: [] });
    const added = await ana("POST", `/v2/filters/${id}/statuses`, { status_id: `${loud}` });
    expect(added.json).toMatchObject({ status_id: `${loud}` });
    expect((await shown(ana, HOME)).get(`${loud}`)).toEqual(match(null, [`${loud}`]));
    const hidden = await addRemotePost(context, bravo, {
      audience: [{ kind: "person", actor: bravo.iri }],
    });
    const missing = await ana("POST", `/v2/filters/${id}/statuses`, { status_id: "1" });
    const refused = await ana("POST", `/v2/filters/${id}/statuses`, { status_id: `${hidden}` });
    expect([refused.status, refused.json]).toEqual([404, missing.json]);
    await ana("DELETE", `/v2/filters/statuses/${added.json.id}`);
    expect((await ana("GET", `/v2/filters/${id}/statuses`)).json).toEqual([]);
    expect(admin.actorId).not.toBe(bravo.id);
  });

  test("ends when it expires", async () => {
    const filter = await makeFilter({ expires_in: 60 });
    expect((await ana("GET", `/v2/filters/${filter.id}`)).json.expires_at).toMatch(/Z$/);
    expect((await shown(ana, HOME)).get(`${loud}`)).toEqual(match(["PUMP"]));
    instance.setTime(new Date(Date.now() + 61_000));
    expect((await shown(ana, HOME)).get(`${loud}`)).toEqual([]);
    const lasting = await ana("PUT", `/v2/filters/${filter.id}`, { expires_in: "" });
    expect(lasting.json.expires_at).toBeNull();
    expect((await shown(ana, HOME)).get(`${loud}`)).toEqual(match(["PUMP"]));
  });

  test("is changed keyword by keyword", async () => {
    const filter = await makeFilter();
    const { json } = await ana("GET", `/v2/filters/${filter.id}`);
    const changed = await ana("PUT", `/v2/filters/${filter.id}`, {
      title: "Sounds",
      keywords_attributes: [{ id: json.keywords[0].id, _destroy: true }, { keyword: "whistle" }],
    });
    expect(changed.json).toMatchObject({
      title: "Sounds",
      context: ["home", "public"],
      filter_action: "warn",
      keywords: [{ keyword: "whistle", whole_word: true }],
      statuses: [],
    });
    const added = await ana("POST", `/v2/filters/${filter.id}/keywords`, { keyword: "hum" });
    const path = `/v2/filters/keywords/${added.json.id}`;
    expect((await ana("PUT", path, { whole_word: false })).json).toMatchObject({
      keyword: "hum",
      whole_word: false,
    });
    expect((await asRolf("PUT", path, { keyword: "x" })).status).toBe(404);
    expect((await ana("DELETE", path)).status).toBe(200);
    expect((await ana("GET", path)).status).toBe(404);
  });

  test("is refused without a title or a context, and beyond what is sensible", async () => {
    for (const wrong of [
      { context: ["home"] },
      { title: "x" },
      { title: "x", context: [] },
      { title: "x", context: ["everywhere"] },
      { title: "x", context: ["home"], filter_action: "explode" },
      { title: "x", context: ["home"], keywords_attributes: [{ keyword: " " }] },
    ]) {
      expect((await ana("POST", "/v2/filters", wrong)).status, JSON.stringify(wrong)).toBe(422);
    }
    const filter = await makeFilter({
      keywords_attributes: Array.from({ length: 100 }, (_, index) => ({ keyword: `k${index}` })),
    });
    const more = await ana("POST", `/v2/filters/${filter.id}/keywords`, { keyword: "one more" });
    expect(more.status).toBe(422);
    expect((await ana("GET", `/v2/filters/${filter.id}/keywords`)).json).toHaveLength(100);
  });

  test("is nobody else's business", async () => {
    const { id } = await makeFilter();
    expect((await asRolf("GET", "/v2/filters")).json).toEqual([]);
    for (const [method, path] of [
      ["GET", `/v2/filters/${id}`],
      ["PUT", `/v2/filters/${id}`],
      ["DELETE", `/v2/filters/${id}`],
      ["GET", `/v2/filters/${id}/keywords`],
      ["GET", `/v2/filters/${id}/statuses`],
    ] as const) {
      const { status } = await asRolf(method, path, method === "PUT" ? { title: "x" } : undefined);
      expect(status, `${method} ${path}`).toBe(404);
    }
  });
});

describe("older clients", () => {
  test("know each keyword as a filter", async () => {
    const made = await ana("POST", "/v1/filters", {
      phrase: "pump",
      context: ["home"],
      irreversible: "true",
      whole_word: "1",
    });
    expect(made.json).toEqual({
      id: expect.stringMatching(/^\d+$/),
      phrase: "pump",
      context: ["home"],
      expires_at: null,
      irreversible: true,
      whole_word: true,
    });
    expect((await shown(ana, HOME)).has(`${loud}`)).toBe(false);
    const path = `/v1/filters/${made.json.id}`;
    const changed = await ana("PUT", path, { phrase: "siren", context: ["home", "thread"] });
    expect(changed.json).toMatchObject({ phrase: "siren", context: ["home", "thread"] });
    expect((await ana("GET", "/v1/filters")).json).toEqual([changed.json]);
    expect((await asRolf("GET", path)).status).toBe(404);
    await ana("DELETE", path);
    expect((await ana("GET", "/v2/filters")).json).toEqual([]);
  });
});
