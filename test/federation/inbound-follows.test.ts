import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { reveal } from "../../src/domain/audience/policy.ts";
import { blockActor, unblockActor } from "../../src/services/blocks.ts";
import {
  answerFollow,
  cancelFollow,
  listFollowers,
  listFollowRequests,
  listFollows,
  removeFollower,
  requestFollow,
} from "../../src/services/follows.ts";
import { setFollowPolicy } from "../../src/services/organization.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import { relationsOf } from "../../src/services/visibility.ts";
import { activities } from "../../src/persistence/schema/index.ts";
import { createWorld, type World } from "../support/inbound-world.ts";
import type { ForeignActor } from "../support/foreign-peer.ts";

let world: World;
let names = 0;

beforeAll(async () => {
  world = await createWorld({ followers: "open" });
});

afterAll(() => world.close());

afterEach(async () => {
  await setFollowPolicy(world.context, "open");
});

function newcomer(): ForeignActor {
  names += 1;
  return world.bravo.actor(`follower${names}`);
}

/** Activities that we have recorded for sending, oldest first, as type and object. */
async function sent(): Promise<{ type: string; body: Record<string, unknown> }[]> {
  const rows = await world.database.db.select().from(activities).orderBy(activities.id);
  return rows.map(({ type, body }) => ({ type, body: JSON.parse(body) }));
}

async function followersCount(): Promise<number> {
  return (await world.actorRow(world.organization.iri)).followersCount;
}

describe("somebody follows the organization", () => {
  test("an open organization accepts at once, and the Accept names the Follow", async () => {
    const bea = newcomer();
    const before = await followersCount();
    const follow = world.activity(bea, "Follow", world.organization.iri);
    await world.send(bea, follow);
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("accepted");
    expect(await followersCount()).toBe(before + 1);
    const answer = (await sent()).at(-1);
    expect(answer).toMatchObject({
      type: "Accept",
      body: { actor: world.organization.iri, object: { id: follow["id"], actor: bea.iri } },
    });
  });

  test("one that approves by hand keeps the request, and whoever waits is no follower", async () => {
    await setFollowPolicy(world.context, "approve");
    const bea = newcomer();
    const before = (await sent()).length;
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("pending");
    expect((await sent()).length).toBe(before);
    const viewer = { kind: "remote", actor: bea.iri } as const;
    const facts = await relationsOf(world.context, world.database.db, viewer, [
      world.organization.iri,
    ]);
    const post = {
      author: world.organization.iri,
      publishedBy: "organization",
      audience: [{ kind: "followers" }],
      withdrawn: false,
    } as const;
    expect(reveal(viewer, post, facts.factsAbout({ author: post.author, iri: null }))).toBeNull();
    const [request] = await listFollowRequests(world.context, world.organization, { limit: 1 });
    expect(request?.actor.iri).toBe(bea.iri);
    await answerFollow(world.context, world.organization, request?.id ?? 0n, "accept");
    expect((await sent()).at(-1)?.type).toBe("Accept");
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("accepted");
    const [follower] = await listFollowers(world.context, world.organization, { limit: 1 });
    expect(follower?.actor.iri).toBe(bea.iri);
  });

  test("asking again is answered again, with the new Follow, and counts once", async () => {
    const bea = newcomer();
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    const before = await followersCount();
    const again = world.activity(bea, "Follow", world.organization.iri);
    await world.send(bea, again);
    expect(await followersCount()).toBe(before);
    expect((await sent()).at(-1)).toMatchObject({
      type: "Accept",
      body: { object: { id: again["id"] } },
    });
    expect((await world.follow(bea.iri, world.organization.iri))?.iri).toBe(again["id"]);
  });

  test("an accepted follower who asks again stays accepted when the rule has become stricter", async () => {
    const bea = newcomer();
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    await setFollowPolicy(world.context, "approve");
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("accepted");
  });

  test("a member is asked, because people decide for themselves", async () => {
    const bea = newcomer();
    await world.send(bea, world.activity(bea, "Follow", world.admin.actor.iri));
    expect((await world.follow(bea.iri, world.admin.actor.iri))?.state).toBe("pending");
  });

  test("the instance actor has no followers", async () => {
    const bea = newcomer();
    await world.send(bea, world.activity(bea, "Follow", world.context.iris.instance));
    expect(await world.follow(bea.iri, world.context.iris.instance)).toBeNull();
    expect((await sent()).at(-1)?.type).toBe("Reject");
  });

  test("whoever is blocked is rejected, and may ask again afterwards", async () => {
    const bea = newcomer();
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    const actor = await ensureActor(world.context, bea.iri);
    const before = await followersCount();
    await blockActor(world.context, world.organization, actor);
    expect((await sent()).slice(-2).map(({ type }) => type)).toEqual(["Reject", "Block"]);
    expect(await followersCount()).toBe(before - 1);
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("rejected");
    expect((await sent()).at(-1)?.type).toBe("Reject");
    await unblockActor(world.context, world.organization, actor);
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("accepted");
  });

  test("a follower is removed with a Reject, once", async () => {
    const bea = newcomer();
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    const actor = await ensureActor(world.context, bea.iri);
    await removeFollower(world.context, world.organization, actor);
    const after = (await sent()).length;
    await removeFollower(world.context, world.organization, actor);
    expect((await sent()).length).toBe(after);
    expect((await sent()).at(-1)?.type).toBe("Reject");
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("rejected");
  });

  test("nobody answers a request that is another's", async () => {
    await setFollowPolicy(world.context, "approve");
    const bea = newcomer();
    await world.send(bea, world.activity(bea, "Follow", world.organization.iri));
    const request = await world.follow(bea.iri, world.organization.iri);
    const answer = answerFollow(world.context, world.admin.actor, request?.id ?? 0n, "accept");
    await expect(answer).rejects.toMatchObject({ code: "not_found" });
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("pending");
  });

  test("a Follow of nobody here has no effect", async () => {
    const bea = newcomer();
    const follow = world.activity(bea, "Follow", "https://alpha.example/ap/actors/nobody");
    await world.send(bea, follow);
    expect(await world.outcome(follow)).toBe("ignored:unknown-actor");
  });

  test("twenty ask at once and all are counted", async () => {
    const crowd = Array.from({ length: 20 }, newcomer);
    const before = await followersCount();
    await Promise.all(
      crowd.map((actor) =>
        world.send(actor, world.activity(actor, "Follow", world.organization.iri)),
      ),
    );
    expect(await followersCount()).toBe(before + 20);
  });
});

describe("a follower leaves", () => {
  test.each([
    ["the Follow embedded", (follow: object) => follow],
    ["the Follow embedded without its id", (follow: object) => ({ ...follow, id: undefined })],
    [
      "the Follow embedded with another id",
      (follow: object) => ({ ...follow, id: "https://bravo.example/other" }),
    ],
    ["only the Follow's id", (follow: object) => ("id" in follow ? follow.id : null)],
  ])("with %s", async (_name, shape) => {
    const bea = newcomer();
    const follow = world.activity(bea, "Follow", world.organization.iri);
    await world.send(bea, follow);
    const before = await followersCount();
    await world.send(bea, world.activity(bea, "Undo", shape(follow)));
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("cancelled");
    expect(await followersCount()).toBe(before - 1);
  });

  test("case 47: an Undo of another's Follow changes nothing", async () => {
    const bea = newcomer();
    const follow = world.activity(bea, "Follow", world.organization.iri);
    await world.send(bea, follow);
    const undos = [
      world.activity(world.mallory, "Undo", follow),
      world.activity(world.mallory, "Undo", follow["id"]),
      world.activity(world.ben, "Undo", follow["id"]),
      world.activity(world.mallory, "Undo", { ...follow, actor: undefined }),
    ];
    for (const undo of undos) {
      await world.send(undo["actor"] === world.ben.iri ? world.ben : world.mallory, undo);
    }
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("accepted");
  });

  test("a Follow that is overtaken by its Undo does nothing", async () => {
    const bea = newcomer();
    const follow = world.activity(bea, "Follow", world.organization.iri);
    await world.send(bea, world.activity(bea, "Undo", follow));
    await world.send(bea, follow);
    expect(await world.follow(bea.iri, world.organization.iri)).toBeNull();
  });

  test("an Undo cannot keep another's Follow from arriving", async () => {
    const bea = newcomer();
    const follow = world.activity(bea, "Follow", world.organization.iri);
    await world.send(world.mallory, world.activity(world.mallory, "Undo", follow["id"]));
    await world.send(bea, follow);
    expect((await world.follow(bea.iri, world.organization.iri))?.state).toBe("accepted");
  });
});

describe("the organization follows somebody", () => {
  async function asked(): Promise<{ bea: ForeignActor; iri: string }> {
    const bea = newcomer();
    const { iri } = await requestFollow(
      world.context,
      world.organization,
      await ensureActor(world.context, bea.iri),
    );
    return { bea, iri };
  }

  const state = async (bea: ForeignActor) =>
    (await world.follow(world.organization.iri, bea.iri))?.state;

  test("a Follow is sent and waits; asking again sends nothing", async () => {
    const { bea, iri } = await asked();
    expect((await sent()).at(-1)).toMatchObject({
      type: "Follow",
      body: { id: iri, object: bea.iri },
    });
    const before = (await sent()).length;
    await requestFollow(
      world.context,
      world.organization,
      await ensureActor(world.context, bea.iri),
    );
    expect((await sent()).length).toBe(before);
    expect(await state(bea)).toBe("pending");
    const [waiting] = await listFollows(world.context, world.organization, {
      limit: 1,
      state: "pending",
    });
    expect(waiting?.actor.iri).toBe(bea.iri);
  });

  test.each([
    ["only its id", (iri: string) => iri],
    ["the Follow embedded", (iri: string, follow: object) => ({ ...follow, id: iri })],
    ["the Follow embedded without its id", (_iri: string, follow: object) => follow],
    [
      "the Follow embedded with an id of their own",
      (_iri: string, follow: object) => ({ ...follow, id: "https://bravo.example/made-up" }),
    ],
    [
      "the Follow embedded with embedded actors",
      (iri: string, follow: { actor: string; object: string }) => ({
        type: "Follow",
        id: iri,
        actor: { type: "Organization", id: follow.actor },
        object: { type: "Person", id: follow.object },
      }),
    ],
  ])("an Accept with %s is understood", async (_name, shape) => {
    const { bea, iri } = await asked();
    const follow = { type: "Follow", actor: world.organization.iri, object: bea.iri };
    await world.send(bea, world.activity(bea, "Accept", shape(iri, follow)));
    expect(await state(bea)).toBe("accepted");
    expect((await world.actorRow(world.organization.iri)).followingCount).toBeGreaterThan(0);
    const [followed] = await listFollows(world.context, world.organization, { limit: 1 });
    expect(followed?.actor.iri).toBe(bea.iri);
  });

  test("case 53: an Accept of a Follow that was never sent is ignored", async () => {
    const bea = newcomer();
    const follow = { type: "Follow", actor: world.organization.iri, object: bea.iri };
    const embedded = world.activity(bea, "Accept", follow);
    const bare = world.activity(bea, "Accept", "https://alpha.example/ap/activities/0");
    await world.send(bea, embedded);
    await world.send(bea, bare);
    expect(await world.follow(world.organization.iri, bea.iri)).toBeNull();
    expect(await world.outcome(embedded)).toBe("ignored:not-asked");
    expect(await world.outcome(bare)).toBe("ignored:not-asked");
  });

  test("case 53: nobody accepts for another", async () => {
    const { bea, iri } = await asked();
    const follow = { id: iri, type: "Follow", actor: world.organization.iri, object: bea.iri };
    await world.send(world.mallory, world.activity(world.mallory, "Accept", iri));
    await world.send(world.mallory, world.activity(world.mallory, "Accept", follow));
    expect(await state(bea)).toBe("pending");
  });

  test("an Accept of a cancelled request is ignored", async () => {
    const { bea, iri } = await asked();
    await cancelFollow(
      world.context,
      world.organization,
      await ensureActor(world.context, bea.iri),
    );
    expect((await sent()).at(-1)).toMatchObject({ type: "Undo", body: { object: { id: iri } } });
    await world.send(bea, world.activity(bea, "Accept", iri));
    expect(await state(bea)).toBe("cancelled");
  });

  test("a Reject refuses the request, and later ends the following", async () => {
    const first = await asked();
    await world.send(first.bea, world.activity(first.bea, "Reject", first.iri));
    expect(await state(first.bea)).toBe("rejected");
    const second = await asked();
    await world.send(second.bea, world.activity(second.bea, "Accept", second.iri));
    const before = (await world.actorRow(world.organization.iri)).followingCount;
    await world.send(second.bea, world.activity(second.bea, "Reject", second.iri));
    expect(await state(second.bea)).toBe("rejected");
    expect((await world.actorRow(world.organization.iri)).followingCount).toBe(before - 1);
  });

  test("an Accept of something else is ignored", async () => {
    const { bea, iri } = await asked();
    const accept = world.activity(bea, "Accept", { id: iri, type: "Offer" });
    await world.send(bea, accept);
    expect(await world.outcome(accept)).toBe("ignored:object-type");
    expect(await state(bea)).toBe("pending");
  });

  test("between two of our own it is decided here and nothing is sent", async () => {
    const before = (await sent()).length;
    const follow = await requestFollow(world.context, world.admin.actor, await localOrganization());
    expect(follow.state).toBe("accepted");
    expect((await sent()).length).toBe(before);
  });

  test("oneself, or the instance actor, cannot be followed", async () => {
    const { context, organization } = world;
    await expect(requestFollow(context, organization, organization)).rejects.toMatchObject({
      code: "follow_impossible",
    });
    const instance = await world.actorRow(context.iris.instance);
    await expect(requestFollow(context, organization, instance)).rejects.toMatchObject({
      code: "follow_impossible",
    });
  });
});

test("lists of followers go on where they were left", async () => {
  const page = { limit: 3 };
  const first = await listFollowers(world.context, world.organization, page);
  const before = first.at(-1)?.id;
  const second = await listFollowers(world.context, world.organization, { ...page, before });
  const all = await listFollowers(world.context, world.organization, { limit: 6 });
  expect([...first, ...second].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
});

async function localOrganization() {
  return world.actorRow(world.organization.iri);
}
