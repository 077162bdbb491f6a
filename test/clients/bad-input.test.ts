import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  createHostileClient,
  SURROGATE,
  wrongWith,
  type Body,
  type Hostile,
  type HostileClient,
} from "../support/hostile-client.ts";
import { documentedAccess } from "../support/mastodon-scopes.ts";

/**
 * Whatever a client sends, on whatever route: it is understood, or refused in the documented form; it never
 * breaks anything.
 */
const LONG = 120_000;
const LARGE = "x".repeat(300 * 1024);

let mallory: HostileClient;

const ROUTES = [...documentedAccess().keys()]
  .map((route) => route.split(" ") as [string, string])
  // They answer without an end.
  .filter(([, path]) => !path.startsWith("/api/v1/streaming"));

beforeAll(async () => {
  mallory = await createHostileClient();
}, 60_000);

afterAll(() => mallory.close());

beforeEach(() => {
  mallory.failures.length = 0;
});

/** Sends it to every route; what was answered badly. */
async function everywhere(
  hostile: Hostile,
  pathOf = (path: string) => mallory.existing(path),
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [method, path] of ROUTES) {
    if (hostile.body !== undefined && method === "GET") continue;
    const answer = await mallory.send(method, pathOf(path), hostile);
    const found = await wrongWith(`${method} ${path}`, answer);
    if (found !== null) wrong.push(found);
  }
  return wrong;
}

describe("on every route", () => {
  test.each([
    ["a word", "abc"],
    ["nothing there", "1"],
    ["zero", "0"],
    ["less than nothing", "-1"],
    ["the largest id", "9223372036854775807"],
    ["more than an id can be", "9223372036854775808"],
    ["a very large number", "9".repeat(60)],
    ["a number with an exponent", "1e9"],
    ["digits of another script", "%EF%BC%91%EF%BC%92"],
    ["NUL", "a%00b"],
    ["bytes that are no text", "%ff%fe"],
    ["half an escape", "%E4%"],
    ["a quotation mark", "1%27%20or%201%3D1--"],
    ["a way up", "..%2f..%2fetc"],
    ["a very long name", "a".repeat(5_000)],
  ])(
    "an id that is %s",
    async (_, id) => {
      expect(await everywhere({}, (path) => path.replaceAll(/(?<=\/):(?=\/|$)/g, id))).toEqual([]);
      expect(mallory.failures).toEqual([]);
    },
    LONG,
  );

  test.each([
    ["cursors that are none", "max_id=abc&since_id=-1&min_id=1.5"],
    ["a cursor beyond all ids", "max_id=99999999999999999999"],
    ["a cursor with NUL", "max_id=1%00"],
    ["a limit below nothing", "limit=-5"],
    ["a limit of nothing", "limit=0"],
    ["a huge limit", "limit=999999999999999999"],
    ["a limit that is a word", "limit=all"],
    ["an offset below nothing", "offset=-1"],
    ["lists where texts are", "q[]=a&acct[]=b&type[]=c&timeline[a]=b&max_id[]=1&limit[]=2&url[]=x"],
    ["objects where lists are", "id[a][b][c]=1&types[a]=b&timeline[0][1]=home"],
    ["NUL in texts", "q=a%00b&acct=a%00b&tagged=%00&any[]=%00&types[]=%00&domain=%00&url=%00"],
    ["bytes that are no text", "q=%ff%fe&acct=%ff&id[]=%ff&tagged=%ff&any[]=%ff"],
    ["a very long query", `q=${"a".repeat(8_000)}&acct=${"b".repeat(8_000)}`],
    ["too many parameters", "id[]=1&".repeat(1_200)],
    ["names of what objects inherit", "__proto__[a]=1&constructor[prototype][b]=2&toString=3"],
  ])(
    "a query with %s",
    async (_, query) => {
      expect(await everywhere({ query })).toEqual([]);
      expect(mallory.failures).toEqual([]);
    },
    LONG,
  );

  const json = "application/json";
  test.each<[string, string, Body]>([
    ["JSON that ends early", json, '{"status": "a'],
    ["a list", json, "[1, 2]"],
    ["a text", json, '"status"'],
    ["nothing", json, "null"],
    ["an object for every value", json, everyField({ a: { b: "c" } })],
    ["a list for every value", json, everyField([[1], { a: 2 }])],
    ["a number for every value", json, everyField(-1.5e300)],
    ["nothing for every value", json, everyField(null)],
    ["a text with NUL for every value", json, everyField("a\0b")],
    ["half a character for every value", json, everyField(SURROGATE)],
    ["deep nesting", json, `${'{"status":'.repeat(5_000)}1${"}".repeat(5_000)}`],
    ["what objects inherit", json, '{"__proto__": {"status": "a"}, "constructor": 1}'],
    [
      "bytes that are no text",
      json,
      new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
    ],
    ["more than is read", json, JSON.stringify({ status: LARGE, comment: LARGE })],
    [
      "a form with bytes that are no text",
      "application/x-www-form-urlencoded",
      "status=%ff%00&a[=b&]=c",
    ],
    ["more than is read of a form", "application/x-www-form-urlencoded", `status=${LARGE}`],
    ["a form in parts without their limit", "multipart/form-data", "status"],
    [
      "a form in parts that ends early",
      "multipart/form-data; boundary=x",
      '--x\r\nContent-Disposition: form-data; name="status"\r\n\r\na',
    ],
    [
      "a form in parts that have no names",
      "multipart/form-data; boundary=x",
      "--x\r\n\r\na\r\n--x--\r\n",
    ],
    ["XML", "application/xml", "<status>a</status>"],
    ["a type that is none", "?/;;", "status=a"],
  ])(
    "a body of %s",
    async (_, type, body) => {
      expect(await everywhere({ type, body })).toEqual([]);
      expect(mallory.failures).toEqual([]);
    },
    LONG,
  );
});

/** JSON that gives every name that any route knows the same value. */
function everyField(value: unknown): string {
  const names = `status spoiler_text visibility sensitive language media_ids media_attributes poll
    in_reply_to_id quoted_status_id quote_approval_policy scheduled_at q id ids account_id account_ids
    status_id status_ids rule_ids title context filter_action expires_in keywords_attributes keyword
    whole_word phrase irreversible name comment category forward domain choices home notifications
    subscription data policy alerts display_name note fields_attributes source locked bot avatar
    description focus duration reblogs notify languages client_name redirect_uris scopes website
    timeline replies_policy exclusive for_not_following filter_not_following attribution_domains`;
  return JSON.stringify(Object.fromEntries(names.split(/\s+/).map((name) => [name, value])));
}
