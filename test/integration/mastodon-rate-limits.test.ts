import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { addressGroup } from "../../src/platform/http/client-address.ts";
import { createRateLimiter } from "../../src/platform/http/rate-limit.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { OAuthClient } from "../support/oauth-client.ts";

const VERIFY = "/api/v1/accounts/verify_credentials";
const MINUTE_MS = 60_000;
const START = new Date("2027-01-04T10:01:00Z");

const instance: TestInstance = await createTestInstance({ rateLimit: 5 });
let client: OAuthClient;

beforeEach(() => {
  // Counts are those of a process: each test has a server of its own.
  client = new OAuthClient(instance);
  instance.setTime(START);
});

afterAll(() => instance.close());

function newToken(): Promise<string> {
  return createToken(instance.context, instance.admin, { as: "member", scopes: ["read", "write"] });
}

async function statuses(times: number, ask: () => Promise<{ status: number }>) {
  const found: number[] = [];
  for (let time = 0; time < times; time += 1) found.push((await ask()).status);
  return found;
}

describe("a client", () => {
  test("is told how much it may still ask for, and then to wait", async () => {
    const token = await newToken();
    // The first request of a token counts for its address: nobody knew whether it was good.
    expect((await client.get(VERIFY, token)).headers.get("x-ratelimit-limit")).toBe("1500");
    const { headers } = await client.get(VERIFY, token);
    expect(headers.get("x-ratelimit-limit")).toBe("5");
    expect(headers.get("x-ratelimit-remaining")).toBe("4");
    expect(headers.get("x-ratelimit-reset")).toBe("2027-01-04T10:05:00.000Z");
    expect(headers.get("access-control-expose-headers")).toContain("X-RateLimit-Remaining");
    expect(await statuses(5, () => client.get(VERIFY, token))).toEqual([200, 200, 200, 200, 429]);
    const refused = await client.get(VERIFY, token);
    expect(refused.json).toMatchObject({ error: "Too many requests", code: "rate_limited" });
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(refused.headers.get("retry-after")).toBe("240");
    instance.setTime(new Date(START.getTime() + 4 * MINUTE_MS));
    expect((await client.get(VERIFY, token)).status).toBe(200);
  });

  test("takes nothing from another one", async () => {
    const [mine, theirs] = [await newToken(), await newToken()];
    await statuses(7, () => client.get(VERIFY, mine));
    expect((await client.get(VERIFY, mine)).status).toBe(429);
    expect((await client.get(VERIFY, theirs)).status).toBe(200);
  });

  test("that makes tokens up is held to what its address may ask for", async () => {
    const known = await newToken();
    await client.get(VERIFY, known);
    const answers: number[] = [];
    for (let number = 0; number < 1_500; number += 100) {
      const guesses = Array.from({ length: 100 }, (_, index) => `made-up-${number + index}`);
      const batch = await Promise.all(guesses.map((token) => client.get(VERIFY, token)));
      answers.push(...batch.map(({ status }) => status));
    }
    expect(answers.filter((status) => status === 401)).toHaveLength(1_499);
    expect(answers.filter((status) => status === 429)).toHaveLength(1);
    // Who has shown a good token before goes on.
    expect((await client.get(VERIFY, known)).status).toBe(200);
  });
});

describe("visitors", () => {
  test("of one address may ask 300 times in five minutes", async () => {
    const answers = await statuses(301, () => client.get("/api/v1/instance/rules"));
    expect(new Set(answers.slice(0, 300))).toEqual(new Set([200]));
    expect(answers.at(-1)).toBe(429);
    expect((await client.get("/.well-known/oauth-authorization-server")).status).toBe(200);
  });

  test("of one address may register thirty applications in ten minutes", async () => {
    const register = () =>
      client.post("/api/v1/apps", { client_name: "x", redirect_uris: "urn:ietf:wg:oauth:2.0:oob" });
    const answers = await statuses(31, register);
    expect(new Set(answers.slice(0, 30))).toEqual(new Set([200]));
    expect(answers.at(-1)).toBe(429);
    expect((await client.get("/api/v1/instance/rules")).status).toBe(200);
  });
});

describe("uploads and deletions", () => {
  test.each([
    ["POST", "/api/v1/media"],
    ["POST", "/api/v2/media/"],
    ["DELETE", "/api/v1/statuses/1"],
    ["POST", "/api/v1/statuses/1/unreblog"],
  ])("%s %s is counted for itself as well", async (method, path) => {
    const send = () => client.send(path, { method });
    const { headers } = await send();
    expect(headers.get("x-ratelimit-limit")).toBe("150");
    expect(headers.get("x-ratelimit-reset")).toBe("2027-01-04T10:30:00.000Z");
    await statuses(149, send);
    expect((await send()).status).toBe(429);
    expect((await client.get("/api/v1/instance/rules")).status).toBe(200);
  });
});

test("without a limit nothing is counted, and nothing said", async () => {
  const free = await createTestInstance({ rateLimit: 0 });
  try {
    const { headers } = await new OAuthClient(free).get("/api/v1/instance/rules");
    expect(headers.get("x-ratelimit-limit")).toBeNull();
  } finally {
    await free.close();
  }
});

test("the memory of a limit is bounded: who asked longest ago is forgotten", () => {
  const limiter = createRateLimiter({ limit: 1, windowMs: MINUTE_MS });
  limiter.take("first", START);
  for (let number = 0; number < 20_000; number += 1) limiter.take(`${number}`, START);
  expect(limiter.take("first", START)?.allowed).toBe(true);
  expect(limiter.take("19999", START)?.allowed).toBe(false);
});

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["in-process", "in-process"],
])("%s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});
