import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCOPES } from "../../src/domain/scopes.ts";
import { createServer } from "../../src/server.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";

/** What is no request, where applications sign people in and where they listen: refused, and nothing breaks. */
const SURROGATE = "half a \ud83d pair";
const FIELDS = [
  "grant_type",
  "client_id",
  "client_secret",
  "redirect_uri",
  "code",
  "code_verifier",
  "code_challenge",
  "code_challenge_method",
  "response_type",
  "scope",
  "state",
  "token",
  "force_login",
  "lang",
];

let alpha: TestInstance;
let app: ReturnType<typeof createServer>["app"];
let token: string;

beforeAll(async () => {
  alpha = await createTestInstance();
  const { context, database, admin } = alpha;
  ({ app } = createServer({ context, database }));
  token = await createToken(context, admin, { as: "member", scopes: SCOPES });
}, 60_000);

afterAll(() => alpha.close());

const TEXTS: readonly [string, string][] = [
  ["nothing", ""],
  ["NUL", "a%00b"],
  ["bytes that are no text", "%ff%fe"],
  ["half an escape", "%E4%"],
  ["a very long text", "a".repeat(20_000)],
  ["an address that is none", "http://[::1"],
  ["a script", "javascript:alert(1)"],
];

describe.each(TEXTS)("%s for every field", (_, text) => {
  const query = FIELDS.map((name) => `${name}=${text}`).join("&");

  test.each(["/oauth/token", "/oauth/revoke", "/oauth/userinfo", "/oauth/authorize"])(
    "at %s",
    async (path) => {
      for (const request of [
        { method: "GET", url: `${path}?${query}` },
        { method: "POST", url: path, body: query, type: "application/x-www-form-urlencoded" },
        { method: "POST", url: path, body: JSON.stringify(query), type: "application/json" },
      ]) {
        const answer = await app.request(request.url, {
          method: request.method,
          ...(request.body === undefined
            ? {}
            : { body: request.body, headers: { "Content-Type": request.type } }),
        });
        await answer.body?.cancel();
        expect(answer.status, `${request.method} ${path}`).toBeLessThan(500);
      }
    },
  );

  test.each(["user", "hashtag", "list", "public", "direct", "nothing"])(
    "at the stream %s",
    async (stream) => {
      const headers = { Authorization: `Bearer ${token}` };
      const asked = `tag=${text}&list=${text}&only_media=${text}&stream=${text}`;
      const answer = await app.request(`/api/v1/streaming/${stream}?${asked}`, { headers });
      await answer.body?.cancel();
      expect(answer.status).toBeLessThan(500);
      const guessed = await app.request(`/api/v1/streaming/${stream}?access_token=${text}`);
      await guessed.body?.cancel();
      expect([401, 404]).toContain(guessed.status);
    },
  );
});

test.each<[string, unknown]>([
  ["objects", { a: "b" }],
  ["lists", [["a"]]],
  ["numbers", 1e300],
  ["nothing", null],
  ["half characters", SURROGATE],
  ["texts with NUL", "a\0b"],
])("%s in JSON for every field are refused in the words of OAuth", async (_, value) => {
  const body = JSON.stringify(Object.fromEntries(FIELDS.map((name) => [name, value])));
  const headers = { "Content-Type": "application/json" };
  const answer = await app.request("/oauth/token", { method: "POST", body, headers });
  expect([400, 401]).toContain(answer.status);
  expect(await answer.json()).toEqual({
    error: expect.stringMatching(/^[a-z_]+$/),
    error_description: expect.stringMatching(/\S/),
  });
});
