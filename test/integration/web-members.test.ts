import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { follows, sessions } from "../../src/persistence/schema/index.ts";
import { suspendMember } from "../../src/services/members.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { createForeignPeer } from "../support/foreign-peer.ts";
import { Visitor } from "../support/web-client.ts";
import { addReader, addRemoteActor, addRemotePost, READER_PASSWORD } from "../support/web-world.ts";

const ADMIN_PASSWORD = "correct horse battery";
let instance: TestInstance;
let admin: Visitor;
let reader: Visitor;

beforeAll(async () => {
  instance = await createTestInstance({ followers: "approve" });
  await addReader(instance.context);
  admin = await new Visitor(instance.context).signIn("ana", ADMIN_PASSWORD);
  reader = await new Visitor(instance.context).signIn("rolf", READER_PASSWORD);
});

afterAll(() => instance.close());

async function followBetween(followerId: bigint, followeeId: bigint) {
  const rows = await instance.context.db
    .select()
    .from(follows)
    .where(eq(follows.followerId, followerId));
  return rows.find((row) => row.followeeId === followeeId)?.state;
}

describe("signing in", () => {
  test("sets a cookie that scripts, other hosts and plain http never get", async () => {
    const answer = await new Visitor(instance.context).submit("/sign-in", {
      name: "ana@alpha.example",
      password: ADMIN_PASSWORD,
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/home");
    const cookie = answer.headers.getSetCookie().find((line) => line.includes("session")) ?? "";
    expect(cookie).toMatch(/^__Host-praxis_session=[\w-]{43};/);
    for (const attribute of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"]) {
      expect(cookie).toContain(attribute);
    }
  });

  test("says the same about a wrong name and a wrong password, and keeps the name", async () => {
    const [unknown, wrong] = await Promise.all(
      ["nobody", "ana"].map((name) =>
        new Visitor(instance.context).submit("/sign-in", { name, password: "wrong password" }),
      ),
    );
    for (const answer of [unknown, wrong]) {
      expect(answer?.status).toBe(401);
      expect(answer?.body).toContain("The name or the password is not right.");
      expect(answer?.body).not.toContain("wrong password");
    }
    expect(wrong?.body).toContain('value="ana"');
  });

  test("leads back to the page that asked for it, but never to another host", async () => {
    const visitor = new Visitor(instance.context);
    const asked = await visitor.get("/follow?q=%40bravo%40bravo.example");
    expect(asked.status).toBe(303);
    const login = asked.headers.get("location") ?? "";
    expect((await visitor.get(login)).body).toContain('value="/follow?q=%40bravo%40bravo.example"');
    for (const to of [
      "https://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "/\t/evil.example",
      "javascript:alert(1)",
    ]) {
      const answer = await new Visitor(instance.context).submit("/sign-in", {
        name: "ana",
        password: ADMIN_PASSWORD,
        to,
      });
      expect(answer.headers.get("location"), to).toBe("/home");
    }
  });

  test("is refused for a while after eight failures, even with the right password", async () => {
    const visitor = new Visitor(instance.context);
    await visitor.get("/sign-in");
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      expect((await visitor.submit("/sign-in", { name: "rolf", password: "no" })).status).toBe(401);
    }
    const refused = await visitor.submit("/sign-in", { name: "@ROLF", password: READER_PASSWORD });
    expect(refused.status).toBe(429);
    expect(refused.body).toContain("Too many attempts");
  });

  test("ends when the member signs out: the old cookie opens nothing", async () => {
    const visitor = await new Visitor(instance.context).signIn("ana", ADMIN_PASSWORD);
    const stolen = new Visitor(instance.context);
    for (const [name, value] of visitor.cookies) stolen.cookies.set(name, value);
    expect((await stolen.get("/home")).status).toBe(200);
    expect((await visitor.submit("/home", {}, "/sign-out")).status).toBe(303);
    expect(visitor.cookies.has("__Host-praxis_session")).toBe(false);
    expect((await stolen.get("/home")).status).toBe(303);
  });

  test("ends when the member is suspended", async () => {
    await addReader(instance.context, "sven");
    const sven = await new Visitor(instance.context).signIn("sven", READER_PASSWORD);
    await suspendMember(instance.context, "sven", { lift: false });
    expect((await sven.get("/home")).status).toBe(303);
  });
});

describe("a form", () => {
  const fields = { name: "ana", password: ADMIN_PASSWORD };

  test("from another site is refused, whatever it knows", async () => {
    const visitor = new Visitor(instance.context);
    const { body } = await visitor.get("/sign-in");
    const form_token = /name="form_token" value="([^"]+)"/.exec(body)?.[1] ?? "";
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      {},
    ]) {
      const answer = await visitor.post("/sign-in", { ...fields, form_token }, headers);
      expect(answer.status, JSON.stringify(headers)).toBe(403);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect((await visitor.post("/sign-in", { ...fields, form_token })).status).toBe(303);
  });

  test("without its token, or with somebody else's, is refused", async () => {
    const before = await instance.context.db.select().from(sessions);
    const other = new Visitor(instance.context);
    const { body } = await other.get("/sign-in");
    const foreign = /name="form_token" value="([^"]+)"/.exec(body)?.[1] ?? "";
    for (const form_token of ["", "x", foreign]) {
      const visitor = new Visitor(instance.context);
      await visitor.get("/sign-in");
      expect((await visitor.post("/sign-in", { ...fields, form_token })).status).toBe(403);
      expect((await admin.post("/follow/cancel", { form_token, actor: "1" })).status).toBe(403);
    }
    expect(await instance.context.db.select().from(sessions)).toHaveLength(before.length);
  });

  test("that is far too large is refused before it is read", async () => {
    const answer = await admin.post("/follow", { actor: "x".repeat(100_000) });
    expect(answer.status).toBe(413);
  });

  test("in another format is refused", async () => {
    const answer = await admin.send("/follow", {
      method: "POST",
      body: JSON.stringify({ actor: "1" }),
      headers: { "content-type": "application/json", origin: admin.origin },
    });
    expect(answer.status).toBe(403);
  });
});

describe("the home page", () => {
  test("explains how to follow while there is nothing", async () => {
    const { body, headers } = await reader.get("/home");
    expect(body).toContain("Nothing here yet");
    expect(body).toContain('href="/follow"');
    expect(headers.get("cache-control")).toBe("private, no-store");
  });

  test("shows what those publish whom the member or the organization follows, and nobody else", async () => {
    const { context, organization } = instance;
    const [bravo, charlie, delta] = await Promise.all(
      ["bravo", "charlie", "delta"].map((handle) => addRemoteActor(context, handle)),
    );
    const viewer = await context.db.query.members.findFirst({
      where: (row, { eq: is }) => is(row.email, "rolf@alpha.example"),
    });
    if (!bravo || !charlie || !delta || !viewer) throw new Error("the world is incomplete");
    await context.db.insert(follows).values([
      { followerId: viewer.actorId, followeeId: bravo.id, state: "accepted", iri: "urn:1" },
      { followerId: organization.id, followeeId: charlie.id, state: "accepted", iri: "urn:2" },
      { followerId: viewer.actorId, followeeId: delta.id, state: "pending", iri: "urn:3" },
    ]);
    await addRemotePost(context, bravo, { title: "From Bravo" });
    await addRemotePost(context, charlie, { contentHtml: "<p>A note from Charlie</p>" });
    await addRemotePost(context, delta, { title: "From Delta" });
    await addRemotePost(context, bravo, {
      title: "To somebody else",
      audience: [{ kind: "person", actor: "https://x.example/u" }],
    });
    const { body } = await reader.get("/home");
    expect(body).toContain("From Bravo");
    expect(body).toContain("A note from Charlie");
    expect(body).not.toContain("From Delta");
    expect(body).not.toContain("To somebody else");
  });
});

describe("finding and following", () => {
  test("a handle leads to a preview, a button to a request, and another takes it back", async () => {
    const peer = createForeignPeer("https://foxtrot.example");
    const world = await createTestInstance({ peers: [peer] });
    try {
      const actor = peer.actor("fay");
      const visitor = await new Visitor(world.context).signIn("ana", ADMIN_PASSWORD);
      const page = `/follow?q=${encodeURIComponent("@fay@foxtrot.example")}`;
      const found = await visitor.get(page);
      expect(found.status).toBe(200);
      expect(found.body).toContain("@fay@foxtrot.example");
      const id = /name="actor" value="(\d+)"/.exec(found.body)?.[1] ?? "";
      const asked = await visitor.submit(page, { actor: id, as: "member" }, "/follow");
      expect(asked.status).toBe(303);
      const after = await visitor.get(asked.headers.get("location") ?? "");
      expect(after.body).toContain("Waiting for approval");
      expect(after.body).toContain("Cancel request");
      const activity = await world.context.db.query.activities.findFirst({
        where: (row, { eq: is }) => is(row.type, "Follow"),
      });
      expect(JSON.parse(activity?.body ?? "{}")).toMatchObject({ object: actor.iri });
      await visitor.submit(page, { actor: id, as: "member" }, "/follow/cancel");
      expect((await visitor.get(`/follow?actor=${id}`)).body).not.toContain("Waiting for approval");
    } finally {
      await world.close();
    }
  });

  test("what cannot be found is said in a sentence", async () => {
    const { status, body } = await reader.get("/follow?q=%40ghost%40alpha.example");
    expect(status).toBe(422);
    expect(body).toContain("Nothing was found");
    expect(body).toContain('value="@ghost@alpha.example"');
  });

  test("only editors may follow as the organization", async () => {
    const echo = await addRemoteActor(instance.context, "echo");
    const fields = { actor: echo.id.toString(), as: "organization" };
    expect((await reader.get(`/follow?actor=${echo.id}`)).body).not.toContain(
      'value="organization"',
    );
    expect((await reader.submit("/follow", fields)).status).toBe(403);
    expect(await followBetween(instance.organization.id, echo.id)).toBeUndefined();
    expect((await admin.submit("/follow", fields)).status).toBe(303);
    expect(await followBetween(instance.organization.id, echo.id)).toBe("pending");
  });
});

describe("followers", () => {
  test("are approved, declined and removed by editors", async () => {
    const { context, organization } = instance;
    const golf = await addRemoteActor(context, "golf");
    const [row] = await context.db
      .insert(follows)
      .values({
        followerId: golf.id,
        followeeId: organization.id,
        state: "pending",
        iri: "urn:golf",
      })
      .returning();
    const follow = String(row?.id);
    expect((await admin.get("/followers")).body).toContain("@golf@golf.example");
    expect((await admin.submit("/followers", { follow }, "/followers/approve")).status).toBe(303);
    expect(await followBetween(golf.id, organization.id)).toBe("accepted");
    await admin.submit("/followers", { follow }, "/followers/decline");
    expect(await followBetween(golf.id, organization.id)).toBe("rejected");
  });

  test("are no business of readers", async () => {
    expect((await reader.get("/followers")).status).toBe(403);
    expect((await reader.get("/home")).body).not.toContain('href="/followers"');
    const answer = await reader.submit("/home", { follow: "1" }, "/followers/approve");
    expect(answer.status).toBe(403);
  });
});
