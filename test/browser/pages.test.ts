import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  follows,
  partnerships,
  terms as termsDocuments,
} from "../../src/persistence/schema/index.ts";
import { actingAs } from "../../src/services/acting.ts";
import { checkPoll } from "../../src/services/polls.ts";
import { publishNote } from "../../src/services/publish-note.ts";
import { uploadMedia } from "../../src/services/media-upload.ts";
import type { Context } from "../../src/services/context.ts";
import { favourite } from "../../src/services/favourites.ts";
import type { Member } from "../../src/services/members.ts";
import { OUT_OF_BAND, registerApp } from "../../src/services/oauth-apps.ts";
import { exchangeCode, issueCode } from "../../src/services/oauth-codes.ts";
import { writeReply } from "../../src/services/replies.ts";
import { readPracticeChanges } from "../../src/services/practice-input.ts";
import { revisePractice } from "../../src/services/practices.ts";
import { createSetupLink } from "../../src/services/setup.ts";
import { allowOrigin, blockOrigin } from "../../src/services/origins.ts";
import { startBrowser, type TestBrowser } from "../support/browser.ts";
import { picture } from "../support/media-samples.ts";
import { noteDraft } from "../support/note-draft.ts";
import { startSite, type Site } from "../support/web-site.ts";
import { addRemoteActor, addRemotePost, FOLLOWERS, publish } from "../support/web-world.ts";

const ADMIN = { name: "ana", password: "correct horse battery" };
const HOSTILE = "<script>document.title='owned'</script>";

let site: Site;
let browser: TestBrowser;
let member: TestBrowser;
let axeSource: string;
let setupLink: string;
let practicePath: string;
let hiddenPath: string;
let notePath: string;
let remotePath: string;
let activePath: string;
let consentPath: string;
let codePath: string;
let askedPath: string;
let pollPath: string;

beforeAll(async () => {
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  [site, browser, member, axeSource] = await Promise.all([
    startSite(),
    startBrowser(),
    startBrowser(),
    readFile(axe, "utf8"),
  ]);
  await fillSite();
  setupLink = (await createSetupLink(site.fresh.context)) ?? "";
  await signIn(await firstPage(member));
});

afterAll(async () => {
  await Promise.all([browser?.close(), member?.close()]);
  await site?.close();
});

/** Content of every kind, so that every element of the pages occurs. */
async function fillSite(): Promise<void> {
  const { context, admin, organization } = site.instance;
  const practice = await publish(context, admin);
  await revisePractice(
    context,
    admin,
    practice.id,
    readPracticeChanges({ change_note: "Measured" }),
  );
  const hidden = await publish(context, admin, { title: "Rates", label: "TLP:GREEN" }, FOLLOWERS);
  const answered = await writeReply(context, actingAs(admin), {
    inReplyTo: practice.id,
    content: `What about the **weekend**? ${"x".repeat(200)}`,
    language: "en",
  });
  await writeReply(context, actingAs(admin), {
    inReplyTo: answered.id,
    content: HOSTILE,
    language: null,
  });
  await favourite(context, actingAs(admin), answered.id);
  await publish(context, admin, { title: `Hostile ${HOSTILE}`, kind: "question", summary: "" });
  for (let number = 1; number <= 20; number += 1) {
    await publish(context, admin, { title: `Lesson ${number}`, kind: "lesson", content: "Short." });
  }
  const bravo = await addRemoteActor(context, "bravo", {
    name: "Bravo Wind Farms",
    summary: "<p>We write down what breaks.</p>",
  });
  const long = await addRemoteActor(context, "averyveryverylonghandlewithoutanybreak", {
    host: "a-rather-long-host-name.of-some-far-away-organization.example",
    name: "An organization with a name that does not end for quite some time",
  });
  const remote = await addRemotePost(context, bravo, {
    title: "Geräusche der Rotorblätter",
    summary: "Drei Geräusche.",
    contentHtml: `<h1>Hören</h1><p><a href="https://bravo.example/${"x".repeat(200)}">${"x".repeat(200)}</a></p>`,
    language: "de",
  });
  const note = await addRemotePost(context, bravo, { contentHtml: "<p>We tried it.</p>" });
  await context.db.insert(follows).values([
    { followerId: organization.id, followeeId: bravo.id, state: "accepted", iri: "urn:1" },
    { followerId: admin.actorId, followeeId: long.id, state: "pending", iri: "urn:2" },
    { followerId: bravo.id, followeeId: organization.id, state: "accepted", iri: "urn:3" },
    { followerId: long.id, followeeId: organization.id, state: "pending", iri: "urn:4" },
  ]);
  const [terms] = await context.db
    .insert(termsDocuments)
    .values({
      url: "https://bravo.example/ap/terms/01a2047c-0000-7000-8000-000000000001",
      sha256: "c0ffee".repeat(10) + "c0ff",
      markdown: "# Terms\n\nAsk first.\n\n## Scope\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    })
    .returning();
  const agreed = {
    proposedBy: "them",
    termsId: terms?.id ?? 0n,
    labelCeiling: "TLP:AMBER",
  } as const;
  const rows = await context.db
    .insert(partnerships)
    .values([
      { ...agreed, partnerId: bravo.id, state: "active", offerIri: "urn:5" },
      {
        ...agreed,
        partnerId: long.id,
        state: "asked",
        offerIri: "urn:6",
        practiceIri: practice.iri,
      },
      { ...agreed, partnerId: long.id, state: "ended", offerIri: "urn:7", endReason: "superseded" },
    ])
    .returning({ id: partnerships.id });
  [activePath = "", askedPath = ""] = rows.map((row) => `/partners/${row.id}`);
  await blockOrigin(context, admin, "evil.example", `Spam, ${"again and ".repeat(12)}again`);
  await allowOrigin(
    context,
    admin,
    "a-rather-long-host-name.of-some-far-away-organization.example",
  );
  await allowApps(context, admin);
  await attachAndAsk(context, admin, practice.id);
  practicePath = new URL(practice.url).pathname;
  hiddenPath = new URL(hidden.url).pathname;
  remotePath = `/posts/${remote}`;
  notePath = `/posts/${note}`;
}

/** A practice gets a file, and somebody asks everybody about it. */
async function attachAndAsk(context: Context, member: Member, practiceId: bigint): Promise<void> {
  const file = await uploadMedia(
    context,
    { ...actingAs(member), actor: site.instance.organization },
    {
      fileName: `${"a-rather-long-name-".repeat(5)}.png`,
      source: Readable.from([await picture()]),
      description: "The panel",
    },
  );
  const changes = readPracticeChanges({ media_ids: [String(file.id)] });
  await revisePractice(context, member, practiceId, changes);
  const asked = {
    options: ["Every night", "x".repeat(100)],
    expiresIn: 3_600,
    multiple: false,
    hideTotals: false,
  };
  const poll = await publishNote(
    context,
    actingAs(member),
    noteDraft({ text: "How often? #asked", poll: checkPoll(asked, context.now()) }),
    { appId: null },
  );
  await publishNote(
    context,
    actingAs(member),
    noteDraft({ text: "We tried it. #asked", quotedId: practiceId }),
    { appId: null },
  );
  pollPath = `/posts/${poll.id}`;
}

/** An application that asks, and one that has been allowed. */
async function allowApps(context: Context, member: Member): Promise<void> {
  const { app } = await registerApp(context, {
    name: `Application with a ${"rather ".repeat(4)}long name`,
    website: `https://client.example/${"long/".repeat(30)}`,
    redirectUris: ["https://client.example/", OUT_OF_BAND],
    scopes: "read write follow push profile",
  });
  const ask = (redirectUri: string) =>
    `/oauth/authorize?${new URLSearchParams({
      response_type: "code",
      client_id: app.clientId,
      redirect_uri: redirectUri,
      scope: "read:statuses read:accounts write follow push profile",
    }).toString()}`;
  consentPath = ask("https://client.example/");
  codePath = ask(OUT_OF_BAND);
  const code = await issueCode(context, {
    app,
    member,
    actorId: member.actorId,
    redirectUri: OUT_OF_BAND,
    scopes: ["read", "write:media"],
    codeChallenge: null,
  });
  await exchangeCode(context, app, { code, redirectUri: OUT_OF_BAND, codeVerifier: null });
}

async function firstPage({ context }: TestBrowser): Promise<Page> {
  return context.pages()[0] ?? (await context.newPage());
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${site.origin}/sign-in`);
  await page.fill("#name", ADMIN.name);
  await page.fill("#password", ADMIN.password);
  await page.press("#password", "Enter");
  await page.waitForURL(`${site.origin}/home`);
}

/** What axe finds wrong with the page as it stands, WCAG 2.2 AA and best practice. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const results = await page.evaluate<AxeResults>(
    `axe.run(document, { rules: { "target-size": { enabled: true } } })`,
  );
  return results.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 120)}`),
  );
}

const VISITOR_PAGES: [string, () => string][] = [
  ["the organization", () => `${site.origin}/`],
  [
    "the second page of its practices",
    () => `${site.origin}/?kind=lesson&before=9223372036854775807`,
  ],
  ["a filter that matches nothing", () => `${site.origin}/?kind=lesson&topic=nothing`],
  ["a practice", () => site.origin + practicePath],
  ["a person", () => `${site.origin}/@ana`],
  ["a topic", () => `${site.origin}/topics/handover`],
  ["not found", () => `${site.origin}/nowhere`],
  ["sign-in", () => `${site.origin}/sign-in`],
  ["sign-in for an application", () => site.origin + consentPath],
  ["an application that is unknown", () => `${site.origin}/oauth/authorize?client_id=nobody`],
  ["not set up yet", () => `${site.fresh.origin}/`],
  ["first run", () => setupLink],
  ["an old set-up link", () => `${site.fresh.origin}/setup?token=old`],
];

const MEMBER_PAGES: [string, () => string][] = [
  ["home", () => `${site.origin}/home`],
  ["a practice for followers", () => site.origin + hiddenPath],
  ["another organization's practice", () => site.origin + remotePath],
  ["a note", () => site.origin + notePath],
  ["a practice with its discussion", () => site.origin + practicePath],
  ["follow", () => `${site.origin}/follow`],
  ["follow, with somebody found", () => `${site.origin}/follow?q=@bravo@bravo.example`],
  ["follow, with nobody found", () => `${site.origin}/follow?q=@ghost@127.0.0.1`],
  ["followers", () => `${site.origin}/followers`],
  ["hosts", () => `${site.origin}/admin/origins`],
  ["partners", () => `${site.origin}/partners`],
  ["a partnership", () => site.origin + activePath],
  ["an offer of a partnership", () => site.origin + askedPath],
  ["the question before an end", () => `${site.origin}${activePath}/end`],
  ["the terms of a partnership", () => `${site.origin}/terms/01a2047c-0000-7000-8000-000000000001`],
  ["writing a practice", () => `${site.origin}/write`],
  ["revising a practice that has a file", () => `${site.origin}${practicePath}/edit`],
  ["the question before a withdrawal", () => `${site.origin}${practicePath}/withdraw`],
  ["a hashtag, with a poll and a quote", () => `${site.origin}/tags/asked`],
  ["a poll", () => site.origin + pollPath],
  ["the disclosure record", () => `${site.origin}/disclosures`],
  ["the question of an application", () => site.origin + consentPath],
  ["the applications of a member", () => `${site.origin}/settings/applications`],
];

async function inspect(page: Page, url: string): Promise<void> {
  const problems: string[] = [];
  const asked = new Set<string>();
  page.on("console", (message) => {
    // The browser itself reports the status of the page.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      problems.push(message.text());
    }
  });
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  for (const colorScheme of ["light", "dark"] as const) {
    for (const width of [1280, 360, 320]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await page.goto(url);
      const where = `${colorScheme}, ${width} px`;
      if (width !== 320) expect(await violations(page), where).toEqual([]);
      const overflow = await page.evaluate<number>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(overflow, `${where}: pixels beyond the right edge`).toBeLessThanOrEqual(0);
    }
  }
  expect(problems, "errors in the browser's console").toEqual([]);
  expect([...asked], "hosts that the browser talked to").toEqual([new URL(url).origin]);
}

describe("accessible in light and dark, wide and narrow, and talking to its own host alone", () => {
  test.each(VISITOR_PAGES)("%s", async (_, url) => {
    const page = await browser.context.newPage();
    await inspect(page, url());
    await page.close();
  });

  test.each(MEMBER_PAGES)("%s", async (_, url) => {
    const page = await member.context.newPage();
    await inspect(page, url());
    await page.close();
  });

  test("a form with problems", async () => {
    const page = await browser.context.newPage();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(setupLink);
      await page.click("main button[type=submit]");
      await page.waitForSelector(".error-summary");
      expect(await violations(page), colorScheme).toEqual([]);
      await page.click(".error-summary a[href='#handle']");
      expect(await focusedId(page)).toBe("handle");
    }
    await page.close();
  });
});

test("the code for an application that cannot be called is accessible", async () => {
  const page = await member.context.newPage();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 320, height: 800 });
    await page.goto(site.origin + codePath);
    await page.click("button[value=allow]");
    await page.waitForSelector("pre.code");
    expect(await violations(page), colorScheme).toEqual([]);
  }
  await page.close();
});

function focusedId(page: Page): Promise<string> {
  return page.evaluate<string>("document.activeElement?.id ?? ''");
}

test("the question before somebody is cut off is accessible, and can be left", async () => {
  const page = await member.context.newPage();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${site.origin}/admin/origins`);
    await page.click("text=Allow listed hosts only");
    await page.waitForSelector("text=on hosts that are not listed");
    expect(await violations(page), colorScheme).toEqual([]);
    await page.click("text=Cancel");
    await page.waitForSelector("text=All hosts that are not blocked");
  }
  await page.close();
});

test("hostile text does nothing in a real browser", async () => {
  const page = await browser.context.newPage();
  await page.goto(`${site.origin}/?kind=question`);
  expect(await page.textContent("h3")).toBe(`Hostile ${HOSTILE}`);
  expect(await page.title()).toBe("Alpha Power");
  await page.close();
});

test("feeds and sitemap are well-formed XML", async () => {
  const page = await firstPage(browser);
  for (const [path, element, count] of [
    ["/feed.atom", "entry", 22],
    ["/topics/handover/feed.atom", "entry", 22],
    ["/sitemap.xml", "url", 23],
  ] as const) {
    const xml = await (await fetch(site.origin + path)).text();
    const [errors, found] = await page.evaluate<number[]>(`(() => {
      const parsed = new DOMParser().parseFromString(${JSON.stringify(xml)}, "application/xml");
      return ["parsererror", "${element}"].map((name) => parsed.getElementsByTagName(name).length);
    })()`);
    expect(errors, path).toBe(0);
    expect(found, path).toBe(count);
  }
});

test("a member signs in, follows and signs out without any script", async () => {
  const plain = await startBrowser({ javaScript: false });
  try {
    const page = await firstPage(plain);
    await signIn(page);
    await page.click("nav >> text=Follow");
    await page.fill("#q", "@bravo@bravo.example");
    await page.click(".search button");
    await page.click('.card form[action="/follow"]:has(input[value=member]) button');
    await page.waitForSelector(".card >> text=Waiting for approval");
    await page.click('.card form[action="/follow/cancel"]:has(input[value=member]) button');
    await page.waitForSelector('.card form[action="/follow"]:has(input[value=member]) button');
    await page.click("nav >> text=Sign out");
    await page.waitForURL(`${site.origin}/`);
    await page.waitForSelector("text=Sign in");
  } finally {
    await plain.close();
  }
});

test("the first run works by keyboard alone, and shows where the focus is", async () => {
  const page = await browser.context.newPage();
  await page.goto(setupLink);
  const { keyboard } = page;
  await keyboard.press("Tab");
  expect(await page.evaluate<string>("document.activeElement.textContent")).toBe(
    "Skip to the content",
  );
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  for (const [id, value] of [
    ["name", "Bravo Wind Farms"],
    ["handle", "bravo"],
    ["followers-approve", null],
    ["admin_name", "Bo Lindqvist"],
    ["admin", "bo"],
    ["email", "bo@bravo.example"],
    ["password", "a quiet long night"],
    ["password_again", "a quiet long night"],
  ] as const) {
    expect(await focusedId(page)).toBe(id);
    const outline = await page.evaluate<string>(
      "getComputedStyle(document.activeElement).outlineStyle",
    );
    expect(outline, id).toBe("solid");
    if (value === null) await keyboard.press("ArrowDown");
    else await keyboard.type(value);
    await keyboard.press("Tab");
  }
  await keyboard.press("Enter");
  await page.waitForURL(`${site.fresh.origin}/home`);
  expect(await page.textContent("main h2")).toBe("Nothing here yet");
  await page.goto(`${site.fresh.origin}/followers`);
  expect(await page.textContent(".notice")).toContain("approved at once");
  await page.close();
});
