import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eq } from "drizzle-orm";
import { actors, blocks, reports } from "../../src/persistence/schema/index.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import { relationsOf } from "../../src/services/visibility.ts";
import { createWorld, type World } from "../support/inbound-world.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld();
  for (const actor of [world.bea, world.ben, world.mallory]) {
    await ensureActor(world.context, actor.iri);
  }
});

afterAll(() => world.close());

describe("an actor changes", () => {
  test("an Update of the profile makes us read it at its own server, keys and all", async () => {
    const dora = world.bravo.actor("dora");
    await ensureActor(world.context, dora.iri);
    world.bravo.actor("dora", { name: "Dora Reads" });
    const update = world.activity(dora, "Update", {
      id: dora.iri,
      type: "Person",
      name: "Embedded Lie",
    });
    await world.send(dora, update);
    await world.readRemote();
    expect((await world.actorRow(dora.iri)).name).toBe("Dora Reads");
  });

  test("nobody updates another's profile", async () => {
    const update = world.activity(world.ben, "Update", {
      id: world.bea.iri,
      type: "Person",
      name: "Not Bea",
    });
    expect((await world.deliver(world.ben, update)).status).toBe(403);
    await world.readRemote();
    expect((await world.actorRow(world.bea.iri)).name).toBe("bea");
  });

  test("a Move is recorded when the new actor names the old one", async () => {
    const old = world.bravo.actor("old");
    await ensureActor(world.context, old.iri);
    const next = world.evil.actor("next", { alsoKnownAs: [old.iri] });
    world.bravo.documents.set("/users/old", {
      ...world.bravo.document("/users/old"),
      movedTo: next.iri,
    });
    await world.send(old, world.activity(old, "Move", old.iri, { target: next.iri }));
    await world.readRemote();
    expect((await world.actorRow(old.iri)).movedTo).toBe(next.iri);
  });

  test("a Move that the new actor does not confirm is ignored", async () => {
    const move = world.activity(world.mallory, "Move", world.mallory.iri, {
      target: world.bea.iri,
    });
    await world.send(world.mallory, move);
    expect(await world.outcome(move)).toBe("ignored:move-not-confirmed");
  });

  test("a Move to where nobody answers is ignored", async () => {
    const target = "https://bravo.example/users/nobody";
    const move = world.activity(world.mallory, "Move", world.mallory.iri, { target });
    await world.send(world.mallory, move);
    expect(await world.outcome(move)).toBe("ignored:move-not-confirmed");
  });

  test("nobody moves another", async () => {
    const move = world.activity(world.mallory, "Move", world.bea.iri, {
      target: world.mallory.iri,
    });
    expect((await world.deliver(world.mallory, move)).status).toBe(403);
  });
});

describe("an actor is deleted", () => {
  const gone = () => new Response("gone", { status: 410 });

  test("a signed Delete is believed once its own server says the same", async () => {
    const emil = world.bravo.actor("emil");
    await ensureActor(world.context, emil.iri);
    await world.send(emil, world.activity(emil, "Delete", emil.iri));
    await world.readRemote();
    expect((await world.actorRow(emil.iri)).goneAt).toBeNull();
    world.bravo.documents.set("/users/emil", gone);
    await world.send(emil, world.activity(emil, "Delete", emil.iri));
    await world.readRemote();
    expect((await world.actorRow(emil.iri)).goneAt).toBeInstanceOf(Date);
  });

  test("one whose key is gone with it is accepted, and its own server asked", async () => {
    const fritz = world.bravo.actor("fritz");
    await ensureActor(world.context, fritz.iri);
    world.bravo.documents.set("/users/fritz", gone);
    const unknownKey = { ...fritz, keyId: `${fritz.iri}#new-key` };
    await world.send(unknownKey, world.activity(fritz, "Delete", fritz.iri));
    await world.readRemote();
    expect((await world.actorRow(fritz.iri)).goneAt).toBeInstanceOf(Date);
  });

  test("of an actor whom we never knew it means nothing, and nothing is kept", async () => {
    world.bravo.actor("gustav");
    world.bravo.documents.set("/users/gustav", gone);
    const gustav = {
      ...world.bea,
      iri: `${world.bravo.origin}/users/gustav`,
      keyId: `${world.bravo.origin}/users/gustav#main-key`,
    };
    const deletion = world.activity(gustav, "Delete", gustav.iri);
    const jobs = world.jobs.length;
    await world.send(gustav, deletion);
    expect(await world.outcome(deletion)).toBeNull();
    expect(world.jobs.length).toBe(jobs);
  });

  test("somebody who has no key to show cannot delete a living actor", async () => {
    const nobody = { ...world.mallory, keyId: `${world.evil.origin}/no-such-key` };
    await world.send(nobody, world.activity(world.bea, "Delete", world.bea.iri));
    await world.readRemote();
    expect((await world.actorRow(world.bea.iri)).goneAt).toBeNull();
  });
});

describe("an actor is suspended here", () => {
  test("what it sends is accepted, dropped and forgotten", async () => {
    const hugo = world.bravo.actor("hugo");
    await ensureActor(world.context, hugo.iri);
    await world.database.db
      .update(actors)
      .set({ suspendedAt: new Date() })
      .where(eq(actors.iri, hugo.iri));
    world.context.memory.forget();
    const follow = world.activity(hugo, "Follow", world.organization.iri);
    await world.send(hugo, follow);
    expect(await world.outcome(follow)).toBeNull();
    expect(await world.follow(hugo.iri, world.organization.iri)).toBeNull();
  });
});

describe("somebody blocks one of us", () => {
  test("both stop following, and neither sees the other; an Undo ends the block", async () => {
    await world.followFromHere(world.ben);
    await world.send(world.ben, world.activity(world.ben, "Follow", world.organization.iri));
    const block = world.activity(world.ben, "Block", world.organization.iri);
    await world.send(world.ben, block);
    expect((await world.follow(world.ben.iri, world.organization.iri))?.state).toBe("cancelled");
    expect((await world.follow(world.organization.iri, world.ben.iri))?.state).toBe("rejected");
    const viewer = { kind: "remote", actor: world.ben.iri } as const;
    const blocked = async () =>
      (
        await relationsOf(world.context, world.database.db, viewer, [world.organization.iri])
      ).factsAbout({ author: world.organization.iri, iri: null }).blocked;
    expect(await blocked()).toBe(true);
    await world.send(world.mallory, world.activity(world.mallory, "Undo", block["id"]));
    expect(await blocked()).toBe(true);
    await world.send(world.ben, world.activity(world.ben, "Undo", block));
    expect(await blocked()).toBe(false);
  });

  test("a block of somebody elsewhere is not ours to keep", async () => {
    const block = world.activity(world.bea, "Block", world.mallory.iri);
    await world.send(world.bea, block);
    expect(await world.outcome(block)).toBe("ignored:unknown-actor");
    const rows = await world.database.db
      .select()
      .from(blocks)
      .where(eq(blocks.iri, String(block["id"])));
    expect(rows).toEqual([]);
  });
});

describe("somebody reports", () => {
  const stored = async (flag: Readonly<Record<string, unknown>>) =>
    (
      await world.database.db
        .select()
        .from(reports)
        .where(eq(reports.iri, String(flag["id"])))
    )[0];

  test("one of our actors, among others, with what they say", async () => {
    const flag = world.activity(world.bea, "Flag", [world.mallory.iri, world.admin.actor.iri], {
      content: "She shouts.",
    });
    await world.send(world.bea, flag);
    expect(await stored(flag)).toMatchObject({
      targetId: world.admin.actor.id,
      comment: "She shouts.",
    });
  });

  test("nobody of ours, which is not kept", async () => {
    const flag = world.activity(world.bea, "Flag", [world.mallory.iri]);
    await world.send(world.bea, flag);
    expect(await world.outcome(flag)).toBe("ignored:unknown-object");
    expect(await stored(flag)).toBeUndefined();
  });

  test("at length, which is cut", async () => {
    const flag = world.activity(world.bea, "Flag", world.organization.iri, {
      content: "a".repeat(100_000),
    });
    await world.send(world.bea, flag);
    expect((await stored(flag))?.comment.length).toBe(5_000);
  });

  test("without end: the twenty-first open report is not kept", async () => {
    let last: Readonly<Record<string, unknown>> = {};
    for (let number = 0; number < 21; number += 1) {
      last = world.activity(world.mallory, "Flag", world.organization.iri);
      await world.send(world.mallory, last);
    }
    expect(await world.outcome(last)).toBe("ignored:too-many");
  });
});
