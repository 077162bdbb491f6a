import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { activities, actors, blocks, follows, posts } from "../../src/persistence/schema/index.ts";
import { addMember, type Member } from "../../src/services/members.ts";
import { blockOrigin } from "../../src/services/origins.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { clientOf, visitorOf, type Client } from "../support/client.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { publishFor } from "../support/publish.ts";
import { addRemoteActor, addRemotePost } from "../support/web-world.ts";
import { storeNote } from "../support/written-notes.ts";

let instance: TestInstance;
let bob: Member;
let ana: Client;
let asBob: Client;
let asOrganization: Client;
let visitor: Client;
let bravo: ActorRecord;

const ALL: Audience = [{ kind: "public" }];
const MEMBERS: Audience = [{ kind: "members" }];

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, admin } = instance;
  const made = await addMember(context, {
    handle: "bob",
    name: "Bob Builder",
    email: "bob@alpha.example",
    role: "reader",
    password: "another long password",
  });
  bob = made.member;
  ana = await clientOf(instance, admin);
  asBob = await clientOf(instance, bob);
  asOrganization = await clientOf(instance, admin, "organization");
  visitor = visitorOf(instance);
  bravo = await addRemoteActor(context, "bravo");
});

afterAll(() => instance.close());

const path = (actor: { readonly id: bigint }) => `/v1/accounts/${actor.id}`;

async function sent(type: string): Promise<Record<string, unknown>[]> {
  const rows = await instance.context.db
    .select({ body: activities.body })
    .from(activities)
    .where(eq(activities.type, type))
    .orderBy(activities.id);
  return rows.map(({ body }) => JSON.parse(body));
}

describe("who somebody is", () => {
  test("a member is told of themselves what is their own business, with their role", async () => {
    const { json } = await ana("GET", "/v1/accounts/verify_credentials");
    expect(json).toMatchObject({
      acct: "ana",
      source: { privacy: "public", follow_requests_count: 0, quote_policy: "public" },
      role: { name: "Administrator" },
    });
    expect((await asBob("GET", "/v1/accounts/verify_credentials")).json.role).toMatchObject({
      name: "Reader",
      permissions: "0",
    });
  });

  test("whoever acts as the organization is told of the organization", async () => {
    const { json } = await asOrganization("GET", "/v1/accounts/verify_credentials");
    expect(json.acct).toBe("alpha");
  });

  test("anybody may read an account, and nobody is told of one that is gone", async () => {
    expect((await visitor("GET", path(bob.actor))).json.display_name).toBe("Bob Builder");
    const gone = await addRemoteActor(instance.context, "gone", { goneAt: new Date() });
    const missing = await ana("GET", "/v1/accounts/1");
    const hidden = await ana("GET", path(gone));
    expect(hidden.status).toBe(404);
    expect(hidden.json).toEqual(missing.json);
  });

  test("the instance actor is no account", async () => {
    const [instanceActor] = await instance.context.db
      .select()
      .from(actors)
      .where(eq(actors.kind, "instance"));
    if (instanceActor === undefined) throw new Error("no instance actor");
    expect((await ana("GET", path(instanceActor))).status).toBe(404);
  });

  test("several accounts come in the order in which they are asked for", async () => {
    const { json } = await ana("GET", `/v1/accounts?id[]=${bravo.id}&id[]=x&id[]=${bob.actorId}`);
    expect(json.map(({ acct }: { acct: string }) => acct)).toEqual(["bravo@bravo.example", "bob"]);
  });

  test.each(["bob", "@bob", "bob@alpha.example", "BOB"])("%s is looked up", async (acct) => {
    const { json } = await visitor("GET", `/v1/accounts/lookup?acct=${encodeURIComponent(acct)}`);
    expect(json.id).toBe(bob.actorId.toString());
  });

  test("members look up whom we know elsewhere, visitors do not", async () => {
    const lookup = "/v1/accounts/lookup?acct=bravo@bravo.example";
    expect((await ana("GET", lookup)).json.id).toBe(bravo.id.toString());
    expect((await visitor("GET", lookup)).status).toBe(404);
    expect((await ana("GET", "/v1/accounts/lookup?acct=nobody@bravo.example")).status).toBe(404);
  });

  test("an account that has moved tells where, when both sides say so", async () => {
    const target = await addRemoteActor(instance.context, "newhome", {
      alsoKnownAs: ["https://oldhome.example/ap/org"],
    });
    const old = await addRemoteActor(instance.context, "oldhome", { movedTo: target.iri });
    const liar = await addRemoteActor(instance.context, "liar", { movedTo: target.iri });
    expect((await ana("GET", path(old))).json.moved.acct).toBe("newhome@newhome.example");
    expect((await ana("GET", path(liar))).json).not.toHaveProperty("moved");
  });

  test("accounts are searched by handle and by name, own ones first", async () => {
    const names = async (q: string) =>
      (await ana("GET", `/v1/accounts/search?q=${encodeURIComponent(q)}`)).json.map(
        ({ acct }: { acct: string }) => acct,
      );
    expect(await names("Builder")).toEqual(["bob"]);
    expect(await names("@bravo@bravo")).toEqual(["bravo@bravo.example"]);
    expect(await names("b")).toEqual(["bob", "bravo@bravo.example"]);
    expect(await names("%")).toEqual([]);
  });

  test("what cannot be found elsewhere is not found, whatever the reason", async () => {
    const { status, json } = await ana(
      "GET",
      "/v1/accounts/search?q=@nobody@nowhere.example&resolve=true",
    );
    expect([status, json]).toEqual([200, []]);
  });

  test("the directory lists our accounts that want to be found", async () => {
    const handles = async () =>
      (await visitor("GET", "/v1/directory?order=new")).json.map(
        ({ acct }: { acct: string }) => acct,
      );
    expect(await handles()).toEqual(expect.arrayContaining(["alpha", "ana", "bob"]));
    await asBob("PATCH", "/v1/accounts/update_credentials", { discoverable: false });
    expect(await handles()).not.toContain("bob");
  });

  test("members are invited, not registered", async () => {
    expect((await visitor("POST", "/v1/accounts", {})).json.code).toBe("registrations_closed");
  });
});

describe("how one stands with somebody", () => {
  test("a follow of somebody elsewhere is a request until it is accepted", async () => {
    const charlie = await addRemoteActor(instance.context, "charlie");
    const asked = await ana("POST", `${path(charlie)}/follow`, {
      reblogs: false,
      notify: true,
      languages: ["de", "en"],
    });
    expect(asked.json).toMatchObject({
      requested: true,
      following: false,
      showing_reblogs: false,
      notifying: true,
      languages: ["de", "en"],
    });
    expect((await sent("Follow")).at(-1)).toMatchObject({ object: charlie.iri });
    await instance.context.db
      .update(follows)
      .set({ state: "accepted" })
      .where(eq(follows.followeeId, charlie.id));
    const again = await ana("POST", `${path(charlie)}/follow`, { reblogs: true });
    expect(again.json).toMatchObject({
      requested: false,
      following: true,
      showing_reblogs: true,
      notifying: true,
    });
    const ended = await ana("POST", `${path(charlie)}/unfollow`);
    expect(ended.json).toMatchObject({ following: false, notifying: false, languages: null });
    expect((await sent("Undo")).at(-1)).toMatchObject({ object: { type: "Follow" } });
    const anew = await ana("POST", `${path(charlie)}/follow`);
    expect(anew.json).toMatchObject({ notifying: false, languages: null });
  });

  test("a request is seen, and answered, by the one who is asked alone", async () => {
    await asBob("POST", `${path(instance.admin.actor)}/follow`);
    const requests = await ana("GET", "/v1/follow_requests");
    expect(requests.json.map(({ acct }: { acct: string }) => acct)).toEqual(["bob"]);
    expect((await asOrganization("GET", "/v1/follow_requests")).json).toEqual([]);
    const foreign = await asOrganization("POST", `/v1/follow_requests/${bob.actorId}/authorize`);
    expect(foreign.status).toBe(404);
    const answered = await ana("POST", `/v1/follow_requests/${bob.actorId}/authorize`);
    expect(answered.json).toMatchObject({ followed_by: true, requested_by: false });
    expect((await ana("POST", `/v1/follow_requests/${bob.actorId}/authorize`)).status).toBe(404);
  });

  test("members see who follows whom, visitors see nobody, and who hides it hides it", async () => {
    await instance.context.db
      .insert(follows)
      .values({
        followerId: bob.actorId,
        followeeId: instance.organization.id,
        iri: "https://alpha.example/ap/activities/f1",
        state: "accepted",
      })
      .onConflictDoNothing();
    const followers = `${path(instance.organization)}/followers`;
    expect((await ana("GET", followers)).json).toHaveLength(1);
    expect((await visitor("GET", followers)).json).toEqual([]);
    await asOrganization("PATCH", "/v1/accounts/update_credentials", { hide_collections: true });
    expect((await ana("GET", followers)).json).toEqual([]);
    expect((await asOrganization("GET", followers)).json).toHaveLength(1);
    await asOrganization("PATCH", "/v1/accounts/update_credentials", { hide_collections: false });
  });

  test("pages of followers go on by the Link header", async () => {
    const star = await addRemoteActor(instance.context, "star");
    for (const handle of ["fan1", "fan2", "fan3"]) {
      const fan = await addRemoteActor(instance.context, handle);
      await instance.context.db.insert(follows).values({
        followerId: fan.id,
        followeeId: star.id,
        iri: `https://${handle}.example/f`,
        state: "accepted",
      });
    }
    const first = await ana("GET", `${path(star)}/followers?limit=2`);
    const next = /<https:\/\/alpha\.example\/api([^>]+)>; rel="next"/.exec(
      first.headers.get("Link") ?? "",
    )?.[1];
    const second = await ana("GET", next ?? "");
    expect([...first.json, ...second.json].map(({ username }) => username)).toEqual([
      "fan3",
      "fan2",
      "fan1",
    ]);
  });

  test("who is followed by those whom one follows is said", async () => {
    const known = await addRemoteActor(instance.context, "known");
    const target = await addRemoteActor(instance.context, "target");
    const follow = (followerId: bigint, followeeId: bigint) =>
      instance.context.db.insert(follows).values({
        followerId,
        followeeId,
        iri: `https://x.example/${followerId}/${followeeId}`,
        state: "accepted",
      });
    await follow(bob.actorId, known.id);
    await follow(known.id, target.id);
    const familiar = await asBob("GET", `/v1/accounts/familiar_followers?id[]=${target.id}`);
    expect(familiar.json).toMatchObject([
      { id: target.id.toString(), accounts: [{ username: "known" }] },
    ]);
    const stranger = await ana("GET", `/v1/accounts/familiar_followers?id[]=${target.id}`);
    expect(stranger.json[0].accounts).toEqual([]);
  });

  test("a block ends follows both ways, is told to the other side, and undone there too", async () => {
    const mallory = await addRemoteActor(instance.context, "mallory");
    const pair = [
      { followerId: bob.actorId, followeeId: mallory.id },
      { followerId: mallory.id, followeeId: bob.actorId },
    ];
    for (const [index, one] of pair.entries()) {
      const iri = `https://mallory.example/f${index}`;
      await instance.context.db.insert(follows).values({ ...one, iri, state: "accepted" });
    }
    const blocked = await asBob("POST", `${path(mallory)}/block`);
    expect(blocked.json).toMatchObject({ blocking: true, following: false, followed_by: false });
    const [block] = (await sent("Block")).slice(-1);
    expect(block).toMatchObject({ actor: bob.actor.iri, object: mallory.iri, to: [mallory.iri] });
    expect((await asBob("GET", "/v1/blocks")).json).toMatchObject([{ username: "mallory" }]);
    expect((await ana("GET", "/v1/blocks")).json).toEqual([]);
    expect((await asBob("POST", `${path(mallory)}/follow`)).status).toBe(422);
    await asBob("POST", `${path(mallory)}/block`);
    expect(await sent("Block")).toHaveLength(1);
    expect((await asBob("POST", `${path(mallory)}/unblock`)).json.blocking).toBe(false);
    expect((await sent("Undo")).at(-1)).toMatchObject({
      object: { type: "Block", id: block?.["id"] },
    });
  });

  test("a block hides the posts of both sides from the other", async () => {
    const writer = await addRemoteActor(instance.context, "writer");
    await addRemotePost(instance.context, writer);
    expect((await asBob("GET", `${path(writer)}/statuses`)).json).toHaveLength(1);
    await instance.context.db
      .insert(blocks)
      .values({ blockerId: writer.id, blockedId: bob.actorId });
    expect((await asBob("GET", `${path(writer)}/statuses`)).json).toEqual([]);
    expect((await ana("GET", `${path(writer)}/statuses`)).json).toHaveLength(1);
    const [relationship] = (await asBob("GET", `/v1/accounts/relationships?id[]=${writer.id}`))
      .json;
    expect(relationship.blocked_by).toBe(true);
  });

  test("a mute is nobody else's business, and may end by itself", async () => {
    const before = await instance.context.db.$count(activities);
    const muted = await ana("POST", `${path(bravo)}/mute`, {
      duration: 3600,
      notifications: false,
    });
    expect(muted.json).toMatchObject({ muting: true, muting_notifications: false });
    const [entry] = (await ana("GET", "/v1/mutes")).json;
    expect(entry).toMatchObject({ username: "bravo", mute_expires_at: expect.any(String) });
    expect(await instance.context.db.$count(activities)).toBe(before);
    instance.setTime(new Date(Date.now() + 3_601_000));
    expect((await ana("GET", "/v1/mutes")).json).toEqual([]);
    const [later] = (await ana("GET", `/v1/accounts/relationships?id[]=${bravo.id}`)).json;
    expect(later).toMatchObject({ muting: false, muting_expires_at: null });
    instance.setTime(null);
    expect((await ana("POST", `${path(bravo)}/unmute`)).json.muting).toBe(false);
  });

  test("a hidden host loses its followers, and is not followed from then on", async () => {
    const local = await addRemoteActor(instance.context, "noisy");
    await asBob("POST", `${path(local)}/follow`);
    expect((await asBob("POST", "/v1/domain_blocks", { domain: "Noisy.Example" })).status).toBe(
      200,
    );
    expect((await asBob("GET", "/v1/domain_blocks")).json).toEqual(["noisy.example"]);
    const [relationship] = (await asBob("GET", `/v1/accounts/relationships?id[]=${local.id}`)).json;
    expect(relationship).toMatchObject({ domain_blocking: true, requested: false });
    expect((await ana("GET", "/v1/domain_blocks")).json).toEqual([]);
    expect((await asBob("DELETE", "/v1/domain_blocks?domain=noisy.example")).status).toBe(200);
    expect((await asBob("GET", "/v1/domain_blocks")).json).toEqual([]);
    expect((await asBob("POST", "/v1/domain_blocks", { domain: "alpha.example" })).status).toBe(
      422,
    );
  });

  test("a note about somebody is for the one who wrote it", async () => {
    await ana("POST", `${path(bravo)}/note`, { comment: "met in Oslo" });
    const note = async (client: Client) =>
      (await client("GET", `/v1/accounts/relationships?id[]=${bravo.id}`)).json[0].note;
    expect(await note(ana)).toBe("met in Oslo");
    expect(await note(asBob)).toBe("");
    await ana("POST", `${path(bravo)}/note`, { comment: "" });
    expect(await note(ana)).toBe("");
  });

  test("whom one follows can be shown on the profile, as long as one follows them", async () => {
    const friend = await addRemoteActor(instance.context, "friend");
    expect((await ana("POST", `${path(friend)}/pin`)).status).toBe(422);
    await ana("POST", `${path(friend)}/follow`);
    await instance.context.db
      .update(follows)
      .set({ state: "accepted" })
      .where(eq(follows.followeeId, friend.id));
    expect((await ana("POST", `${path(friend)}/endorse`)).json.endorsed).toBe(true);
    const shown = `${path(instance.admin.actor)}/endorsements`;
    expect((await visitor("GET", shown)).json).toMatchObject([{ username: "friend" }]);
    await ana("POST", `${path(friend)}/unfollow`);
    expect((await visitor("GET", shown)).json).toEqual([]);
  });

  test("the organization and its partners are suggested until one follows or declines", async () => {
    const suggested = await ana("GET", "/v2/suggestions");
    expect(
      suggested.json.map(({ account }: { account: { acct: string } }) => account.acct),
    ).toEqual(["alpha"]);
    await ana("DELETE", `/v1/suggestions/${instance.organization.id}`);
    expect((await ana("GET", "/v1/suggestions")).json).toEqual([]);
    expect((await asOrganization("GET", "/v1/suggestions")).json).toEqual([]);
  });
});

describe("what an account shows", () => {
  test("how much it wrote counts what is public alone, for as long as it is", async () => {
    const { context } = instance;
    const shown = async () => {
      const { json } = await visitor("GET", path(instance.organization));
      return [json.statuses_count, json.last_status_at];
    };
    const before = await shown();
    await publishFor(instance, MEMBERS);
    expect(await shown()).toEqual(before);
    const open = await publishFor(instance, ALL);
    expect(await shown()).toEqual([
      Number(before[0]) + 1,
      context.now().toISOString().slice(0, 10),
    ]);
    await context.db
      .update(posts)
      .set({ audience: ["members"] })
      .where(eq(posts.id, open.id));
    expect((await shown())[0]).toBe(before[0]);
    await context.db
      .update(posts)
      .set({ audience: ["public"] })
      .where(eq(posts.id, open.id));
    expect((await shown())[0]).toBe(Number(before[0]) + 1);
    await context.db.update(posts).set({ withdrawnAt: new Date() }).where(eq(posts.id, open.id));
    expect((await shown())[0]).toBe(before[0]);
  });

  test("visitors see what is public, members what is for members", async () => {
    const open = await storeNote(instance.context, instance.admin, ALL);
    const closed = await storeNote(instance.context, instance.admin, MEMBERS);
    const ids = async (client: Client) =>
      (await client("GET", `${path(instance.admin.actor)}/statuses`)).json.map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids(visitor)).toEqual([open.id.toString()]);
    expect(await ids(asBob)).toEqual([closed.id.toString(), open.id.toString()]);
  });

  test("boosts stand among the posts, and not when they are not wanted", async () => {
    const practice = await publishFor(instance, ALL);
    const { json: boost } = await asBob("POST", `/v1/statuses/${practice.id}/reblog`);
    const own = `${path(bob.actor)}/statuses`;
    expect((await visitor("GET", own)).json).toMatchObject([
      { id: boost.id, reblog: { id: practice.id.toString() } },
    ]);
    expect((await visitor("GET", `${own}?exclude_reblogs=true`)).json).toEqual([]);
  });

  test("a boost of somebody whom one mutes is left out, the profile of the muted one is not", async () => {
    const loud = await addRemoteActor(instance.context, "loud");
    const post = await addRemotePost(instance.context, loud);
    await asBob("POST", `/v1/statuses/${post}/reblog`);
    const boosted = async (client: Client) => {
      const { json } = await client("GET", `${path(bob.actor)}/statuses`);
      return json.some(({ reblog }: { reblog: { id: string } | null }) => reblog?.id === `${post}`);
    };
    expect(await boosted(ana)).toBe(true);
    await ana("POST", `${path(loud)}/mute`);
    expect(await boosted(ana)).toBe(false);
    expect(await boosted(visitor)).toBe(true);
    expect((await ana("GET", `${path(loud)}/statuses`)).json).toHaveLength(1);
  });

  test("pages of posts and boosts go on where they were left", async () => {
    const author = await addRemoteActor(instance.context, "prolific");
    const ids: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      ids.unshift((await addRemotePost(instance.context, author)).toString());
    }
    const found: string[] = [];
    let next: string | undefined = `${path(author)}/statuses?limit=2`;
    while (next !== undefined) {
      const page: Awaited<ReturnType<Client>> = await ana("GET", next);
      found.push(...page.json.map(({ id }: { id: string }) => id));
      next = /<https:\/\/alpha\.example\/api([^>]+)>; rel="next"/.exec(
        page.headers.get("Link") ?? "",
      )?.[1];
    }
    expect(found).toEqual(ids);
    const newer = await ana("GET", `${path(author)}/statuses?limit=2&min_id=${ids[4]}`);
    expect(newer.json.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[3]]);
  });

  test("pinned posts are asked for by themselves", async () => {
    const note = await storeNote(instance.context, bob, ALL);
    await asBob("POST", `/v1/statuses/${note.id}/pin`);
    const { json } = await visitor("GET", `${path(bob.actor)}/statuses?pinned=true`);
    expect(json.map(({ id }: { id: string }) => id)).toEqual([note.id.toString()]);
  });

  test("hashtags are shown with what there is of them in public", async () => {
    const { json: tag } = await asBob("POST", "/v1/featured_tags", { name: "#Safety" });
    expect(tag).toMatchObject({ name: "Safety", statuses_count: "0", last_status_at: null });
    expect((await visitor("GET", `${path(bob.actor)}/featured_tags`)).json).toEqual([tag]);
    expect((await ana("DELETE", `/v1/featured_tags/${tag.id}`)).status).toBe(404);
    expect((await asBob("DELETE", `/v1/featured_tags/${tag.id}`)).status).toBe(200);
    expect((await asBob("GET", "/v1/featured_tags")).json).toEqual([]);
  });
});

describe("reports", () => {
  test("name posts of the one who is reported, that the reporter may see", async () => {
    const open = await storeNote(instance.context, instance.admin, ALL);
    const hidden = await storeNote(instance.context, instance.admin, []);
    const report = (ids: readonly bigint[], account = instance.admin.actorId) =>
      asBob("POST", "/v1/reports", {
        account_id: account.toString(),
        status_ids: ids.map(String),
        rule_ids: ["1"],
        comment: "Look.",
      });
    expect((await report([open.id])).json).toMatchObject({
      category: "violation",
      status_ids: [open.id.toString()],
      rule_ids: ["1"],
      forwarded: false,
    });
    expect((await report([open.id, hidden.id])).status).toBe(404);
    expect((await report([open.id], bravo.id)).status).toBe(404);
  });

  test("about somebody elsewhere go there when that is asked, in the instance's name", async () => {
    const post = await addRemotePost(instance.context, bravo);
    const { json } = await asBob("POST", "/v1/reports", {
      account_id: bravo.id.toString(),
      status_ids: [post.toString()],
      comment: "Not nice.",
      forward: true,
    });
    expect(json.forwarded).toBe(true);
    const [flag] = (await sent("Flag")).slice(-1);
    expect(flag).toMatchObject({
      actor: instance.context.iris.instance,
      content: "Not nice.",
      object: [bravo.iri, expect.stringContaining("https://bravo.example/notes/")],
    });
    expect(JSON.stringify(flag)).not.toContain("bob");
  });
});

describe("input that makes no sense", () => {
  test.each([
    ["GET", "/v1/accounts/abc"],
    ["GET", "/v1/accounts/99999999999999999999"],
    ["GET", "/v1/accounts/relationships?id[]=abc"],
    ["GET", "/v1/accounts/lookup"],
    ["GET", "/v1/accounts/lookup?acct=%00"],
    ["GET", "/v1/accounts/search?q=%00"],
    ["GET", "/v1/accounts/search?q=@a@b@c&resolve=true"],
    ["GET", "/v1/accounts/search?q=x&limit=-1"],
    ["GET", "/v1/directory?order=sideways"],
    ["GET", "/v1/blocks?max_id=abc"],
    ["POST", "/v1/accounts/1/follow"],
    ["POST", "/v1/domain_blocks", { domain: "not a host" }],
    ["POST", "/v1/domain_blocks", {}],
    ["DELETE", "/v1/domain_blocks"],
    ["POST", "/v1/featured_tags", { name: "no tag!" }],
    ["POST", "/v1/featured_tags", { name: "a\u0000b" }],
    ["POST", "/v1/reports", {}],
    ["POST", "/v1/reports", { account_id: "1", category: "nonsense" }],
  ])("%s %s is refused in its own words", async (method, at, body?: unknown) => {
    const { status, json } = await ana(method, at, body);
    expect(status).toBeLessThan(500);
    if (status >= 400) expect(json.error).toEqual(expect.any(String));
  });

  test("a text with NUL in it is no failure of ours", async () => {
    for (const [at, body] of [
      [`${path(bravo)}/note`, { comment: "a\u0000b" }],
      [`${path(bravo)}/mute`, { duration: -5 }],
      [`${path(bravo)}/follow`, { languages: ["not a language"] }],
    ] as const) {
      expect((await ana("POST", at, body)).status).toBeLessThan(500);
    }
  });

  test("a refused origin is as good as not there", async () => {
    await addRemoteActor(instance.context, "evil");
    await blockOrigin(instance.context, instance.admin, "evil.example", "");
    expect((await ana("GET", "/v1/accounts/lookup?acct=evil@evil.example")).status).toBe(404);
    expect((await ana("GET", "/v1/accounts/search?q=evil@evil.example&resolve=true")).json).toEqual(
      [],
    );
  });
});
