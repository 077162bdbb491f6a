import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createInbox } from "../../src/federation/inbound/inbox.ts";
import { createWorld, type World } from "../support/inbound-world.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(() => world.close());

/** Something harmless whose effect shows: Bea asks to follow the organization. */
function aFollow(by = world.bea) {
  return world.activity(by, "Follow", world.organization.iri);
}

describe("a signed activity is accepted", () => {
  test.each(["draft-cavage", "rfc9421"] as const)("with a signature by %s", async (spec) => {
    const follow = aFollow();
    await world.send(world.bea, follow, { spec });
    expect(await world.outcome(follow)).toBe("stored");
  });

  test.each(["/ap/inbox", "/ap/org/inbox", "/ap/instance/inbox", "/ap/actors/ana/inbox"])(
    "at %s",
    async (path) => {
      const follow = aFollow();
      await world.send(world.bea, follow, { path });
      expect(await world.outcome(follow)).toBe("stored");
    },
  );

  test("without asking for anything when actor and key are known", async () => {
    await world.send(world.bea, aFollow());
    const asked = world.bravo.asked.length;
    await world.send(world.bea, aFollow());
    expect(world.bravo.asked.slice(asked)).toEqual([]);
  });

  test("with a key that was replaced since the last one", async () => {
    const before = world.bravo.actor("rotating");
    await world.send(before, aFollow(before));
    const after = world.bravo.actor("rotating");
    const follow = aFollow(after);
    await world.send(after, follow);
    expect(await world.outcome(follow)).toBe("stored");
  });
});

describe("nobody signs for another", () => {
  test("case 34: an actor who is not the owner of the key is refused with 401", async () => {
    const follow = aFollow(world.bea);
    const response = await world.deliver(world.mallory, follow);
    expect(response.status).toBe(401);
    expect(await world.outcome(follow)).toBeNull();
  });

  test("case 34: nor may another actor of the same server", async () => {
    const follow = aFollow(world.bea);
    expect((await world.deliver(world.ben, follow)).status).toBe(401);
    expect(await world.outcome(follow)).toBeNull();
  });

  test("cases 35 and 36: an activity id on another server is refused and not remembered, so that the victim's own activity with that id still counts", async () => {
    const note = world.bravo.note(world.bea, "to-be-deleted", { to: [world.organization.iri] });
    await world.send(world.bea, world.activity(world.bea, "Create", note));
    const own = world.activity(world.bea, "Delete", note["id"]);
    const forged = world.activity(world.mallory, "Follow", world.organization.iri, {
      id: own["id"],
    });
    expect((await world.deliver(world.mallory, forged)).status).toBe(403);
    expect(await world.outcome(forged)).toBeNull();
    await world.send(world.bea, own);
    expect((await world.stored(note["id"]))?.withdrawnAt).toBeInstanceOf(Date);
  });

  test("case 37: what is not public and comes by a third party is dropped, whatever signature it carries", async () => {
    const note = world.bravo.note(world.bea, "private", { to: [world.organization.iri], cc: [] });
    const create = world.activity(world.bea, "Create", note, {
      to: [world.organization.iri],
      signature: { type: "RsaSignature2017", creator: world.bea.keyId, signatureValue: "AAAA" },
    });
    expect((await world.deliver(world.mallory, create)).status).toBe(401);
    expect(await world.outcome(create)).toBeNull();
    expect(world.jobs.filter((job) => job.name === "fetch-post")).toEqual([]);
  });

  test("a public reply that somebody forwards is read from its author's server, and the forwarded text does not count", async () => {
    const parent = world.bravo.note(world.bea, "discussed", { to: [world.organization.iri] });
    await world.send(world.bea, world.activity(world.bea, "Create", parent));
    const reply = world.bravo.note(world.ben, "true-words", { inReplyTo: parent["id"] });
    const lie = { ...reply, content: "<p>false words</p>" };
    const create = world.activity(world.ben, "Create", lie);
    await world.send(world.mallory, create);
    expect(await world.outcome(create)).toBeNull();
    await world.readRemote();
    expect((await world.stored(reply["id"]))?.contentHtml).toContain("true-words");
    await world.send(world.ben, { ...create, object: reply });
    expect(await world.outcome(create)).toBe("ignored:not-newer");
  });

  test("what is forwarded but has nothing to do with us is not even read", async () => {
    const note = world.bravo.note(world.ben, "unrelated");
    await world.send(world.mallory, world.activity(world.ben, "Create", note));
    expect(world.jobs.filter((job) => job.name === "fetch-post")).toEqual([]);
  });
});

describe("case 40: a signature is refused with 401", () => {
  const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);

  test.each([
    ["that is a day old", () => ({ date: minutes(-24 * 60) })],
    ["from the future", () => ({ date: minutes(60) })],
    ["for another inbox", () => ({ signedUrl: "https://alpha.example/ap/org/inbox" })],
    ["for another server", () => ({ signedUrl: "https://other.example/ap/inbox" })],
    ["for another body", () => ({ sentBody: "BODY" })],
  ])("%s", async (_name, how) => {
    for (const spec of ["draft-cavage", "rfc9421"] as const) {
      const follow = aFollow();
      const options = how();
      const changed =
        "sentBody" in options ? { sentBody: JSON.stringify({ ...follow, object: "x" }) } : options;
      const response = await world.deliver(world.bea, follow, { spec, ...changed });
      expect(response.status).toBe(401);
      expect(await world.outcome(follow)).toBeNull();
    }
  });

  test("that does not cover the body", async () => {
    const follow = aFollow();
    const request = world.bravo.delivery("https://alpha.example", world.bea, follow);
    const headers = new Headers(request.headers);
    headers.delete("digest");
    const inbox = createInbox(world.context);
    const bare = new Request(request.url, { method: "POST", headers, body: await request.text() });
    expect((await inbox(bare, null)).status).toBe(401);
  });

  test("that is missing", async () => {
    const inbox = createInbox(world.context);
    const request = new Request("https://alpha.example/ap/inbox", {
      method: "POST",
      headers: { "content-type": "application/activity+json" },
      body: JSON.stringify(aFollow()),
    });
    expect((await inbox(request, null)).status).toBe(401);
  });
});

describe("case 41: a key is refused", () => {
  test("when the document has another id than was asked for", async () => {
    const eve = world.evil.actor("eve");
    world.evil.documents.set("/keys/stolen", world.evil.document("/users/eve"));
    const follow = aFollow(eve);
    const forged = { ...eve, keyId: `${world.evil.origin}/keys/stolen` };
    expect((await world.deliver(forged, follow)).status).toBe(401);
  });

  test("when it names an owner on another server", async () => {
    const eve = world.evil.actor("eva", {
      id: world.bea.iri,
      publicKey: {
        ...Object(world.evil.document("/users/mallory")["publicKey"]),
        id: `${world.evil.origin}/users/eva#main-key`,
        owner: world.bea.iri,
      },
    });
    const follow = aFollow(world.bea);
    expect((await world.deliver(eve, follow)).status).toBe(401);
    expect(await world.outcome(follow)).toBeNull();
  });

  test("case 56: when WebFinger says that its owner's name belongs to another actor", async () => {
    const eve = world.evil.actor("impostor");
    world.evil.documents.set("/.well-known/webfinger?resource=acct%3Aimpostor%40evil.example", () =>
      Response.json({
        subject: "acct:impostor@evil.example",
        links: [
          {
            rel: "self",
            type: "application/activity+json",
            href: `${world.evil.origin}/users/real`,
          },
        ],
      }),
    );
    expect((await world.deliver(eve, aFollow(eve))).status).toBe(401);
  });
});

test("a server that keeps us waiting for its keys does not keep others out", async () => {
  const { promise: waiting, resolve } = Promise.withResolvers<void>();
  const slow = Array.from({ length: 40 }, (_, index) => world.evil.actor(`slow${index}`));
  for (const { iri } of slow) {
    world.evil.documents.set(new URL(iri).pathname, async () => {
      await waiting;
      return new Response("nothing here", { status: 404 });
    });
  }
  const answers = slow.map((actor) => world.deliver(actor, aFollow(actor)));
  const follow = aFollow(world.bea);
  await world.send(world.bea, follow);
  expect(await world.outcome(follow)).toBe("stored");
  resolve();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(8);
  expect(statuses.filter((status) => status === 401)).toHaveLength(32);
});

describe("bad input is answered without an effect", () => {
  test("case 57: another content type with 415", async () => {
    const response = await world.deliver(world.bea, aFollow(), { contentType: "application/json" });
    expect(response.status).toBe(415);
  });

  test("case 59: a body over 1 MiB with 413, and no key is asked for", async () => {
    const stranger = world.bravo.actor("stranger");
    const asked = world.bravo.asked.length;
    const response = await world.deliver(stranger, {
      ...aFollow(stranger),
      content: "a".repeat(1024 * 1024),
    });
    expect(response.status).toBe(413);
    expect(world.bravo.asked.slice(asked)).toEqual([]);
  });

  test("case 59: endless nesting with 400", async () => {
    const sentBody = `${'{"object":'.repeat(5_000)}1${"}".repeat(5_000)}`;
    expect((await world.deliver(world.bea, aFollow(), { sentBody })).status).toBe(400);
  });

  test("an activity without id with 400", async () => {
    const response = await world.deliver(world.bea, { ...aFollow(), id: undefined });
    expect([response.status, await response.text()]).toEqual([
      400,
      "The activity has no usable id.\n",
    ]);
  });

  test("an inbox of nobody with 404", async () => {
    const response = await world.deliver(world.bea, aFollow(), { path: "/ap/actors/nobody/inbox" });
    expect(response.status).toBe(404);
  });

  test("another method with 405", async () => {
    const inbox = createInbox(world.context);
    const response = await inbox(new Request("https://alpha.example/ap/inbox"), null);
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("NUL characters and IRIs beyond what an index holds with 400", async () => {
    const nul = world.activity(world.bea, "Flag", world.organization.iri, { content: "a\u0000b" });
    expect((await world.deliver(world.bea, nul)).status).toBe(400);
    const id = `${world.bravo.origin}/${randomText(2_000)}`;
    const long = world.activity(world.bea, "Follow", world.organization.iri, { id });
    expect([400, 202]).toContain((await world.deliver(world.bea, long)).status);
  });
});

test.each(["Question", "View", "Arrive", "EmojiReact"])(
  "%s is acknowledged and has no effect",
  async (type) => {
    const activity = world.activity(world.bea, type, world.organization.iri);
    await world.send(world.bea, activity);
    expect(await world.outcome(activity)).toBe(`ignored:${type}`);
  },
);

test.each(["Add", "Offer"])(
  "%s of what has nothing to do with us is acknowledged and has no effect",
  async (type) => {
    const activity = world.activity(world.bea, type, `${world.bea.iri}/pinned/1`);
    await world.send(world.bea, activity);
    expect(await world.outcome(activity)).toMatch(/^ignored:/);
  },
);

/** Three bytes in UTF-8 each, and nothing that a compressor could use. */
function randomText(length: number): string {
  return Array.from({ length }, () =>
    String.fromCharCode(0x4e00 + Math.floor(Math.random() * 20_000)),
  ).join("");
}
