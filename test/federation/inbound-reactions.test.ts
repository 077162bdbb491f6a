import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eq } from "drizzle-orm";
import { reactions } from "../../src/persistence/schema/index.ts";
import { blockActor } from "../../src/services/blocks.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { publishFor } from "../support/publish.ts";
import { createWorld, type World } from "../support/inbound-world.ts";

let world: World;
let practice: string;

beforeAll(async () => {
  world = await createWorld();
});

afterAll(() => world.close());

beforeEach(async () => {
  practice = await publish([{ kind: "public" }]);
});

async function publish(audience: Audience): Promise<string> {
  return (await publishFor(world, audience)).iri;
}

async function counts(iri = practice): Promise<[favourites: number, boosts: number]> {
  const post = await world.stored(iri);
  return [post?.favouritesCount ?? -1, post?.boostsCount ?? -1];
}

describe("somebody likes or boosts a practice", () => {
  test.each([
    ["Like", [1, 0]],
    ["Announce", [0, 1]],
  ])("a %s is counted once, however often it comes", async (type, expected) => {
    const reaction = world.activity(world.bea, type, practice);
    await world.send(world.bea, reaction);
    await world.send(world.bea, reaction);
    await world.send(world.bea, world.activity(world.bea, type, practice));
    expect(await counts()).toEqual(expected);
  });

  test("several at once are all counted", async () => {
    await Promise.all(
      [world.bea, world.ben, world.mallory].map((actor) =>
        world.send(actor, world.activity(actor, "Like", practice)),
      ),
    );
    expect(await counts()).toEqual([3, 0]);
  });

  test("one that is embedded counts by its IRI alone", async () => {
    const embedded = { id: practice, type: "Article", content: "something else" };
    await world.send(world.bea, world.activity(world.bea, "Announce", embedded));
    expect(await counts()).toEqual([0, 1]);
  });

  test("one of nothing that we have is ignored", async () => {
    const like = world.activity(world.bea, "Like", `${practice}0`);
    await world.send(world.bea, like);
    expect(await world.outcome(like)).toBe("ignored:unknown-object");
  });

  test("one without an object is malformed", async () => {
    for (const type of ["Like", "Announce"]) {
      const response = await world.deliver(world.bea, world.activity(world.bea, type, undefined));
      expect(response.status).toBe(400);
    }
  });
});

describe("what somebody may not see they can neither like nor boost", () => {
  test("a practice for followers, by one who is none; the answer is that of a missing one", async () => {
    const hidden = await publish([{ kind: "followers" }]);
    for (const type of ["Like", "Announce"]) {
      const real = world.activity(world.bea, type, hidden);
      const missing = world.activity(world.bea, type, `${hidden}0`);
      const [first, second] = [
        await world.deliver(world.bea, real),
        await world.deliver(world.bea, missing),
      ];
      expect([first.status, await first.text()]).toEqual([second.status, await second.text()]);
    }
    expect(await counts(hidden)).toEqual([0, 0]);
  });

  test("case 48: a follower may like it but not boost it", async () => {
    const hidden = await publish([{ kind: "followers" }]);
    await world.send(world.ben, world.activity(world.ben, "Follow", world.organization.iri));
    await world.send(world.ben, world.activity(world.ben, "Like", hidden));
    const boost = world.activity(world.ben, "Announce", hidden);
    await world.send(world.ben, boost);
    expect(await world.outcome(boost)).toBe("ignored:not-public");
    expect(await counts(hidden)).toEqual([1, 0]);
  });

  test("anything by somebody who is blocked", async () => {
    const carl = world.bravo.actor("carl");
    await blockActor(world.context, world.organization, await ensureActor(world.context, carl.iri));
    await world.send(carl, world.activity(carl, "Like", practice));
    await world.send(carl, world.activity(carl, "Announce", practice));
    expect(await counts()).toEqual([0, 0]);
  });
});

describe("a reaction is taken back", () => {
  test.each(["Like", "Announce"])("a %s, by its id, embedded, or without its id", async (type) => {
    for (const shape of [
      (reaction: object) => ("id" in reaction ? reaction.id : null),
      (reaction: object) => reaction,
      (reaction: object) => ({ ...reaction, id: undefined }),
    ]) {
      const reaction = world.activity(world.bea, type, practice);
      await world.send(world.bea, reaction);
      expect(await counts()).not.toEqual([0, 0]);
      await world.send(world.bea, world.activity(world.bea, "Undo", shape(reaction)));
      expect(await counts()).toEqual([0, 0]);
    }
  });

  test("case 47: not by somebody else", async () => {
    const like = world.activity(world.bea, "Like", practice);
    await world.send(world.bea, like);
    for (const object of [like, like["id"], { ...like, actor: undefined, id: undefined }]) {
      await world.send(world.mallory, world.activity(world.mallory, "Undo", object));
      await world.send(world.ben, world.activity(world.ben, "Undo", object));
    }
    expect(await counts()).toEqual([1, 0]);
  });

  test("before it has arrived", async () => {
    const like = world.activity(world.bea, "Like", practice);
    await world.send(world.bea, world.activity(world.bea, "Undo", like));
    await world.send(world.bea, like);
    expect(await counts()).toEqual([0, 0]);
  });

  test("undoing a Like leaves the boost", async () => {
    await world.send(world.bea, world.activity(world.bea, "Like", practice));
    await world.send(world.bea, world.activity(world.bea, "Announce", practice));
    const like = { type: "Like", actor: world.bea.iri, object: practice };
    await world.send(world.bea, world.activity(world.bea, "Undo", like));
    expect(await counts()).toEqual([0, 1]);
  });
});

describe("somebody boosts a post that we do not have", () => {
  test("it is read from its origin if we follow the booster, and then counts", async () => {
    await world.followFromHere(world.bea);
    const note = world.evil.note(world.mallory, "worth-reading");
    const lie = { ...note, content: "<p>embedded lie</p>" };
    const boost = world.activity(world.bea, "Announce", lie);
    await world.send(world.bea, boost);
    expect(await world.outcome(boost)).toBe("fetching");
    await world.readRemote();
    expect((await world.stored(note["id"]))?.contentHtml).toContain("worth-reading");
    expect(await counts(String(note["id"]))).toEqual([0, 1]);
    expect(await world.outcome(boost)).toBe("stored");
  });

  test("it does not count when it was undone while the post was read", async () => {
    await world.followFromHere(world.bea);
    const note = world.evil.note(world.mallory, "second-thoughts");
    const boost = world.activity(world.bea, "Announce", note["id"]);
    await world.send(world.bea, boost);
    await world.send(world.bea, world.activity(world.bea, "Undo", boost));
    await world.readRemote();
    const found = await world.database.db
      .select()
      .from(reactions)
      .where(eq(reactions.iri, String(boost["id"])));
    expect(found).toEqual([]);
  });

  test("case 48: what turns out not to be public is not boosted", async () => {
    await world.followFromHere(world.bea);
    const note = world.evil.note(world.mallory, "for-followers", {
      to: [world.mallory.followers],
      cc: [],
    });
    await world.send(world.bea, world.activity(world.bea, "Announce", note["id"]));
    await world.readRemote();
    expect((await world.stored(note["id"]))?.boostsCount ?? 0).toBe(0);
  });

  test("nothing is read when nobody here follows the booster", async () => {
    const note = world.evil.note(world.mallory, "bait");
    const boost = world.activity(world.mallory, "Announce", note["id"]);
    await world.send(world.mallory, boost);
    expect(await world.outcome(boost)).toBe("ignored:unrelated");
    expect(world.jobs.filter(({ name }) => name === "fetch-boosted")).toEqual([]);
  });
});
