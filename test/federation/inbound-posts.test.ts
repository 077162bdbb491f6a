import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { and, eq } from "drizzle-orm";
import { parseAudience } from "../../src/domain/audience/audience.ts";
import { ANONYMOUS } from "../../src/domain/audience/policy.ts";
import { findPostByIri } from "../../src/persistence/repositories/posts.ts";
import { receivedActivities } from "../../src/persistence/schema/index.ts";
import { getVisiblePost } from "../../src/services/visibility.ts";
import { createInbox } from "../../src/federation/inbound/inbox.ts";
import { publishForAll } from "../support/publish.ts";
import { createWorld, PUBLIC, type World } from "../support/inbound-world.ts";

let world: World;
let numbers = 0;

beforeAll(async () => {
  world = await createWorld();
  await world.followFromHere(world.bea);
});

afterAll(() => world.close());

/** A public note by Bea, whom the organization follows. */
function beasNote(changes: Readonly<Record<string, unknown>> = {}) {
  numbers += 1;
  return world.bravo.note(world.bea, `note-${numbers}`, changes);
}

async function publish(changes: Readonly<Record<string, unknown>> = {}) {
  const note = beasNote(changes);
  await world.send(world.bea, world.activity(world.bea, "Create", note));
  return note;
}

const content = async (note: Readonly<Record<string, unknown>>) =>
  (await world.stored(note["id"]))?.contentHtml;

describe("a post arrives", () => {
  test("from an actor that the organization follows", async () => {
    const note = beasNote();
    const create = world.activity(world.bea, "Create", note);
    await world.send(world.bea, create);
    expect(await world.outcome(create)).toBe("stored");
    expect(await content(note)).toContain(`note-${numbers}`);
  });

  test("from anybody, when it is addressed to one of us", async () => {
    const note = world.bravo.note(world.ben, "to-ana", { to: [world.admin.actor.iri], cc: [] });
    await world.send(world.ben, world.activity(world.ben, "Create", note));
    const stored = await world.stored(note["id"]);
    expect(parseAudience(stored?.audience ?? [])).toEqual([
      { kind: "person", actor: world.admin.actor.iri },
    ]);
  });

  test("from anybody, when it answers a practice of ours", async () => {
    const practice = await publishForAll(world);
    const reply = world.bravo.note(world.ben, "an-answer", { inReplyTo: practice.iri });
    await world.send(world.ben, world.activity(world.ben, "Create", reply));
    expect((await world.stored(reply["id"]))?.inReplyToId).toBe(practice.id);
  });

  test("but not from a stranger with no reason to send it here", async () => {
    const note = world.evil.note(world.mallory, "spam");
    const create = world.activity(world.mallory, "Create", note);
    await world.send(world.mallory, create);
    expect(await world.outcome(create)).toBe("ignored:unrelated");
    expect(await world.stored(note["id"])).toBeNull();
  });

  test("named only by its IRI, and is read from its author's server", async () => {
    const note = beasNote();
    const create = world.activity(world.bea, "Create", note["id"]);
    await world.send(world.bea, create);
    expect(await world.outcome(create)).toBe("fetching");
    await world.readRemote();
    expect(await content(note)).toContain(`note-${numbers}`);
  });

  test.each(["as:Public", "Public", PUBLIC])("public by the spelling %s", async (spelling) => {
    const note = await publish({ to: spelling, cc: undefined });
    const post = await getVisiblePost(world.context, ANONYMOUS, (db) =>
      findPostByIri(db, String(note["id"])),
    );
    expect(post.iri).toBe(note["id"]);
  });

  test("without addresses of its own: those of its Create count", async () => {
    const note = beasNote({ to: undefined, cc: undefined });
    await world.send(world.bea, world.activity(world.bea, "Create", note, { cc: PUBLIC }));
    expect((await world.stored(note["id"]))?.audience).toEqual(["public"]);
  });

  test("case 62: with a date in the year 99999 or before our era, which is not believed", async () => {
    for (const published of [
      "+099999-01-01T00:00:00Z",
      "99999-01-01T00:00:00Z",
      "-0044-03-15T00:00:00Z",
    ]) {
      const stored = await world.stored((await publish({ published, updated: published }))["id"]);
      const year = stored?.publishedAt.getUTCFullYear() ?? 0;
      expect(year).toBe(new Date().getUTCFullYear());
    }
  });

  test("case 59: with 50,000 addresses, and does no harm", async () => {
    const to = [
      PUBLIC,
      ...Array.from({ length: 12_000 }, (_, index) => `https://b.example/${index}`),
    ];
    const note = await publish({ to });
    expect((await world.stored(note["id"]))?.audience).toEqual(["public"]);
  });

  test("that cannot be read, and is refused with 400", async () => {
    const note = beasNote({ content: "" });
    const create = world.activity(world.bea, "Create", note);
    expect((await world.deliver(world.bea, create)).status).toBe(400);
    expect(await world.outcome(create)).toBeNull();
  });
});

describe("nobody writes for another", () => {
  test("case 42: an embedded object of another server counts for nothing; its own server is asked", async () => {
    const parent = await publish();
    const bens = world.bravo.note(world.ben, "in-his-own-words", { inReplyTo: parent["id"] });
    const lie = { ...bens, attributedTo: world.mallory.iri, content: "<p>put in his mouth</p>" };
    const create = world.activity(world.mallory, "Create", lie, { to: [world.organization.iri] });
    await world.send(world.mallory, create);
    expect(await world.stored(bens["id"])).toBeNull();
    await world.readRemote();
    expect(await content(bens)).toContain("in-his-own-words");
    expect((await world.stored(bens["id"]))?.authorId).toBe(
      (await world.actorRow(world.ben.iri)).id,
    );
  });

  test("case 43: what is attributed to another than the actor is refused", async () => {
    const note = beasNote({ attributedTo: world.ben.iri });
    const create = world.activity(world.bea, "Create", note);
    expect((await world.deliver(world.bea, create)).status).toBe(403);
    expect(await world.outcome(create)).toBeNull();
    expect(await world.stored(note["id"])).toBeNull();
  });

  test("case 44: a forged Update by another author of the same server changes nothing", async () => {
    const note = await publish();
    const theirs = { ...note, content: "<p>forged</p>", updated: new Date().toISOString() };
    const asBea = world.activity(world.ben, "Update", theirs);
    expect((await world.deliver(world.ben, asBea)).status).toBe(403);
    const asBen = world.activity(world.ben, "Update", { ...theirs, attributedTo: world.ben.iri });
    await world.deliver(world.ben, asBen);
    expect(await content(note)).not.toContain("forged");
  });

  test("case 45: a forged Delete changes nothing", async () => {
    const note = await publish();
    const fromElsewhere = world.activity(world.mallory, "Delete", note["id"]);
    expect((await world.deliver(world.mallory, fromElsewhere)).status).toBe(403);
    await world.deliver(world.ben, world.activity(world.ben, "Delete", note["id"]));
    expect((await world.stored(note["id"]))?.withdrawnAt).toBeNull();
  });

  test("case 49: a Create of a known id by another actor changes nothing", async () => {
    const note = await publish();
    const again = { ...note, attributedTo: world.ben.iri, content: "<p>forged</p>" };
    await world.deliver(
      world.ben,
      world.activity(world.ben, "Create", again, { to: [world.organization.iri] }),
    );
    const stored = await world.stored(note["id"]);
    expect(stored?.contentHtml).not.toContain("forged");
    expect(stored?.authorId).toBe((await world.actorRow(world.bea.iri)).id);
  });
});

describe("an author edits and deletes", () => {
  test("an Update changes the post", async () => {
    const note = await publish();
    const edited = { ...note, content: "<p>better</p>", updated: minutesAgo(-1) };
    await world.send(world.bea, world.activity(world.bea, "Update", edited));
    expect(await content(note)).toBe("<p>better</p>");
  });

  test("also when nobody here follows the author any more", async () => {
    const note = world.bravo.note(world.ben, "was-for-us", { to: [world.organization.iri] });
    await world.send(world.ben, world.activity(world.ben, "Create", note));
    const edited = {
      ...note,
      to: [],
      cc: [world.ben.followers],
      content: "<p>better</p>",
      updated: minutesAgo(-1),
    };
    const update = world.activity(world.ben, "Update", edited);
    await world.send(world.ben, update);
    expect(await content(note)).toBe("<p>better</p>");
  });

  test("case 38: an older Update that arrives late changes nothing", async () => {
    const note = await publish({ published: minutesAgo(60) });
    const newer = { ...note, content: "<p>newer</p>", updated: minutesAgo(10) };
    const older = { ...note, content: "<p>older</p>", updated: minutesAgo(20) };
    await world.send(world.bea, world.activity(world.bea, "Update", newer));
    await world.send(world.bea, world.activity(world.bea, "Update", older));
    expect(await content(note)).toBe("<p>newer</p>");
  });

  test("case 38: a signed Update that is replayed after a day is refused", async () => {
    const note = await publish();
    const update = world.activity(world.bea, "Update", { ...note, content: "<p>old</p>" });
    const request = world.bravo.delivery("https://alpha.example", world.bea, update);
    world.setTime(new Date(Date.now() + 86_400_000));
    try {
      const response = await createInbox(world.context)(request, null);
      expect(response.status).toBe(401);
    } finally {
      world.setTime(null);
    }
    expect(await content(note)).not.toContain("old");
  });

  test("a Delete withdraws the post, bare or with its Tombstone", async () => {
    for (const shape of [(id: unknown) => id, (id: unknown) => ({ type: "Tombstone", id })]) {
      const note = await publish();
      await world.send(world.bea, world.activity(world.bea, "Delete", shape(note["id"])));
      const stored = await world.stored(note["id"]);
      expect(stored?.withdrawnAt).toBeInstanceOf(Date);
      expect(stored?.contentHtml).toBe("");
    }
  });

  test("case 46: a Delete that overtakes its Create suppresses it", async () => {
    const note = beasNote();
    await world.send(world.bea, world.activity(world.bea, "Delete", note["id"]));
    await world.send(world.bea, world.activity(world.bea, "Create", note));
    const stored = await world.stored(note["id"]);
    expect(stored === null || stored.withdrawnAt !== null).toBe(true);
  });

  test("case 46: but a Delete by somebody else does not suppress the author's Create", async () => {
    const note = beasNote();
    await world.deliver(world.ben, world.activity(world.ben, "Delete", note["id"]));
    await world.send(world.bea, world.activity(world.bea, "Create", note));
    expect(await content(note)).toContain(`note-${numbers}`);
  });
});

describe("an activity takes effect once", () => {
  test("case 50: a second delivery to another inbox does not extend the audience", async () => {
    const note = beasNote({ to: [world.organization.iri], cc: [] });
    const create = world.activity(world.bea, "Create", note);
    await world.send(world.bea, create, { path: "/ap/org/inbox" });
    const before = (await world.stored(note["id"]))?.audience;
    await world.send(world.bea, create, { path: "/ap/actors/ana/inbox" });
    await world.send(world.bea, create);
    expect((await world.stored(note["id"]))?.audience).toEqual(before);
  });

  test("also when it is delivered several times at once", async () => {
    const note = beasNote();
    const create = world.activity(world.bea, "Create", note);
    await Promise.all(Array.from({ length: 10 }, () => world.send(world.bea, create)));
    expect(await world.outcome(create)).toBe("stored");
    expect(await content(note)).toContain(`note-${numbers}`);
  });

  test("an activity whose effect failed is not remembered, and counts when it is sent again", async () => {
    const note = beasNote();
    const create = world.activity(world.bea, "Create", note["id"]);
    const broken = {
      ...world.context,
      jobs: { enqueue: () => Promise.reject(new Error("crash")) },
    };
    const request = world.bravo.delivery("https://alpha.example", world.bea, create);
    expect((await createInbox(broken)(request, null)).status).toBe(500);
    expect(await world.outcome(create)).toBeNull();
    await world.send(world.bea, create);
    expect(await world.outcome(create)).toBe("fetching");
  });

  test("what is remembered says who sent it", async () => {
    const note = beasNote();
    const create = world.activity(world.bea, "Create", note);
    await world.send(world.bea, create);
    const rows = await world.database.db
      .select()
      .from(receivedActivities)
      .where(
        and(
          eq(receivedActivities.iri, String(create["id"])),
          eq(receivedActivities.actorIri, world.bea.iri),
        ),
      );
    expect(rows).toHaveLength(1);
  });
});

function minutesAgo(minutes: number): string {
  return new Date(Date.now() - minutes * 60_000).toISOString();
}
