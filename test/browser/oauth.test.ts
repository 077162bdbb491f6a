import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createOAuthAPIClient, createRestAPIClient } from "masto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { startSite, type Site } from "../support/web-site.ts";

const SCOPES = "read write follow push";
const SCHEME = "icecubesapp://";

let site: Site;
let browser: TestBrowser;
let website: Server;
let page: Page;
let redirectUri: string;

beforeAll(async () => {
  // No page needs a script, these least of all.
  [site, browser, website] = await Promise.all([
    startSite(),
    startBrowser({ javaScript: false }),
    startWebsite(),
  ]);
  // Another name of loopback: for a browser another site than ours.
  redirectUri = `http://localhost:${(website.address() as AddressInfo).port}/callback`;
});

beforeEach(async () => {
  await browser.context.clearCookies();
  page = await browser.context.newPage();
});

afterAll(async () => {
  await browser?.close();
  website?.closeAllConnections();
  website?.close();
  await site?.close();
});

/** A client's website. Its callback leads on to an address that it has told nobody, as some do. */
async function startWebsite(): Promise<Server> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname === "/callback") {
      const { port } = server.address() as AddressInfo;
      response.writeHead(302, { location: `http://[::1]:${port}/done${url.search}` }).end();
      return;
    }
    response.setHeader("content-type", "text/plain");
    response.end(`referrer: ${request.headers.referer ?? "none"}`);
  });
  server.listen(0, "::");
  await once(server, "listening");
  return server;
}

async function register(redirectUris: string) {
  const { clientId, clientSecret } = await createRestAPIClient({
    url: site.origin,
  }).v1.apps.create({ clientName: "masto.js", redirectUris, scopes: SCOPES });
  if (typeof clientId !== "string" || typeof clientSecret !== "string") throw new Error("no id");
  return { clientId, clientSecret };
}

function authorizeUrl(clientId: string, uri: string, extra: Readonly<Record<string, string>> = {}) {
  return `${site.origin}/oauth/authorize?${new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: uri,
    scope: SCOPES,
    ...extra,
  }).toString()}`;
}

async function signInOnPage(): Promise<void> {
  await page.fill("#name", "ana");
  await page.fill("#password", "correct horse battery");
  await page.click("main button[type=submit]");
}

test("masto.js gets a token for the organization by way of the pages", async () => {
  const { clientId, clientSecret } = await register(redirectUri);
  await page.goto(authorizeUrl(clientId, redirectUri, { state: "of the client" }));
  await signInOnPage();
  await page.check("#as-organization");
  await page.click("button[value=allow]");
  // Chromium follows the redirect of a form only where the page's policy lets it.
  await page.waitForURL(/\/done\?/);
  expect(await page.textContent("body")).toBe("referrer: none");
  const back = new URL(page.url()).searchParams;
  expect(back.get("state")).toBe("of the client");
  expect(back.get("iss")).toBe(`${site.origin}/`);
  const oauth = createOAuthAPIClient({ url: site.origin });
  const { accessToken, tokenType, scope } = await oauth.token.create({
    grantType: "authorization_code",
    clientId,
    clientSecret,
    redirectUri,
    code: back.get("code") ?? "",
    scope: SCOPES,
  });
  expect([tokenType, scope]).toEqual(["Bearer", SCOPES]);
  const rest = createRestAPIClient({ url: site.origin, accessToken });
  expect((await rest.v1.accounts.verifyCredentials()).username).toBe("alpha");
  expect((await rest.v1.apps.verifyCredentials()).name).toBe("masto.js");

  await page.goto(`${site.origin}/settings/applications`);
  await page.click("main article button");
  await page.waitForSelector("text=No application yet");
  await expect(rest.v1.accounts.verifyCredentials()).rejects.toThrow();
});

test("a member who refuses is sent back with that answer", async () => {
  const { clientId } = await register(redirectUri);
  await page.goto(authorizeUrl(clientId, redirectUri));
  await signInOnPage();
  await page.click("button[value=refuse]");
  await page.waitForURL(/\/done\?/);
  expect(new URL(page.url()).searchParams.get("error")).toBe("access_denied");
});

test("an application's own scheme is called", async () => {
  const { clientId } = await register(SCHEME);
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(authorizeUrl(clientId, SCHEME));
  await signInOnPage();
  const answer = page.waitForResponse(
    (response) => response.request().method() === "POST" && response.status() === 303,
  );
  await page.click("button[value=allow]");
  expect((await answer).headers()["location"]).toMatch(/^icecubesapp:\/\/\?code=[\w-]{43}&iss=/);
  // Nothing here knows the scheme. A policy in the way would be complained of before that.
  await page.goto(`${site.origin}/settings/applications`);
  expect(complaints.filter((text) => /content security policy/i.test(text))).toEqual([]);
});

test("force_login asks somebody who has signed in for their password again", async () => {
  const { clientId } = await register(redirectUri);
  await page.goto(authorizeUrl(clientId, redirectUri));
  await signInOnPage();
  await page.click("text=Sign in as somebody else");
  await page.waitForSelector("#password");
  await signInOnPage();
  await page.waitForSelector("button[value=allow]");
});
