import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { startInstance, type InstanceProcess } from "../support/instance-process.ts";
import { CALLS_AT_START } from "./start/calls.ts";
import { ask, askAll, listen, type Heard } from "./start/in-page.ts";

/**
 * A web client on a website of its own, in a real browser: what the browser does not let it read, it has not
 * got. A call that fails here locks people out of their client.
 */
const ALL = "read write follow push profile";
const KEYS = {
  p256dh: "BEm_a0bdPDhf0SOsrnB2-ategf1hHoCnpXgQsFj5JCkcoMrMt2WHoPfEYOYPzOIs9mZE8ZUaD7VA5vouy0kEkr8",
  auth: "cGFzc3dvcmRwYXNzd29yZA",
};

let alpha: InstanceProcess;
let browser: TestBrowser;
let website: Server;
let page: Page;

beforeAll(async () => {
  [alpha, browser, website] = await Promise.all([
    startInstance("alpha"),
    startBrowser(),
    startWebsite(),
  ]);
  for (const [handle, role] of [
    ["rolf", "reader"],
    ["eda", "editor"],
  ]) {
    const email = `--email=${handle}@alpha.example`;
    await alpha.command("member", "add", `${handle}`, email, `--role=${role}`);
  }
  page = await browser.context.newPage();
  // Another name of loopback, and another port: for a browser another site than ours.
  await page.goto(`http://localhost:${(website.address() as AddressInfo).port}/`);
  const ana = await tokenOf("ana");
  for (let number = 0; number < 3; number += 1) {
    const made = await ask(page, alpha.origin, {
      method: "POST",
      path: "/api/v1/statuses",
      token: ana,
      json: { status: `Number ${number} #start`, visibility: "public" },
      headers: { "Idempotency-Key": `start-${number}` },
    });
    expect(made.status, made.text).toBe(200);
  }
}, 120_000);

afterAll(async () => {
  await browser?.close();
  website?.closeAllConnections();
  website?.close();
  await alpha?.close();
});

async function startWebsite(): Promise<Server> {
  const server = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><title>A client</title>");
  });
  server.listen(0, "::");
  await once(server, "listening");
  return server;
}

async function tokenOf(member: string, scopes = ALL, as = "member"): Promise<string> {
  const args = [`--member=${member}`, `--scopes=${scopes}`, `--as=${as}`];
  return (await alpha.command("token", "create", ...args)).access_token;
}

const CLIENTS: readonly [string, () => Promise<string>][] = [
  ["an administrator", () => tokenOf("ana")],
  ["a reader", () => tokenOf("rolf")],
  ["an editor who acts as the organization", () => tokenOf("eda", ALL, "organization")],
  ["a member whose client may only read", () => tokenOf("rolf", "read")],
];

describe.each(CLIENTS)("the start of a client of %s", (_, tokenFor) => {
  test("gets everything that it asks for", async () => {
    const token = await tokenFor();
    const answers = await askAll(
      page,
      alpha.origin,
      CALLS_AT_START.map((path) => ({ method: "GET", path, token })),
    );
    const failed = answers.filter(({ status }) => status !== 200);
    expect(failed).toEqual([]);
    expect(answers.length).toBeGreaterThan(50);
    const unread = answers.filter(({ path, json, text }) =>
      path === "/.well-known/host-meta" ? !text.includes("<XRD") : json === null,
    );
    expect(unread).toEqual([]);
  });

  test("hears what happens, by a WebSocket and by server-sent events", async () => {
    const token = await tokenFor();
    const { json } = await ask(page, alpha.origin, { method: "GET", path: "/api/v2/instance" });
    const streaming = json.configuration.urls.streaming;
    const heard: Heard = await listen(page, { streaming, origin: alpha.origin, token });
    expect(heard).toEqual({ socket: "open", events: "open" });
  });
});

describe("in a browser", () => {
  test("before anybody has signed in, a client learns where it is", async () => {
    const paths = [
      "/api/v1/instance",
      "/api/v2/instance",
      "/api/v1/custom_emojis",
      "/api/v1/timelines/public?local=true",
      "/api/v1/trends/tags",
      "/.well-known/oauth-authorization-server",
      "/.well-known/nodeinfo",
    ];
    const answers = await askAll(
      page,
      alpha.origin,
      paths.map((path) => ({ method: "GET", path })),
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const app = await ask(page, alpha.origin, {
      method: "POST",
      path: "/api/v1/apps",
      json: { client_name: "Start", redirect_uris: "https://c.example/", scopes: ALL },
    });
    expect(app.json.client_id).toBeDefined();
  });

  test("NodeInfo says for what libraries may take the server", async () => {
    const index = await ask(page, alpha.origin, { method: "GET", path: "/.well-known/nodeinfo" });
    const { pathname } = new URL(index.json.links.at(-1).href);
    const { json } = await ask(page, alpha.origin, { method: "GET", path: pathname });
    expect(json).toMatchObject({
      software: { name: expect.stringMatching(/\S/), version: expect.stringMatching(/^\d/) },
      metadata: { upstream: { name: "mastodon" } },
    });
  });

  test("a client turns pages by the header that browsers hide unless told otherwise", async () => {
    const token = await tokenOf("ana");
    const seen: string[] = [];
    let path: string | null = "/api/v1/timelines/public?local=true&limit=2";
    while (path !== null && seen.length < 10) {
      const answer = await ask(page, alpha.origin, { method: "GET", path, token });
      seen.push(...answer.json.map(({ id }: { readonly id: string }) => id));
      const next = /<([^>]+)>; rel="next"/.exec(answer.headers["link"] ?? "")?.[1];
      path = next === undefined ? null : next.slice(alpha.origin.length);
    }
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(3);
  });

  test("a client without a push subscription hears 404, as Mastodon says it, and 200 with one", async () => {
    const token = await tokenOf("rolf");
    const path = "/api/v1/push/subscription";
    const none = await ask(page, alpha.origin, { method: "GET", path, token });
    expect([none.status, none.json.error]).toEqual([404, "Record not found"]);
    const subscription = { endpoint: "https://push.example/abc", keys: KEYS };
    const json = { subscription, data: { alerts: { mention: true } } };
    const made = await ask(page, alpha.origin, { method: "POST", path, token, json });
    expect([made.status, made.json.alerts]).toEqual([
      200,
      expect.objectContaining({ mention: true }),
    ]);
    expect((await ask(page, alpha.origin, { method: "GET", path, token })).status).toBe(200);
    expect((await ask(page, alpha.origin, { method: "DELETE", path, token })).status).toBe(200);
  });

  test("a client reads what is wrong, too", async () => {
    const home = { method: "GET", path: "/api/v1/timelines/home", token: "made-up" };
    const refused = await ask(page, alpha.origin, home);
    expect([refused.status, refused.json.error]).toEqual([401, "The access token is invalid"]);
    for (const [method, path] of [
      ["PUT", "/api/v1/lists/1"],
      ["PATCH", "/api/v1/profile"],
      ["DELETE", "/api/v1/lists/1"],
    ] as const) {
      const answer = await ask(page, alpha.origin, { method, path, token: "made-up" });
      expect([method, answer.status]).toEqual([method, 401]);
    }
  });

  test.each(CALLS_AT_START)("%s may be asked with a token", async (path) => {
    const answer = await fetch(`${alpha.origin}${path}`, {
      method: "OPTIONS",
      headers: {
        Origin: "https://client.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
      },
    });
    expect(answer.status).toBeLessThan(300);
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
    const allowed = answer.headers.get("Access-Control-Allow-Headers")?.toLowerCase() ?? "";
    expect(allowed).toContain("authorization");
  });
});
