import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import type { AxeResults } from "axe-core";
import { eq } from "drizzle-orm";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { notices } from "../../src/persistence/schema/index.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { createFakeMastodon, type FakeMastodon } from "../support/fake-mastodon.ts";
import { startSite, type Site } from "../support/web-site.ts";
import { publish } from "../support/web-world.ts";

const TITLE = "Rates that we pay";

let site: Site;
let mastodon: FakeMastodon;
let server: Server;
let browser: TestBrowser;
let axeSource: string;
let link: string;

beforeAll(async () => {
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  [site, browser, axeSource] = await Promise.all([
    startSite(),
    // Every page has to do without scripts.
    startBrowser({ javaScript: false }),
    readFile(axe, "utf8"),
  ]);
  [mastodon, server] = await startMastodon();
  link = await shareWithBo();
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  await site?.close();
});

/** Bo's server on a real socket. For a browser it is another site than ours: another host name. */
async function startMastodon(): Promise<[FakeMastodon, Server]> {
  let fake: FakeMastodon | null = null;
  const listener = getRequestListener((request) => {
    if (fake === null) return new Response("starting", { status: 503 });
    const { pathname } = new URL(request.url);
    // Bo is signed in there and says yes at once.
    if (pathname === "/oauth/authorize") {
      return Response.redirect(fake.authorize(request.url, "bo"), 302);
    }
    return fake.fetch(request);
  });
  const listening = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  listening.listen(0);
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  fake = createFakeMastodon(`http://localhost:${port}`);
  fake.actor("bo", { name: "Bo Lindqvist" });
  return [fake, listening];
}

async function shareWithBo(): Promise<string> {
  const { context, admin } = site.instance;
  const bo = await ensureActor(context, `${mastodon.origin}/users/bo`);
  const audience = [{ kind: "person" as const, actor: bo.iri }];
  const post = await publish(context, admin, { title: TITLE, label: "TLP:AMBER" }, audience);
  const [notice] = await context.db.select().from(notices).where(eq(notices.postId, post.id));
  return `${site.origin}/n/${notice?.key ?? "none"}`;
}

/** What axe finds wrong, wide and narrow, light and dark. */
async function violations(url: string): Promise<string[]> {
  const cookies = await browser.context.cookies();
  const scripted = await startBrowser();
  const found: string[] = [];
  try {
    await scripted.context.addCookies(cookies);
    const page = await scripted.context.newPage();
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [1280, 360]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        await page.goto(url);
        await page.evaluate(axeSource);
        const results = await page.evaluate<AxeResults>("axe.run(document)");
        for (const rule of results.violations) {
          found.push(...rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 120)}`));
        }
        const overflow = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        if (overflow > 0) found.push(`${overflow} pixels beyond the right edge at ${width}`);
      }
    }
  } finally {
    await scripted.close();
  }
  return found;
}

async function firstPage(): Promise<Page> {
  return browser.context.pages()[0] ?? (await browser.context.newPage());
}

describe("somebody who follows the link of a notice", () => {
  test("finds a calm page that anybody can use", async () => {
    expect(await violations(link)).toEqual([]);
  });

  test("is told in plain words when the account cannot be right", async () => {
    const page = await firstPage();
    await page.goto(link);
    await page.fill("#account", "bo");
    await page.press("#account", "Enter");
    expect(await page.textContent(".error-summary")).toContain(
      "Write your account with its server",
    );
    expect(await page.inputValue("#account")).toBe("bo");
  });

  test("signs in at their own server and comes back to what was shared, without any script", async () => {
    const page = await firstPage();
    await page.goto(link);
    await page.fill("#account", `@bo@${new URL(mastodon.origin).host}`);
    await page.press("#account", "Enter");
    await page.waitForURL(link);
    await page.waitForSelector("article.practice");
    expect(await page.textContent("h1")).toBe(TITLE);
    expect(mastodon.tokens.size).toBe(0);
  });

  test("reads in pages that anybody can use", async () => {
    expect(await violations(link)).toEqual([]);
    expect(await violations(`${site.origin}/n`)).toEqual([]);
  });

  test("finds everything in a list, and signs out", async () => {
    const page = await firstPage();
    await page.goto(`${site.origin}/n`);
    await page.click(`text=${TITLE}`);
    await page.waitForSelector("article.practice");
    await page.click("nav >> text=Sign out");
    await page.waitForURL(`${site.origin}/n`);
    expect(await page.textContent("h1")).toBe("Something was shared with you");
    await page.goto(link);
    expect(await page.textContent("h1")).toBe("Something was shared with you");
  });
});
