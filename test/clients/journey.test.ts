import { createRestAPIClient, type mastodon } from "masto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { startInstance, type InstanceProcess } from "../support/instance-process.ts";
import { consentOf } from "./consent.ts";
import type { ClientDriver } from "./drivers/driver.ts";
import { mastoDriver } from "./drivers/masto.ts";
import { megalodonDriver } from "./drivers/megalodon.ts";
import { pythonDriver } from "./drivers/python.ts";
import { tootDriver } from "./drivers/toot.ts";

const SOON = { timeout: 20_000, interval: 100 };
const PASSWORD = "four quiet words here";

const CLIENTS: readonly [string, string, () => ClientDriver | Promise<ClientDriver>][] = [
  ["masto.js", "mia", mastoDriver],
  ["megalodon", "meg", megalodonDriver],
  ["toot", "tom", tootDriver],
  ["Mastodon.py", "pia", pythonDriver],
];

let alpha: InstanceProcess;
let bravo: InstanceProcess;
let browser: TestBrowser;
/** a client that acts as the organization Bravo */
let organization: mastodon.rest.Client;

beforeAll(async () => {
  [alpha, bravo, browser] = await Promise.all([
    startInstance("alpha"),
    startInstance("bravo"),
    startBrowser(),
  ]);
  for (const [, handle] of CLIENTS) {
    await alpha.command(
      "member",
      "add",
      handle,
      `--email=${handle}@alpha.example`,
      "--role=reader",
      `--password=${PASSWORD}`,
    );
  }
  const driver = mastoDriver();
  const ana = { name: "ana", password: "a long enough password" };
  await driver.signIn(bravo.origin, consentOf(browser, ana, "organization"));
  organization = createRestAPIClient({ url: bravo.origin, accessToken: driver.token() });
  await organization.v1.accounts.updateCredentials({ locked: true });
}, 120_000);

afterAll(() => Promise.all([alpha.close(), bravo.close(), browser.close()]));

describe.each(CLIENTS)("a member with %s", (name, handle, open) => {
  test("follows another company, reads, answers, boosts and keeps its practice", async () => {
    const client = await open();
    try {
      await client.signIn(alpha.origin, consentOf(browser, { name: handle, password: PASSWORD }));
      await client.follow(bravo.handle);
      const request = await vi.waitFor(async () => {
        const waiting = await organization.v1.followRequests.list();
        const found = waiting.find(({ username }) => username === handle);
        if (found === undefined) throw new Error(`${handle} has not asked to follow`);
        return found;
      }, SOON);
      const asked = await organization.v1.notifications.list({ types: ["follow_request"] });
      expect(asked.map(({ account }) => account.id)).toContain(request.id);
      await organization.v1.followRequests.$select(request.id).authorize();
      await vi.waitFor(async () => {
        const mine = createRestAPIClient({ url: alpha.origin, accessToken: client.token() });
        const me = await mine.v1.accounts.verifyCredentials();
        expect(me.followingCount).toBe(1);
      }, SOON);

      await organization.v1.statuses.create({
        spoilerText: `Handover for ${name}`,
        status: `## Steps\n\n1. Meet at the desk, ${handle}.\n2. Read the log.`,
        visibility: "private",
      });
      const title = `Handover for ${name}`;
      const status = await vi.waitFor(async () => {
        const found = (await client.home()).find(({ content }) => content.includes(title));
        if (found === undefined) throw new Error(`${title} has not arrived`);
        return found;
      }, SOON);
      // The whole practice, title, heading and list.
      for (const part of ["Steps", `Meet at the desk, ${handle}.`, "Read the log."]) {
        expect(status.content).toContain(part);
      }

      await client.reply(status.id, `Thank you from ${handle}.`);
      await client.bookmark(status.id);
      const open = await organization.v1.statuses.create({
        spoilerText: `Open letter for ${name}`,
        status: "For everybody.",
        visibility: "public",
      });
      const letter = await vi.waitFor(async () => {
        const found = (await client.home()).find(({ content }) => content.includes("Open letter"));
        if (!found?.content.includes(name)) throw new Error("the letter has not arrived");
        return found;
      }, SOON);
      await client.boost(letter.id);

      await vi.waitFor(async () => {
        const notifications = await organization.v1.notifications.list();
        const from = notifications.filter(({ account }) => account.username === handle);
        const mention = from.find(({ type }) => type === "mention");
        expect(mention?.status?.content).toContain(`Thank you from ${handle}.`);
        const boost = from.find(({ type }) => type === "reblog");
        expect(boost?.status?.id).toBe(open.id);
      }, SOON);

      const mine = createRestAPIClient({ url: alpha.origin, accessToken: client.token() });
      const kept = await mine.v1.bookmarks.list();
      expect(kept.map(({ id }) => id)).toEqual([status.id]);
      expect(kept[0]?.visibility).toBe("private");
    } finally {
      await client.close();
    }
  }, 120_000);
});
