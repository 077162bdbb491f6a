import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mastodonApi } from "../../src/api/mastodon/app.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { publishFor, publishForAll } from "../support/publish.ts";

const MINE = "/api/v1/instance";

let alpha: TestInstance;
let app: ReturnType<typeof mastodonApi>;
let token: string;

beforeAll(async () => {
  alpha = await createTestInstance();
  app = mastodonApi(alpha.context, {
    onError: (error) => {
      throw error;
    },
  });
  token = await createToken(alpha.context, alpha.admin, { as: "member", scopes: ["read"] });
});
afterAll(() => alpha.close());

function get(path: string, bearer?: string) {
  const headers = bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` };
  return app.request(path, { headers });
}

// oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
async function json(path: string, bearer?: string): Promise<any> {
  const answer = await get(path, bearer);
  expect(answer.status, path).toBe(200);
  return answer.json();
}

describe("what an instance says of itself", () => {
  it("lets clients in: a version that begins with 4, urls, limits and keys", async () => {
    const instance = await json("/api/v2/instance");
    expect(instance).toMatchObject({
      domain: "alpha.example",
      title: "Alpha Power",
      version: expect.stringMatching(/^4\.\d+\.\d+ \(compatible; Praxis /),
      registrations: { enabled: false },
      configuration: {
        urls: { streaming: "wss://alpha.example" },
        statuses: { max_characters: expect.any(Number), max_media_attachments: 16 },
        vapid: { public_key: expect.stringMatching(/^[\w-]{80,}$/) },
      },
      contact: { account: { acct: "alpha" }, email: "postmaster@alpha.example" },
    });
    expect(instance.configuration.media_attachments.supported_mime_types).toContain("image/png");
  });

  it("says the same to older clients, with a slash at the end too", async () => {
    const instance = await json(`${MINE}/`);
    expect(instance).toMatchObject({
      uri: "alpha.example",
      urls: { streaming_api: "wss://alpha.example" },
      contact_account: { acct: "alpha" },
      stats: { user_count: 1 },
    });
    expect(instance).toEqual(await json(MINE));
  });

  it("can be asked by any page", async () => {
    const answer = await app.request(MINE, { headers: { Origin: "https://client.example" } });
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
  });

  it("does not tell with whom it exchanges posts, nor how many they are", async () => {
    expect(await json(`${MINE}/peers`)).toEqual([]);
    expect((await json(MINE)).stats.domain_count).toBe(0);
    expect((await get(`${MINE}/domain_blocks`)).status).toBe(404);
    expect(await json(`${MINE}/domain_blocks`, token)).toEqual([]);
  });

  it("counts in its weeks what anybody could count", async () => {
    await publishForAll(alpha);
    await publishFor(alpha, [{ kind: "members" }]);
    const weeks = await json(`${MINE}/activity`);
    expect(weeks).toHaveLength(12);
    expect(weeks[0]).toEqual({
      week: expect.stringMatching(/^\d+$/),
      statuses: "1",
      logins: "1",
      registrations: "0",
    });
    expect(weeks[1].statuses).toBe("0");
  });

  it.each([
    [`${MINE}/rules`, []],
    [`${MINE}/translation_languages`, {}],
    ["/api/v1/custom_emojis", []],
  ])("has nothing to say at %s", async (path, expected) => {
    expect(await json(path)).toEqual(expected);
  });

  it("describes itself and what it does with data", async () => {
    expect(await json(`${MINE}/extended_description`)).toHaveProperty("content");
    expect((await json(`${MINE}/privacy_policy`)).content).toContain("Alpha Power");
    expect((await get(`${MINE}/terms_of_service`)).status).toBe(404);
  });

  it("has no announcements, for those who are signed in", async () => {
    expect((await get("/api/v1/announcements")).status).toBe(401);
    expect(await json("/api/v1/announcements", token)).toEqual([]);
  });

  it.each(["avatar.png", "header.png", "thumbnail.png", "icon-192.png", "icon-512.png"])(
    "has the picture %s",
    async (name) => {
      const answer = await get(`/media/default/${name}`);
      expect(answer.headers.get("Content-Type")).toBe("image/png");
      const file = new URL(`../../src/api/mastodon/assets/${name}`, import.meta.url);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(readFileSync(file));
      const tag = answer.headers.get("ETag") ?? "";
      const again = await app.request(`/media/default/${name}`, {
        headers: { "If-None-Match": tag },
      });
      expect(again.status).toBe(304);
    },
  );
});

describe("oEmbed", () => {
  it("gives a card of what is public, and of nothing else, whoever asks", async () => {
    const open = await publishForAll(alpha);
    const closed = await publishFor(alpha, [{ kind: "members" }]);
    const card = (url: string) => `/api/oembed?url=${encodeURIComponent(url)}`;
    expect(await json(card(open.url))).toMatchObject({
      type: "rich",
      version: "1.0",
      title: "Night-shift handover",
      provider_name: "Alpha Power",
    });
    const hidden = await get(card(closed.url), token);
    const missing = await get(card("https://alpha.example/practices/none"), token);
    expect(hidden.status).toBe(404);
    expect(await hidden.text()).toBe(await missing.text());
  });

  it("asks for an address", async () => {
    expect((await get("/api/oembed")).status).toBe(422);
  });
});
