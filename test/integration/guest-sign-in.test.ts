import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  actors,
  blocks,
  fediverseApps,
  guestSessions,
  guestSignIns,
  notices,
} from "../../src/persistence/schema/index.ts";
import { blockOrigin, unblockOrigin } from "../../src/services/origins.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import { noticesFor, recallNotices } from "../../src/services/notices.ts";
import type { ActorRecord, PostRecord } from "../../src/services/records.ts";
import type { Visible } from "../../src/domain/audience/policy.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { createFakeMastodon, mastodonMetadata } from "../support/fake-mastodon.ts";
import { Visitor, type Answer } from "../support/web-client.ts";
import { publish } from "../support/web-world.ts";

const ORIGIN = "https://m.example";
const EVIL = "https://evil.example";
const TITLE = "Rates that we pay";

const mastodon = createFakeMastodon(ORIGIN);
const evil = createFakeMastodon(EVIL);
let instance: TestInstance;
let bo: ActorRecord;
let post: Visible<PostRecord>;
let key: string;

beforeAll(async () => {
  instance = await createTestInstance({ peers: [mastodon, evil] });
  mastodon.actor("bo");
  mastodon.actor("eve");
  evil.actor("bo");
  evil.actor("mallory");
  bo = await ensureActor(instance.context, `${ORIGIN}/users/bo`);
  post = await shareWith(bo);
  key = await keyOf(post, bo);
});

afterAll(() => instance?.close());

beforeEach(async () => {
  mastodon.manners = {};
  evil.manners = {};
  await instance.context.db.delete(guestSignIns);
  await instance.context.db.delete(fediverseApps);
  mastodon.oauth.length = 0;
});

async function shareWith(...people: ActorRecord[]): Promise<Visible<PostRecord>> {
  const audience = people.map(({ iri }) => ({ kind: "person" as const, actor: iri }));
  const { context, admin } = instance;
  const shared = await publish(context, admin, { title: TITLE, label: "TLP:GREEN" }, audience);
  await context.db.transaction((tx) => noticesFor(context, tx, shared, people));
  return shared;
}

async function keyOf({ id }: PostRecord, { id: recipientId }: ActorRecord): Promise<string> {
  const rows = await instance.context.db.select().from(notices).where(eq(notices.postId, id));
  return rows.find((row) => row.recipientId === recipientId)?.key ?? "";
}

/** Follows the link, enters the account, and is sent on to the other server; the address there. */
async function depart(visitor: Visitor, account = "@bo@m.example", page = `/n/${key}`) {
  const answer = await visitor.submit(page, { account });
  return { answer, url: addressIn(answer) };
}

function addressIn({ body }: Answer): string {
  const found = /http-equiv="refresh" content="0;url=([^"]+)"/.exec(body)?.[1] ?? "";
  return found.replaceAll("&amp;", "&");
}

/** What the browser does when the other server sends it back. */
function comeBack(visitor: Visitor, address: string): Promise<Answer> {
  const { origin, pathname, search } = new URL(address);
  expect(origin).toBe("https://alpha.example");
  return visitor.get(pathname + search);
}

async function signedIn(username = "bo"): Promise<Visitor> {
  const visitor = new Visitor(instance.context);
  const { url } = await depart(visitor, `@${username}@m.example`);
  const answer = await comeBack(visitor, mastodon.authorize(url, username));
  expect(answer.status).toBe(303);
  return visitor;
}

const hasSession = (visitor: Visitor) => visitor.cookies.has("__Host-praxis_guest");

describe("a guest who signs in at their own server", () => {
  test("comes back to what was shared with them and reads it", async () => {
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor);
    const back = await comeBack(visitor, mastodon.authorize(url, "bo"));
    expect(back.headers.get("location")).toBe(`/n/${key}`);
    const page = await visitor.get(`/n/${key}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain(TITLE);
    expect(page.body).toContain("Shared with you");
    expect(page.headers.get("cache-control")).toBe("private, no-store");
    expect(page.headers.get("x-robots-tag")).toBe("noindex, nofollow, noarchive");
  });

  test("has a session in a host-bound cookie that scripts cannot read, for eight hours", async () => {
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor);
    const back = await comeBack(visitor, mastodon.authorize(url, "bo"));
    const cookie = back.headers
      .getSetCookie()
      .find((line) => line.startsWith("__Host-praxis_guest="));
    expect(cookie).toMatch(/Max-Age=28800; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const [session] = await instance.context.db.select().from(guestSessions);
    expect(session?.tokenHash).not.toBe(visitor.cookies.get("__Host-praxis_guest"));
  });

  test("is nobody after eight hours", async () => {
    const visitor = await signedIn();
    try {
      instance.setTime(new Date(Date.now() + 8 * 3_600_000 + 1_000));
      const page = await visitor.get(`/n/${key}`);
      expect(page.body).not.toContain(TITLE);
    } finally {
      instance.setTime(null);
    }
  });

  test("leaves no token behind: it is taken back at once and stored nowhere", async () => {
    await signedIn();
    expect(mastodon.tokens.size).toBe(0);
    expect(mastodon.oauth).toEqual([
      "GET /.well-known/oauth-authorization-server",
      "POST /api/v1/apps",
      "POST /oauth/token",
      "GET /api/v1/accounts/verify_credentials",
      "POST /oauth/revoke",
    ]);
  });

  test("finds everything that is shared with them in a list, and can sign out", async () => {
    const visitor = await signedIn();
    const list = await visitor.get("/n");
    expect(list.body).toContain(TITLE);
    expect(list.body).toContain("@bo@m.example");
    const out = await visitor.submit("/n", {}, "/n/sign-out");
    expect(out.status).toBe(303);
    expect(hasSession(visitor)).toBe(false);
    expect(await instance.context.db.select().from(guestSessions)).not.toContainEqual(
      expect.objectContaining({ tokenHash: visitor.cookies.get("__Host-praxis_guest") }),
    );
    expect((await visitor.get(`/n/${key}`)).body).not.toContain(TITLE);
  });

  test("sees no way into the organization's other pages from what is shared", async () => {
    const visitor = await signedIn();
    const { body } = await visitor.get(`/n/${key}`);
    const main = /<main[\s\S]*<\/main>/.exec(body)?.[0] ?? "";
    const links = [...main.matchAll(/href="([^"]*)"/g)].map((match) => match[1]);
    expect(links.filter((link) => link?.startsWith("/topics") || link?.startsWith("/@"))).toEqual(
      [],
    );
    expect(main).not.toContain("Revision history");
    expect(main).not.toContain("Who can read it");
  });

  test("is let in by a server of today with the narrowest scope it has", async () => {
    mastodon.manners = { metadata: mastodonMetadata(ORIGIN), scopes: ["profile"] };
    await signedIn();
    expect(mastodon.apps.at(-1)?.scope).toBe("profile");
  });

  test("is let in by a server of old that knows no narrow scope", async () => {
    mastodon.manners = { scopes: ["read"] };
    await signedIn();
    expect(mastodon.apps.at(-1)?.scope).toBe("read");
  });

  test("shares the registration with the next one, for half a day", async () => {
    await signedIn();
    const before = mastodon.apps.length;
    await signedIn("eve");
    expect(mastodon.apps).toHaveLength(before);
    const [app] = await instance.context.db.select().from(fediverseApps);
    expect(app?.clientSecretJwe).not.toContain(mastodon.apps.at(-1)?.clientSecret);
    try {
      instance.setTime(new Date(Date.now() + 13 * 3_600_000));
      await signedIn();
      expect(mastodon.apps).toHaveLength(before + 1);
    } finally {
      instance.setTime(null);
    }
  });
});

describe("what is not meant for a guest", () => {
  test("is the same 404 whether it is somebody else's, recalled or never was", async () => {
    const eve = await signedIn("eve");
    const others = await eve.get(`/n/${key}`);
    const missing = await eve.get("/n/01a20482-fa8f-7a7b-990c-2a8ce4f2f3c1");
    const nonsense = await eve.get("/n/nonsense");
    expect(others.status).toBe(404);
    expect(others.body).toBe(missing.body);
    expect(nonsense.body).toBe(missing.body);
    expect(Object.fromEntries(others.headers)).toEqual(Object.fromEntries(missing.headers));
    expect((await eve.get("/n")).body).not.toContain(TITLE);
  });

  test("is another's notice also when both of them may read the practice", async () => {
    const eve = await ensureActor(instance.context, `${ORIGIN}/users/eve`);
    const shared = await shareWith(bo, eve);
    const visitor = await signedIn("eve");
    expect((await visitor.get(`/n/${await keyOf(shared, eve)}`)).status).toBe(200);
    expect((await visitor.get(`/n/${await keyOf(shared, bo)}`)).status).toBe(404);
  });

  test("goes away when the notice is recalled and the audience is narrowed", async () => {
    const { context } = instance;
    const shared = await shareWith(bo);
    const link = `/n/${await keyOf(shared, bo)}`;
    const visitor = await signedIn();
    expect((await visitor.get(link)).status).toBe(200);
    await context.db.transaction((tx) => recallNotices(context, tx, shared));
    expect((await visitor.get(link)).status).toBe(404);
  });

  test("is nothing at all for somebody who is suspended", async () => {
    const visitor = await signedIn();
    const setSuspended = (suspendedAt: Date | null) =>
      instance.context.db.update(actors).set({ suspendedAt }).where(eq(actors.id, bo.id));
    try {
      await setSuspended(new Date());
      const page = await visitor.get(`/n/${key}`);
      expect(page.body).not.toContain(TITLE);
      expect((await visitor.get(new URL(post.url).pathname)).status).toBe(404);
      expect((await visitor.get("/n")).body).toContain("Something was shared with you");
    } finally {
      await setSuspended(null);
    }
  });

  test("is nothing for somebody whom the organization blocks", async () => {
    const visitor = await signedIn();
    const { context, organization } = instance;
    try {
      await context.db.insert(blocks).values({ blockerId: organization.id, blockedId: bo.id });
      expect((await visitor.get(`/n/${key}`)).status).toBe(404);
      expect((await visitor.get(new URL(post.url).pathname)).status).toBe(404);
      expect((await visitor.get("/n")).body).not.toContain(TITLE);
    } finally {
      await context.db.delete(blocks);
    }
  });

  test("is nothing for anybody of a server that is blocked, who cannot sign in either", async () => {
    const visitor = await signedIn();
    const { context, admin } = instance;
    const began = new Visitor(context);
    const { url } = await depart(began);
    try {
      await blockOrigin(context, admin, "m.example", "");
      expect((await visitor.get(`/n/${key}`)).status).toBe(404);
      expect((await visitor.get("/n")).body).not.toContain(TITLE);
      mastodon.oauth.length = 0;
      const { answer } = await depart(new Visitor(context));
      expect(answer.status).toBeGreaterThanOrEqual(400);
      await comeBack(began, mastodon.authorize(url, "bo"));
      expect(hasSession(began)).toBe(false);
      expect(mastodon.oauth).toEqual([]);
    } finally {
      await unblockOrigin(context, admin, "m.example");
    }
  });

  test("is never in a shared cache", async () => {
    const visitor = await signedIn();
    for (const path of ["/", "/n", `/n/${key}`, new URL(post.url).pathname]) {
      const { headers } = await visitor.get(path);
      expect(headers.get("cache-control"), path).toBe("private, no-store");
    }
  });
});

describe("a sign-in that is not what it seems", () => {
  test("cannot be finished in another browser than it was begun in", async () => {
    const attacker = new Visitor(instance.context);
    const victim = new Visitor(instance.context);
    const { url } = await depart(attacker, "@eve@m.example");
    await depart(victim);
    const answer = await comeBack(victim, mastodon.authorize(url, "eve"));
    expect(answer.status).toBe(400);
    expect(answer.body).toContain("not started in this browser");
    expect(hasSession(victim)).toBe(false);
  });

  test("cannot be finished twice", async () => {
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor);
    const back = mastodon.authorize(url, "bo");
    await comeBack(visitor, back);
    expect((await comeBack(visitor, back)).status).toBe(400);
  });

  test("cannot be finished after ten minutes", async () => {
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor);
    try {
      instance.setTime(new Date(Date.now() + 601_000));
      const answer = await comeBack(visitor, mastodon.authorize(url, "bo"));
      expect(answer.status).toBe(400);
      expect(hasSession(visitor)).toBe(false);
    } finally {
      instance.setTime(null);
    }
  });

  test("does not bring one server's code to another one", async () => {
    // Mallory's server sends its visitor on to Bo's server, with our client id there and its own state.
    await signedIn();
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor, "@mallory@evil.example");
    const client = mastodon.apps.at(-1);
    const mixed = new URL(url.replace(EVIL, ORIGIN));
    mixed.searchParams.set("client_id", client?.clientId ?? "");
    mixed.searchParams.set("redirect_uri", client?.redirectUri ?? "");
    evil.oauth.length = 0;
    const answer = await comeBack(visitor, mastodon.authorize(mixed.href, "bo"));
    expect(answer.status).toBe(400);
    expect(evil.oauth).toEqual([]);
    expect(hasSession(visitor)).toBe(false);
  });

  test("is refused when the answer names another issuer", async () => {
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor);
    const back = `${mastodon.authorize(url, "bo")}&iss=${encodeURIComponent(EVIL)}`;
    expect((await comeBack(visitor, back)).status).toBe(400);
    expect(hasSession(visitor)).toBe(false);
  });

  test("does not begin with a server that sends people to another one", async () => {
    for (const name of ["authorization_endpoint", "token_endpoint", "issuer"]) {
      evil.manners = { metadata: mastodonMetadata(EVIL, { [name]: `${ORIGIN}/oauth/authorize` }) };
      const { answer, url } = await depart(new Visitor(instance.context), "@mallory@evil.example");
      expect(url, name).toBe("");
      expect(answer.body).toContain("does not offer sign-in");
    }
  });

  test("makes of a lying server's word an actor on that server at most", async () => {
    for (const claims of ["bo@m.example", "bo", `${ORIGIN}/users/bo`]) {
      evil.manners = { claims };
      const visitor = new Visitor(instance.context);
      const { url } = await depart(visitor, "@mallory@evil.example");
      const answer = await comeBack(visitor, evil.authorize(url, "mallory"));
      expect(answer.status, claims).toBe(401);
      expect(hasSession(visitor)).toBe(false);
    }
  });

  test("is refused when the server's WebFinger gives an actor of another server out as its own", async () => {
    const link = { rel: "self", type: "application/activity+json", href: `${ORIGIN}/users/bo` };
    evil.documents.set("/.well-known/webfinger", () =>
      Response.json({ subject: "acct:mallory@evil.example", links: [link] }),
    );
    try {
      // The actor is on Bo's server, so that is where the visitor has to sign in.
      const visitor = new Visitor(instance.context);
      const { url } = await depart(visitor, "@mallory@evil.example");
      expect(new URL(url).origin).toBe(ORIGIN);
      const answer = await comeBack(visitor, mastodon.authorize(url, "eve"));
      expect(answer.status).toBe(401);
      expect(hasSession(visitor)).toBe(false);
    } finally {
      evil.documents.delete("/.well-known/webfinger");
    }
  });

  test("is refused when its WebFinger turns during the sign-in", async () => {
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor, "@mallory@evil.example");
    const link = { rel: "self", type: "application/activity+json", href: `${ORIGIN}/users/bo` };
    const back = evil.authorize(url, "mallory");
    evil.documents.set("/.well-known/webfinger", () =>
      Response.json({ subject: "acct:mallory@evil.example", links: [link] }),
    );
    try {
      const answer = await comeBack(visitor, back);
      expect(answer.status).toBe(401);
      expect(hasSession(visitor)).toBe(false);
    } finally {
      evil.documents.delete("/.well-known/webfinger");
    }
  });

  test("tells somebody who is signed in there under another name, and gives the token back", async () => {
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor);
    const answer = await comeBack(visitor, mastodon.authorize(url, "eve"));
    expect(answer.status).toBe(401);
    expect(answer.body).toContain("signed in as @eve");
    expect(mastodon.tokens.size).toBe(0);
    expect(hasSession(visitor)).toBe(false);
  });

  test("cannot be begun by a form on another site", async () => {
    const visitor = new Visitor(instance.context);
    const answer = await visitor.post(
      `/n/${key}`,
      { account: "@bo@m.example" },
      { origin: "https://evil.example" },
    );
    expect(answer.status).toBe(403);
  });
});

describe("when sign-in does not work, the page says why in plain words", () => {
  test.each([
    ["nonsense", "Write your account with its server"],
    ["@ana@alpha.example", "Sign in as a member"],
    ["@nobody@m.example", "m.example has nothing at this address"],
  ])("for %s", async (account, sentence) => {
    const { answer } = await depart(new Visitor(instance.context), account);
    expect(answer.body).toContain(sentence);
    expect(answer.body).toContain(`value="${account}"`);
  });

  test("for a server that lets no application in", async () => {
    mastodon.manners = { registration: 404 };
    const { answer } = await depart(new Visitor(instance.context));
    expect(answer.status).toBe(422);
    expect(answer.body).toContain("m.example does not offer sign-in for other websites");
  });

  test("for somebody who says no at their server", async () => {
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor);
    const answer = await comeBack(visitor, mastodon.decline(url));
    expect(answer.status).toBe(401);
    expect(answer.body).toContain("You did not allow m.example");
  });

  test("for a server whose answer is endless or no JSON", async () => {
    for (const body of ["x".repeat(200_000), "<html>", "[]", "null"]) {
      mastodon.manners = { answers: { "/oauth/token": () => new Response(body) } };
      const visitor = new Visitor(instance.context);
      const { url } = await depart(visitor);
      const answer = await comeBack(visitor, mastodon.authorize(url, "bo"));
      expect([401, 422]).toContain(answer.status);
      expect(hasSession(visitor)).toBe(false);
    }
  });

  test("for a server that redirects what was meant for it alone", async () => {
    const answers = { "/oauth/token": () => Response.redirect(`${EVIL}/oauth/token`, 307) };
    mastodon.manners = { answers };
    evil.oauth.length = 0;
    const visitor = new Visitor(instance.context);
    const { url } = await depart(visitor);
    expect((await comeBack(visitor, mastodon.authorize(url, "bo"))).status).toBe(401);
    expect(evil.oauth).toEqual([]);
  });

  test("for an address inside our own network", async () => {
    for (const account of ["@bo@127.0.0.1", "@bo@[::1]", "@bo@169.254.169.254"]) {
      const { answer, url } = await depart(new Visitor(instance.context), account);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(url).toBe("");
    }
  });

  test("for somebody who tries too often", async () => {
    const visitor = new Visitor(instance.context);
    let last: Answer | null = null;
    for (let attempt = 0; attempt < 9; attempt += 1) {
      last = (await depart(visitor, "@nobody@m.example")).answer;
    }
    expect(last?.status).toBe(429);
    expect(last?.headers.get("retry-after")).toBe("900");
  });
});
