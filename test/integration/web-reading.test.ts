import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { actors, practices } from "../../src/persistence/schema/index.ts";
import { deletePractice, revisePractice } from "../../src/services/practices.ts";
import { readPracticeChanges } from "../../src/services/practice-input.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { Visitor, type Answer } from "../support/web-client.ts";
import {
  addReader,
  addRemoteActor,
  addRemotePost,
  FOLLOWERS,
  publish,
  READER_PASSWORD,
} from "../support/web-world.ts";

const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`;
const SECRET = "Rates we pay to contractors";

let instance: TestInstance;
let visitor: Visitor;
let member: Visitor;
let reader: Visitor;
let publicPath: string;
let hiddenPath: string;
let hiddenId: bigint;

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, admin } = instance;
  await addReader(context);
  const practice = await publish(context, admin);
  await revisePractice(
    context,
    admin,
    practice.id,
    readPracticeChanges({ summary: "Second summary", change_note: "Shorter summary" }),
  );
  const hidden = await publish(
    context,
    admin,
    { title: SECRET, topics: ["contractors"], summary: "A secret summary", label: "TLP:GREEN" },
    FOLLOWERS,
  );
  publicPath = new URL(practice.url).pathname;
  hiddenPath = new URL(hidden.url).pathname;
  hiddenId = hidden.id;
  visitor = new Visitor(context);
  member = await new Visitor(context).signIn("ana", "correct horse battery");
  reader = await new Visitor(context).signIn("rolf", READER_PASSWORD);
});

afterAll(() => instance.close());

/** Everything of an answer that a stranger could compare. */
function comparable({ status, headers, body }: Answer) {
  return { status, headers: Object.fromEntries(headers), body };
}

describe("a public practice", () => {
  test("is shown with everything that a reader needs", async () => {
    const { status, body, headers } = await visitor.get(publicPath);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=UTF-8");
    for (const part of [
      '<h1 lang="en" dir="auto">Night-shift handover in ten minutes</h1>',
      "Second summary",
      "TLP:CLEAR",
      "CC-BY-4.0",
      "English",
      "Revision 2",
      "Shorter summary",
      "31 March 2027",
      'href="/topics/handover"',
      'href="/@ana"',
      "<table>",
    ]) {
      expect(body).toContain(part);
    }
  });

  test("tells machines where its ActivityPub object is and what it is about", async () => {
    const { body } = await visitor.get(publicPath);
    expect(body).toMatch(
      /<link rel="alternate" type="application\/activity\+json" href="https:\/\/alpha\.example\/ap\/practices\/[^"]+"/,
    );
    expect(body).toContain(`<link rel="canonical" href="https://alpha.example${publicPath}"/>`);
    expect(body).toContain(
      '<meta property="og:title" content="Night-shift handover in ten minutes"/>',
    );
    const [, json = ""] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(body) ?? [];
    expect(JSON.parse(json)).toMatchObject({
      "@type": "Article",
      headline: "Night-shift handover in ten minutes",
      license: "https://creativecommons.org/licenses/by/4.0/",
      version: 2,
    });
  });

  test("may be kept by caches for visitors, never for members", async () => {
    const open = await visitor.get(publicPath);
    expect(open.headers.get("cache-control")).toBe("public, max-age=60");
    expect(open.headers.get("vary")).toBe("Accept, Cookie");
    const signedIn = await member.get(publicPath);
    expect(signedIn.headers.get("cache-control")).toBe("private, no-store");
  });

  test("shows its audience to members alone", async () => {
    expect((await member.get(publicPath)).body).toContain("Who can read it");
    expect((await visitor.get(publicPath)).body).not.toContain("Who can read it");
  });

  test("is listed, and found by kind and topic", async () => {
    const lists = ["/", "/?kind=practice", "/?topic=handover", "/topics/handover", "/@ana"];
    for (const path of lists.concat("/tags/Handover")) {
      expect((await visitor.get(path)).body, path).toContain(`href="${publicPath}"`);
    }
    for (const path of ["/?kind=lesson", "/topics/nothing", "/tags/nothing"]) {
      expect((await visitor.get(path)).body, path).not.toContain(`href="${publicPath}"`);
    }
  });
});

describe("what a visitor may not see", () => {
  test("is the same as what does not exist, byte for byte and header for header", async () => {
    const missing = comparable(
      await visitor.get("/practices/0192f0c4-0000-7000-8000-000000000000"),
    );
    expect(missing.status).toBe(404);
    const postsBefore = comparable(await visitor.get("/posts/1"));
    for (const path of [hiddenPath, `/posts/${hiddenId}`, "/@nobody", "/nowhere"]) {
      expect(comparable(await visitor.get(path)), path).toEqual(missing);
    }
    expect(postsBefore).toEqual(missing);
  });

  test("leaves no trace on any page, feed or sitemap", async () => {
    for (const path of [
      "/",
      "/?kind=practice",
      "/@ana",
      "/topics/contractors",
      "/tags/contractors",
      "/feed.atom",
      "/topics/contractors/feed.atom",
      "/sitemap.xml",
    ]) {
      const { status, body } = await visitor.get(path);
      expect(status, path).toBe(200);
      expect(body, path).not.toContain(SECRET);
      expect(body, path).not.toContain(hiddenPath);
    }
  });

  test("is open to members, is not kept by caches and tells crawlers nothing", async () => {
    const { status, body, headers } = await reader.get(hiddenPath);
    expect(status).toBe(200);
    expect(body).toContain(`${SECRET}</h1>`);
    expect(body).toContain("Members of Alpha Power");
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(body).toContain('<meta name="robots" content="noindex"/>');
    expect(body).not.toMatch(/og:|ld\+json|activity\+json|rel="canonical"/);
  });

  test("stays out of feed and sitemap even when an editor asks for them", async () => {
    for (const path of ["/feed.atom", "/sitemap.xml"]) {
      expect((await member.get(path)).body, path).not.toContain(hiddenPath);
    }
  });

  test("includes what others published: a visitor reads that at its origin", async () => {
    const bravo = await addRemoteActor(instance.context, "bravo");
    const id = await addRemotePost(instance.context, bravo, { title: "Blade noise" });
    expect((await visitor.get(`/posts/${id}`)).status).toBe(404);
    expect((await reader.get(`/posts/${id}`)).body).toContain("Blade noise</h1>");
  });

  test("includes a practice from the moment that it is deleted", async () => {
    const { context, admin } = instance;
    const post = await publish(context, admin, { title: "Soon gone" });
    const path = new URL(post.url).pathname;
    expect((await visitor.get(path)).status).toBe(200);
    await deletePractice(context, admin, post.id);
    expect(comparable(await visitor.get(path))).toEqual(comparable(await visitor.get("/nowhere")));
  });

  test("includes a suspended member's page", async () => {
    const { context } = instance;
    const sam = await addReader(context, "sam");
    expect((await visitor.get("/@sam")).status).toBe(200);
    await context.db
      .update(actors)
      .set({ suspendedAt: new Date() })
      .where(eq(actors.id, sam.actorId));
    expect((await visitor.get("/@sam")).status).toBe(404);
  });
});

describe("hostile text", () => {
  test("in title and summary is shown as text", async () => {
    const { context, admin } = instance;
    const post = await publish(context, admin, {
      title: `Title ${HOSTILE}`,
      summary: `Summary ${HOSTILE}`,
    });
    for (const path of [new URL(post.url).pathname, "/", "/@ana"]) {
      const { body } = await visitor.get(path);
      expect(body, path).toContain("&lt;script&gt;alert(1)");
      expect(body, path).not.toContain("<script>alert");
      expect(body, path).not.toContain("<img src=x");
    }
  });

  test("in an author's name and address does not get out of its place", async () => {
    const { context } = instance;
    const mallory = await addRemoteActor(context, "mallory", {
      name: HOSTILE,
      summary: `<p>fine</p>`,
      url: "javascript:alert(3)",
    });
    const id = await addRemotePost(context, mallory, { title: HOSTILE, language: 'en" onload="x' });
    const { body } = await member.get(`/posts/${id}`);
    expect(body).not.toContain("<script>alert");
    expect(body).not.toContain("javascript:");
    expect(body).not.toContain('onload="x');
    const found = await member.get(`/follow?actor=${mallory.id}`);
    expect(found.body).not.toContain("<script>alert");
    expect(found.body).not.toContain("javascript:");
  });

  test("in a licence from elsewhere does not become a link", async () => {
    const { context, admin } = instance;
    const post = await publish(context, admin, { title: "Odd licence" });
    await context.db
      .update(practices)
      .set({ license: "javascript://x%0aalert(4)" })
      .where(eq(practices.postId, post.id));
    const { body } = await visitor.get(new URL(post.url).pathname);
    expect(body).not.toContain('href="javascript:');
  });

  test("in an address is answered like any missing page", async () => {
    const missing = comparable(await visitor.get("/nowhere"));
    for (const path of [
      "/practices/%00",
      "/practices/%E0%A4%A",
      "/posts/99999999999999999999",
      "/posts/-1",
      "/topics/%20",
      "/tags/%20",
      "/@%00",
      `/${encodeURIComponent(HOSTILE)}`,
    ]) {
      expect(comparable(await visitor.get(path)), path).toEqual(missing);
    }
    expect((await visitor.get("/?before=abc&kind=nonsense&topic=%00")).status).toBe(200);
  });
});

describe("every page", () => {
  test("forbids scripts, frames and sniffing, and sends a referrer to itself only", async () => {
    for (const path of ["/", publicPath, "/nowhere", "/sign-in"]) {
      const { headers } = await visitor.get(path);
      const policy = headers.get("content-security-policy") ?? "";
      expect(policy, path).toContain("default-src 'none'");
      expect(policy, path).toContain("frame-ancestors 'none'");
      expect(policy, path).not.toMatch(/unsafe|script-src/);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("referrer-policy")).toBe("same-origin");
      expect(headers.get("strict-transport-security")).toMatch(/max-age=\d+/);
    }
  });

  test("has one style sheet, whose address changes with its content", async () => {
    const { body } = await visitor.get("/");
    const [, path = ""] = /<link rel="stylesheet" href="([^"]+)"/.exec(body) ?? [];
    expect(path).toMatch(/^\/assets\/[0-9a-f]{16}\/praxis\.css$/);
    const sheet = await visitor.get(path);
    expect(sheet.status).toBe(200);
    expect(sheet.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(sheet.headers.get("cache-control")).toContain("immutable");
    const small = await visitor.send(path, { headers: { "accept-encoding": "gzip" } });
    expect(small.headers.get("content-encoding")).toBe("gzip");
    const page = await visitor.send("/", { headers: { "accept-encoding": "gzip" } });
    expect(page.headers.get("content-encoding")).toBeNull();
  });
});

describe("feeds and sitemap", () => {
  test("the feed holds whole practices with absolute addresses", async () => {
    const { headers, body } = await visitor.get("/feed.atom");
    expect(headers.get("content-type")).toBe("application/atom+xml; charset=utf-8");
    expect(body).toContain('<link rel="self" href="https://alpha.example/feed.atom"/>');
    expect(body).toContain(`<link href="https://alpha.example${publicPath}"/>`);
    expect(body).toContain("<h2>What we do</h2>");
    expect(body).not.toMatch(/href="\/(?!\/)/);
    expect(body).not.toContain('<title type="html"><![CDATA[Title <script>');
  });

  test("a reader that has the newest feed gets 304", async () => {
    const first = await visitor.get("/feed.atom");
    const again = await visitor.send("/feed.atom", {
      headers: { "if-none-match": first.headers.get("etag") ?? "" },
    });
    expect(again.status).toBe(304);
  });

  test("a topic has a feed of its own", async () => {
    const { body } = await visitor.get("/topics/handover/feed.atom");
    expect(body).toContain(publicPath);
    expect((await visitor.get("/topics/nothing/feed.atom")).body).not.toContain("<entry>");
  });

  test("the sitemap lists public practices, and robots.txt leads to it", async () => {
    const { headers, body } = await visitor.get("/sitemap.xml");
    expect(headers.get("content-type")).toBe("application/xml; charset=utf-8");
    expect(body).toContain(`<loc>https://alpha.example${publicPath}</loc>`);
    expect((await visitor.get("/robots.txt")).body).toContain(
      "Sitemap: https://alpha.example/sitemap.xml",
    );
  });
});

test("long lists are paged by what was seen last, without gaps or repetitions", async () => {
  const other = await createTestInstance();
  try {
    for (let number = 1; number <= 45; number += 1) {
      await publish(other.context, other.admin, {
        title: `Number ${number}`,
        content: "Short.",
        credits: [],
      });
    }
    const reading = new Visitor(other.context);
    const seen: string[] = [];
    let path: string | undefined = "/";
    let pages = 0;
    while (path !== undefined) {
      const { body } = await reading.get(path);
      pages += 1;
      seen.push(...[...body.matchAll(/>(Number \d+)<\/a>/g)].map(([, title = ""]) => title));
      path = /rel="next" href="([^"]+)"/.exec(body)?.[1]?.replaceAll("&amp;", "&");
    }
    expect(pages).toBe(3);
    expect(seen).toEqual(Array.from({ length: 45 }, (_, index) => `Number ${45 - index}`));
  } finally {
    await other.close();
  }
});
