import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createHostileClient,
  SURROGATE,
  wrongWith,
  type HostileClient,
} from "../support/hostile-client.ts";

/** Texts that nobody writes, wherever one text goes when all else is in order. */
const LONG = 60_000;

let mallory: HostileClient;

beforeAll(async () => {
  mallory = await createHostileClient();
}, 60_000);

afterAll(() => mallory.close());

beforeEach(() => {
  mallory.failures.length = 0;
});

describe("texts that are kept", () => {
  const at = new Date(Date.now() + 7_200_000).toISOString();
  const poll = (options: string[]) => ({ options, expires_in: 3600 });
  /** where one text goes when all else is in order */
  const PLACES: readonly [string, string, (text: string) => object][] = [
    ["POST", "/api/v1/statuses", (status) => ({ status })],
    ["POST", "/api/v1/statuses", (text) => ({ status: "a", spoiler_text: text })],
    ["POST", "/api/v1/statuses", (text) => ({ status: "a", language: text })],
    ["POST", "/api/v1/statuses", (text) => ({ status: "a", in_reply_to_id: text })],
    ["POST", "/api/v1/statuses", (text) => ({ status: "a", media_ids: [text] })],
    ["POST", "/api/v1/statuses", (text) => ({ status: "a", poll: poll([text, "b"]) })],
    ["POST", "/api/v1/statuses", (status) => ({ status, scheduled_at: at })],
    ["POST", "/api/v1/statuses", (text) => ({ status: "a", scheduled_at: text })],
    [
      "POST",
      "/api/v1/statuses",
      (text) => ({ status: "a", poll: poll([text, "b"]), scheduled_at: at }),
    ],
    ["PUT", "/api/v1/statuses/:", (status) => ({ status })],
    ["POST", "/api/v1/lists", (title) => ({ title })],
    ["POST", "/api/v2/filters", (title) => ({ title, context: ["home"] })],
    ["POST", "/api/v2/filters/:/keywords", (keyword) => ({ keyword })],
    ["POST", "/api/v1/filters", (phrase) => ({ phrase, context: ["home"] })],
    ["POST", "/api/v1/accounts/:/note", (comment) => ({ comment })],
    ["POST", "/api/v1/accounts/:/follow", (text) => ({ languages: [text] })],
    ["POST", "/api/v1/domain_blocks", (domain) => ({ domain })],
    ["DELETE", "/api/v1/domain_blocks", (domain) => ({ domain })],
    ["POST", "/api/v1/featured_tags", (name) => ({ name })],
    [
      "POST",
      "/api/v1/apps",
      (text) => ({ client_name: text, redirect_uris: "urn:ietf:wg:oauth:2.0:oob" }),
    ],
    ["POST", "/api/v1/apps", (text) => ({ client_name: "a", redirect_uris: text })],
    ["POST", "/api/v1/apps", (text) => ({ client_name: "a", redirect_uris: "a:b", scopes: text })],
    ["POST", "/api/v1/apps", (text) => ({ client_name: "a", redirect_uris: "a:b", website: text })],
    ["PATCH", "/api/v1/accounts/update_credentials", (text) => ({ display_name: text })],
    ["PATCH", "/api/v1/accounts/update_credentials", (note) => ({ note })],
    ["PATCH", "/api/v1/accounts/update_credentials", (text) => ({ avatar_description: text })],
    ["PATCH", "/api/v1/accounts/update_credentials", (text) => ({ source: { language: text } })],
    ["PATCH", "/api/v1/accounts/update_credentials", (text) => ({ attribution_domains: [text] })],
    [
      "PATCH",
      "/api/v1/accounts/update_credentials",
      (text) => ({ fields_attributes: [{ name: text, value: text }] }),
    ],
    ["PUT", "/api/v1/media/:", (description) => ({ description })],
    ["PUT", "/api/v1/media/:", (focus) => ({ focus })],
    ["PUT", "/api/v1/push/subscription", (text) => ({ data: { alerts: { [text]: true } } })],
    ["PUT", "/api/v1/push/subscription", (text) => ({ policy: text })],
    [
      "POST",
      "/api/v1/push/subscription",
      (text) => ({ subscription: { endpoint: text, keys: { p256dh: text, auth: text } } }),
    ],
    [
      "POST",
      "/api/v1/reports",
      (comment) => ({ account_id: mallory.existing("accounts/:").slice(9), comment }),
    ],
    [
      "POST",
      "/api/v1/reports",
      (text) => ({ account_id: mallory.existing("accounts/:").slice(9), rule_ids: [text] }),
    ],
  ];

  test.each([
    ["NUL", "a\0b"],
    ["half a character", SURROGATE],
    ["nothing", ""],
    ["spaces alone", " \n\t "],
    ["10,000 characters", "a".repeat(10_000)],
    ["a hundred thousand words", "pump ".repeat(40_000)],
    ["marks upon marks", `a${"\u0301".repeat(3_000)}`],
    ["what turns writing around", "\u202Eabc\u2066"],
    ["a year that no database knows", "275760-09-13T00:00:00.000Z"],
    ["a pattern", "%_\\(.*)+$[a"],
    ["a name of what objects inherit", "__proto__"],
  ])(
    "%s",
    async (_, text) => {
      const wrong: string[] = [];
      for (const [method, path, fields] of PLACES) {
        const body = JSON.stringify(fields(text));
        const answer = await mallory.send(method, mallory.existing(path), {
          type: "application/json",
          body,
        });
        const found = await wrongWith(`${method} ${path} ${body.slice(0, 80)}`, answer);
        if (found !== null) wrong.push(found);
      }
      expect(wrong).toEqual([]);
      expect(mallory.failures).toEqual([]);
    },
    LONG,
  );

  test("a post of 10,000 characters is refused with what is wrong", async () => {
    const body = JSON.stringify({ status: "a".repeat(10_000) });
    const answer = await mallory.send("POST", "/api/v1/statuses", {
      type: "application/json",
      body,
    });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      error: expect.stringMatching(/^Validation failed: /),
      details: { text: [{ error: "ERR_INVALID", description: expect.any(String) }] },
    });
  });
});
