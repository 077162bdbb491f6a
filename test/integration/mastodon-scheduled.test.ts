import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mastodonApi } from "../../src/api/mastodon/app.ts";
import { addMember, changeRole, suspendMember } from "../../src/services/members.ts";
import { publishScheduled } from "../../src/services/publish-scheduled.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { mastodonClient, type TestClient } from "../support/mastodon-client.ts";

const ORIGIN = "https://alpha.example";
const HOUR = 3_600_000;

let alpha: TestInstance;
let ana: TestClient;
let eda: TestClient;
let organization: TestClient;

beforeAll(async () => {
  alpha = await createTestInstance({ origin: ORIGIN });
  const { context, admin } = alpha;
  const input = {
    handle: "eda",
    email: "eda@alpha.example",
    role: "editor",
    password: null,
  } as const;
  const { member } = await addMember(context, input);
  const app = mastodonApi(context, { onError: () => {} });
  const clientOf = (token: string) =>
    mastodonClient(ORIGIN, (request) => app.fetch(request), token);
  const scopes = ["read", "write"];
  ana = clientOf(await createToken(context, admin, { as: "member", scopes }));
  eda = clientOf(await createToken(context, member, { as: "member", scopes }));
  organization = clientOf(await createToken(context, member, { as: "organization", scopes }));
}, 120_000);

afterAll(() => alpha.close());

beforeEach(async () => {
  alpha.setTime(null);
  await alpha.database.sql`delete from scheduled_posts`;
});

const at = (ahead: number) => new Date(Date.now() + ahead).toISOString();

async function plan(client: TestClient, fields: object, headers = {}) {
  const body = { scheduled_at: at(HOUR), ...fields };
  const answer = await client("POST", "/api/v1/statuses", body, headers);
  expect(answer.status, JSON.stringify(answer.json)).toBe(200);
  return answer.json;
}

const planned = async (client: TestClient) =>
  (await client("GET", "/api/v1/scheduled_statuses")).json.map(({ id }: { id: string }) => id);

async function published(text: string): Promise<number> {
  const html = `<p>${text}</p>`;
  return (await alpha.database.sql`select id from posts where content_html = ${html}`).length;
}

const later = () => alpha.setTime(new Date(Date.now() + 2 * HOUR));

describe("a planned post", () => {
  it("is answered as it was asked for, and is not published", async () => {
    const scheduled = await plan(ana, {
      status: "soon",
      visibility: "unlisted",
      spoiler_text: "w",
    });
    expect(scheduled).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      scheduled_at: expect.stringMatching(/\.\d{3}Z$/),
      params: { text: "soon", visibility: "unlisted", spoiler_text: "w", poll: null },
      media_attachments: [],
      failure: null,
    });
    await publishScheduled(alpha.context);
    expect(await published("soon")).toBe(0);
    const path = `/api/v1/scheduled_statuses/${scheduled.id}`;
    expect((await ana("GET", path)).json).toEqual(scheduled);
  });

  it("is published once when its time has come, however many workers try", async () => {
    await plan(ana, { status: "at last" });
    later();
    await Promise.all(Array.from({ length: 4 }, () => publishScheduled(alpha.context)));
    expect(await published("at last")).toBe(1);
    expect(await planned(ana)).toEqual([]);
  });

  it("is published after a worker that died in the middle", async () => {
    await plan(ana, { status: "again" });
    later();
    const { context } = alpha;
    const dying = {
      ...context,
      wire: {
        ...context.wire,
        serialize: () => {
          throw new Error("the worker is dead");
        },
      },
    };
    await expect(publishScheduled(dying)).rejects.toThrow("the worker is dead");
    expect(await published("again")).toBe(0);
    await publishScheduled(context);
    expect(await published("again")).toBe(1);
  });

  it("that cannot be read keeps nobody else waiting", async () => {
    const broken = await plan(eda, { status: "unreadable" });
    await plan(ana, { status: "in time all the same" });
    await alpha.database.sql`update scheduled_posts set draft = '{}',
      scheduled_at = scheduled_at - interval '1 minute' where id = ${broken.id}`;
    later();
    await expect(publishScheduled(alpha.context)).rejects.toThrow();
    expect(await published("in time all the same")).toBe(1);
  });

  it("can be a poll, which begins when it is published", async () => {
    const poll = { options: ["a", "b"], expires_in: 7200, multiple: true };
    expect((await plan(ana, { status: "which", poll })).params.poll).toMatchObject(poll);
    later();
    await publishScheduled(alpha.context);
    const [row] = await alpha.database.sql`
      select extract(epoch from (expires_at - published_at)) as open
      from polls join posts on posts.id = post_id where content_html = '<p>which</p>'`;
    expect(Number(row?.["open"])).toBeCloseTo(7200, 0);
  });

  it("of the organization is a practice when it has a subject", async () => {
    await plan(organization, { status: "How", spoiler_text: "A planned practice" });
    later();
    await publishScheduled(alpha.context);
    const rows = await alpha.database.sql`
      select id from posts where title = 'A planned practice' and type = 'Article'`;
    expect(rows).toHaveLength(1);
  });

  it("can be moved and given up, by who planned it alone", async () => {
    const { id } = await plan(ana, { status: "moved" });
    const path = `/api/v1/scheduled_statuses/${id}`;
    const moved = at(3 * HOUR);
    expect((await eda("PUT", path, { scheduled_at: moved })).status).toBe(404);
    expect((await eda("DELETE", path)).status).toBe(404);
    expect((await ana("PUT", path, { scheduled_at: at(60_000) })).status).toBe(422);
    expect((await ana("PUT", path, { scheduled_at: moved })).json.scheduled_at).toBe(moved);
    later();
    await publishScheduled(alpha.context);
    expect(await published("moved")).toBe(0);
    expect((await ana("DELETE", path)).status).toBe(200);
    expect((await ana("GET", path)).status).toBe(404);
  });

  it("is one for one key", async () => {
    const key = { "Idempotency-Key": "planned" };
    const all = await Promise.all([1, 2, 3].map(() => plan(ana, { status: "k" }, key)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    expect(await planned(ana)).toHaveLength(1);
  });

  it("is listed in pages", async () => {
    const ids: string[] = [];
    for (const status of ["1", "2", "3"]) ids.unshift((await plan(ana, { status })).id);
    const first = await ana("GET", "/api/v1/scheduled_statuses?limit=2");
    expect(first.json.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get("Link") ?? "")?.[1] ?? "";
    const second = await ana("GET", next);
    expect(second.json.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
  });
});

describe("when its time has come and it cannot be", () => {
  async function failureOf(client: TestClient, id: string): Promise<unknown> {
    later();
    await publishScheduled(alpha.context);
    await publishScheduled(alpha.context);
    alpha.setTime(null);
    return (await client("GET", `/api/v1/scheduled_statuses/${id}`)).json.failure;
  }

  it("what it answers is gone: the plan is kept with the reason", async () => {
    const parent = (await ana("POST", "/api/v1/statuses", { status: "parent" })).json;
    const { id } = await plan(ana, { status: "child", in_reply_to_id: parent.id });
    await ana("DELETE", `/api/v1/statuses/${parent.id}`);
    expect(await failureOf(ana, id)).toEqual(expect.any(String));
    expect(await published("child")).toBe(0);
    await ana("PUT", `/api/v1/scheduled_statuses/${id}`, { scheduled_at: at(HOUR) });
    expect((await ana("GET", `/api/v1/scheduled_statuses/${id}`)).json.failure).toBeNull();
  });

  it("who planned it for the organization is no editor any more", async () => {
    const { id } = await plan(organization, { status: "for us" });
    await changeRole(alpha.context, "eda", "author");
    later();
    await publishScheduled(alpha.context);
    await changeRole(alpha.context, "eda", "editor");
    alpha.setTime(null);
    expect(await published("for us")).toBe(0);
    const { json } = await organization("GET", `/api/v1/scheduled_statuses/${id}`);
    expect(json.failure).toMatch(/editors/i);
  });

  it("its author is suspended", async () => {
    await plan(eda, { status: "from nobody" });
    await suspendMember(alpha.context, "eda", { lift: false });
    later();
    await publishScheduled(alpha.context);
    expect(await published("from nobody")).toBe(0);
  });
});
