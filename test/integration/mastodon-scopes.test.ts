import type { Hono } from "hono";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mastodonApi } from "../../src/api/mastodon/app.ts";
import { includesScope, SCOPES } from "../../src/domain/scopes.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { bearer } from "../support/oauth-client.ts";
import { documentedAccess, routeKey, type Access } from "../support/mastodon-scopes.ts";

const access = documentedAccess();
const instance: TestInstance = await createTestInstance();
const failures: unknown[] = [];
const api: Hono = mastodonApi(instance.context, { onError: (error) => failures.push(error) });
// What is not bound to one method is middleware.
const routes = api.routes
  .filter(({ method }) => method !== "ALL")
  .map(({ method, path }) => ({ method, path, name: `${method} ${path}` }));
const names = [...new Map(routes.map((route) => [route.name, route])).values()];
let noScope: string;

beforeAll(async () => {
  noScope = await tokenWith(["push"]);
});

afterAll(() => instance.close());

function tokenWith(scopes: readonly string[]): Promise<string> {
  return createToken(instance.context, instance.admin, { as: "member", scopes });
}

/** Every scope there is that does not include any of those. */
function allBut(needed: readonly string[]): string[] {
  return SCOPES.filter((scope) => !needed.some((one) => includesScope([scope], one)));
}

function accessOf({ method, path }: { method: string; path: string }): Access {
  const found = access.get(routeKey(method, path));
  if (found === undefined) throw new Error(`${method} ${path} is not in the table of scopes`);
  return found;
}

async function ask(route: { method: string; path: string }, token?: string) {
  const path = route.path.replaceAll(/:[^/]+/g, "1");
  const answer = await api.request(path, {
    method: route.method,
    ...(token === undefined ? {} : { headers: bearer(token) }),
  });
  // A stream would go on.
  const body = answer.headers.get("content-type")?.includes("json") ? await answer.json() : null;
  if (body === null) await answer.body?.cancel();
  return { status: answer.status, body };
}

test("the routes are looked at in earnest", () => {
  expect(names.length).toBeGreaterThan(20);
  expect(names.map(({ name }) => name)).toContain("GET /api/v1/accounts/verify_credentials");
});

test("every route is in the table of who may use it", () => {
  const unknown = names.filter(({ method, path }) => !access.has(routeKey(method, path)));
  expect(unknown.map(({ name }) => name)).toEqual([]);
});

describe("every route", () => {
  test.each(names)("$name", async (route) => {
    failures.length = 0;
    const { who, scopes } = accessOf(route);
    const stranger = await ask(route);
    const guess = await ask(route, "made-up");
    if (who === "nobody") {
      for (const { status } of [stranger, guess]) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
      return;
    }
    if (who === "members") {
      expect(stranger.status, "without a token").toBe(401);
      expect(guess.status, "with a token that is none").toBe(401);
      expect(guess.body).toMatchObject({ error: "The access token is invalid" });
    } else {
      expect([401, 403], "without a token").not.toContain(stranger.status);
    }
    if (scopes.length > 0) {
      const wrong = await ask(route, await tokenWith(allBut(scopes)));
      expect(wrong.status, `without ${scopes.join(" or ")}`).toBe(403);
      expect(wrong.body).toMatchObject({ error: "This action is outside the authorized scopes" });
    }
    const enough =
      scopes.length === 0 ? [noScope] : await Promise.all(scopes.map((one) => tokenWith([one])));
    for (const token of enough) {
      const right = await ask(route, token);
      expect([401, 403], `with ${scopes.join(" or ")}`).not.toContain(right.status);
      expect(right.status, "with the scope").toBeLessThan(500);
    }
    expect(failures).toEqual([]);
  });
});

describe("scopes", () => {
  test.each([
    [["read"], "read:statuses", true],
    [["read"], "write:statuses", false],
    [["read:statuses"], "read", false],
    [["read:statuses"], "read:search", false],
    [["follow"], "write:follows", true],
    [["follow"], "read:mutes", true],
    [["follow"], "write:blocks", true],
    [["follow"], "read:accounts", false],
    [["follow"], "write:statuses", false],
    [["read", "write"], "follow", true],
    [["read"], "follow", false],
    [["read", "write"], "push", false],
    [["read", "write"], "profile", false],
    [["admin:read"], "admin:read:accounts", true],
    [["admin:read"], "read:accounts", false],
    [["read"], "admin:read", false],
  ])("%j and %s: %s", (granted, needed, expected) => {
    expect(includesScope(granted, needed)).toBe(expected);
  });
});
