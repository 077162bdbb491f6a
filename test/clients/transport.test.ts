import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../src/domain/scopes.ts";
import { addMember } from "../../src/services/members.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createServer } from "../../src/server.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { mastodonClient, type TestClient } from "../support/mastodon-client.ts";
import { documentedAccess } from "../support/mastodon-scopes.ts";

/** Clients write the same request in many ways, and each of them means the same. */
type Fields = readonly (readonly [name: string, value: string])[];

let alpha: TestInstance;
let ana: TestClient;
let rolf: string;
let eda: string;

beforeAll(async () => {
  alpha = await createTestInstance();
  const { context, database, admin } = alpha;
  const { app } = createServer({ context, database });
  const token = await createToken(context, admin, { as: "member", scopes: SCOPES });
  ana = mastodonClient(context.config.origin, (request) => app.fetch(request), token);
  rolf = await member("rolf");
  eda = await member("eda");
}, 60_000);

afterAll(() => alpha.close());

async function member(handle: string): Promise<string> {
  const email = `${handle}@alpha.example`;
  const input = { handle, email, role: "author", password: null } as const;
  return String((await addMember(alpha.context, input)).member.actor.id);
}

/** Ways to say the fields of a request, other than as JSON. */
const ENCODINGS: readonly [
  string,
  (path: string, fields: Fields) => [string, (URLSearchParams | FormData)?],
][] = [
  ["a form", (path, fields) => [path, new URLSearchParams(fields.map(([...pair]) => pair))]],
  [
    "multipart",
    (path, fields) => {
      const form = new FormData();
      for (const [name, value] of fields) form.append(name, value);
      return [path, form];
    },
  ],
  [
    "the query",
    (path, fields) => [
      `${path}?${new URLSearchParams(fields.map(([...pair]) => pair)).toString()}`,
    ],
  ],
];

async function ok(method: string, path: string, body?: unknown) {
  const answer = await ana(method, path, body);
  expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.json)}`).toBe(200);
  return answer.json;
}

describe.each(ENCODINGS)("by %s", (_, encode) => {
  const send = (method: string, path: string, fields: Fields) =>
    ok(method, ...encode(path, fields));

  test("a post with a poll", async () => {
    const status = await send("POST", "/api/v1/statuses", [
      ["status", "Which one, “paper” & screen + voice?"],
      ["sensitive", "true"],
      ["visibility", "unlisted"],
      ["poll[options][]", "Paper"],
      ["poll[options][]", "Screen"],
      ["poll[expires_in]", "3600"],
      ["poll[multiple]", "1"],
    ]);
    expect(status).toMatchObject({
      content: "<p>Which one, “paper” &amp; screen + voice?</p>",
      sensitive: true,
      visibility: "unlisted",
      poll: { multiple: true, options: [{ title: "Paper" }, { title: "Screen" }] },
    });
  });

  test("a filter, and its words by their numbers", async () => {
    const filter = await send("POST", "/api/v2/filters", [
      ["title", "Pumps"],
      ["context[]", "home"],
      ["context[]", "thread"],
      ["keywords_attributes[0][keyword]", "pump"],
      ["keywords_attributes[0][whole_word]", "True"],
      ["keywords_attributes[1][keyword]", "valve"],
    ]);
    expect(filter).toMatchObject({
      context: ["home", "thread"],
      keywords: [{ keyword: "pump", whole_word: true }, { keyword: "valve" }],
    });
    const [, valve] = filter.keywords;
    const changed = await send("PUT", `/api/v2/filters/${filter.id}`, [
      ["keywords_attributes[0][id]", valve.id],
      ["keywords_attributes[0][_destroy]", "1"],
    ]);
    expect(changed.keywords).toMatchObject([{ keyword: "pump" }]);
  });

  test("members of a list, also those that are taken off it", async () => {
    for (const id of [rolf, eda]) {
      await ok("POST", `/api/v1/accounts/${id}/follow`);
      await alpha.database.sql`update follows set state = 'accepted' where state = 'pending'`;
    }
    const { id } = await send("POST", "/api/v1/lists", [["title", "Plant"]]);
    const path = `/api/v1/lists/${id}/accounts`;
    const on = async () =>
      (await ok("GET", path)).map((account: { readonly id: string }) => account.id);
    await send("POST", path, [
      ["account_ids[]", rolf],
      ["account_ids[]", eda],
    ]);
    expect(await on()).toHaveLength(2);
    await send("DELETE", path, [["account_ids[]", rolf]]);
    expect(await on()).toEqual([eda]);
    await send("DELETE", path, [["account_ids", eda]]);
    expect(await on()).toEqual([]);
  });

  test("fields of a profile", async () => {
    const account = await send("PATCH", "/api/v1/accounts/update_credentials", [
      ["display_name", "Ana of Alpha"],
      ["bot", "0"],
      ["source[privacy]", "private"],
      ["fields_attributes[0][name]", "Plant"],
      ["fields_attributes[0][value]", "South"],
    ]);
    expect(account).toMatchObject({
      display_name: "Ana of Alpha",
      bot: false,
      source: { privacy: "private" },
      fields: [{ name: "Plant", value: "South" }],
    });
  });
});

describe("values", () => {
  test.each([
    [true, true],
    ["true", true],
    ["True", true],
    ["1", true],
    [1, true],
    ["on", true],
    [false, false],
    ["false", false],
    ["False", false],
    ["0", false],
    [0, false],
    ["", false],
  ])("%j is %j", async (written, expected) => {
    const body = { status: "Yes or no?", sensitive: written };
    expect(await ok("POST", "/api/v1/statuses", body)).toMatchObject({ sensitive: expected });
  });

  test.each([
    ["id[]=A&id[]=B", 2],
    ["id=A&id=B", 2],
    ["id[0]=A&id[1]=B", 2],
    ["id=A", 1],
    ["id[]=A", 1],
  ])("ids as %s", async (query, count) => {
    const filled = query.replace("A", rolf).replace("B", eda);
    expect(await ok("GET", `/api/v1/accounts/relationships?${filled}`)).toHaveLength(count);
  });

  test("an id may be a number where it is small, and is a text everywhere else", async () => {
    const marked = await ok("POST", "/api/v1/markers", { notifications: { last_read_id: 12 } });
    expect(marked.notifications.last_read_id).toBe("12");
  });

  test("JSON needs no type, and what is not known is not minded", async () => {
    const body = JSON.stringify({ status: "Typed by nobody", unknown: [{ a: 1 }] });
    expect(await ok("POST", "/api/v1/statuses", body)).toMatchObject({
      content: "<p>Typed by nobody</p>",
    });
  });
});

test("a slash at the end changes nothing, on no route", async () => {
  const differing: string[] = [];
  for (const route of documentedAccess().keys()) {
    const [method = "", path = ""] = route.split(" ");
    if (method !== "GET" || !path.startsWith("/api/") || path.includes("/streaming/")) continue;
    const filled = path.replaceAll(":", "1");
    const [plain, slashed] = [await ana(method, filled), await ana(method, `${filled}/`)];
    const same =
      plain.status === slashed.status &&
      JSON.stringify(plain.json) === JSON.stringify(slashed.json);
    if (!same) differing.push(`${route}: ${plain.status}, with a slash ${slashed.status}`);
  }
  expect(differing).toEqual([]);
});

test("a write with a slash at the end is carried out", async () => {
  expect(await ok("POST", "/api/v1/statuses/", { status: "Slash" })).toHaveProperty("id");
});
