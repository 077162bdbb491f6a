import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import {
  actors,
  blocks,
  hiddenHosts,
  markers,
  mutes,
  notifications,
  polls,
  posts,
  pollVotes,
  quotes,
  threadMutes,
} from "../../src/persistence/schema/index.ts";
import { actingAs } from "../../src/services/acting.ts";
import { unboost, boost } from "../../src/services/boosts.ts";
import { favourite, unfavourite } from "../../src/services/favourites.ts";
import { answerFollow, cancelFollow, requestFollow } from "../../src/services/follows.ts";
import { addMember, suspendMember, type Member } from "../../src/services/members.ts";
import { endPolls } from "../../src/services/poll-updates.ts";
import { deletePractice, revisePractice } from "../../src/services/practices.ts";
import type { ActorRecord, PostRecord } from "../../src/services/records.ts";
import { receiveReport } from "../../src/services/reports.ts";
import { clientOf, type Client } from "../support/client.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { favouriteFromElsewhere, tell } from "../support/notifications.ts";
import { storePoll } from "../support/polls.ts";
import { publishFor } from "../support/publish.ts";
import { addRemoteActor, addRemotePost } from "../support/web-world.ts";
import { storeNote } from "../support/written-notes.ts";

const PUBLIC: Audience = [{ kind: "public" }];

let alpha: TestInstance;
let ana: Client;
let asOrganization: Client;
let ben: Member;
let bensClient: Client;
let bea: ActorRecord;

beforeAll(async () => {
  alpha = await createTestInstance();
  const { context, admin } = alpha;
  bea = await addRemoteActor(context, "bea");
  ben = (
    await addMember(context, {
      handle: "ben",
      email: "ben@alpha.example",
      role: "author",
      password: null,
    })
  ).member;
  ana = await clientOf(alpha, admin);
  asOrganization = await clientOf(alpha, admin, "organization");
  bensClient = await clientOf(alpha, ben);
});

afterAll(() => alpha.close());

beforeEach(async () => {
  alpha.setTime(null);
  for (const table of [notifications, blocks, mutes, hiddenHosts, threadMutes, markers]) {
    await alpha.context.db.delete(table);
  }
});

async function list(client: Client, query = "") {
  const { status, json } = await client("GET", `/v1/notifications${query}`);
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

async function typesOf(client: Client, query = ""): Promise<string[]> {
  return (await list(client, query)).map(({ type }: { type: string }) => type);
}

async function mention(audience: Audience = PUBLIC, to: ActorRecord = alpha.admin.actor) {
  const postId = await addRemotePost(alpha.context, bea, { audience });
  await tell(alpha, to, "mention", bea, postId);
  return postId;
}

const toAna = (): Audience => [{ kind: "person", actor: alpha.admin.actor.iri }];

describe("whoever does something", () => {
  test("a favourite is told to the author, and only as long as it stands", async () => {
    const { context, admin } = alpha;
    const note = await storeNote(context, admin, PUBLIC);
    await favourite(context, actingAs(ben), note.id);
    const [told] = await list(ana);
    expect(told).toEqual({
      id: expect.stringMatching(/^\d+$/),
      type: "favourite",
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      group_key: expect.stringMatching(new RegExp(`^favourite-${note.id}-\\d+$`)),
      account: expect.objectContaining({ acct: "ben" }),
      status: expect.objectContaining({ id: note.id.toString() }),
    });
    expect(await list(bensClient)).toEqual([]);
    expect(await list(asOrganization)).toEqual([]);
    await unfavourite(context, actingAs(ben), note.id);
    expect(await list(ana)).toEqual([]);
    expect((await ana("GET", `/v1/notifications/${told.id}`)).status).toBe(404);
  });

  test("a boost is told to the author, and only as long as it stands", async () => {
    const { context, admin } = alpha;
    const note = await storeNote(context, admin, PUBLIC);
    await boost(context, actingAs(ben), note.id);
    expect(await list(ana)).toMatchObject([
      { type: "reblog", account: { acct: "ben" }, status: { id: note.id.toString() } },
    ]);
    await unboost(context, actingAs(ben), note.id);
    expect(await list(ana)).toEqual([]);
  });

  test("nobody is told of what they do themselves", async () => {
    const { context, admin } = alpha;
    const note = await storeNote(context, admin, PUBLIC);
    await favourite(context, actingAs(admin), note.id);
    expect(await context.db.select().from(notifications)).toEqual([]);
  });

  test("what is told a second time is told once", async () => {
    const postId = await mention();
    await tell(alpha, alpha.admin.actor, "mention", bea, postId);
    expect(await list(ana)).toHaveLength(1);
  });

  test("a request to follow is told until it is answered; a follow until it ends", async () => {
    const { context, admin } = alpha;
    const follow = await requestFollow(context, ben.actor, admin.actor);
    expect(await typesOf(ana)).toEqual(["follow_request"]);
    await answerFollow(context, admin.actor, follow.id, "reject");
    expect(await list(ana)).toEqual([]);
    await requestFollow(context, ben.actor, alpha.organization);
    expect(await list(asOrganization)).toMatchObject([
      { type: "follow", account: { acct: "ben" } },
    ]);
    await cancelFollow(context, ben.actor, alpha.organization);
    expect(await list(asOrganization)).toEqual([]);
  });

  test("reactions to what the organization published are for those who act as it", async () => {
    const { context } = alpha;
    const practice = await publishFor(alpha, PUBLIC);
    await favourite(context, actingAs(ben), practice.id);
    expect(await typesOf(asOrganization)).toEqual(["favourite"]);
    expect(await list(ana)).toEqual([]);
  });

  test("those who asked for all of an author's posts are told of a new one, unless they may not see it", async () => {
    const { context, admin } = alpha;
    await requestFollow(context, ben.actor, alpha.organization, { notify: true });
    const practice = await publishFor(alpha, PUBLIC);
    expect(await list(bensClient)).toMatchObject([
      { type: "status", status: { id: practice.id.toString() } },
    ]);
    await publishFor(alpha, [{ kind: "person", actor: admin.actor.iri }]);
    expect(await list(bensClient)).toHaveLength(1);
    await cancelFollow(context, ben.actor, alpha.organization);
  });

  test("whoever boosted a post is told of each edit", async () => {
    const { context, admin } = alpha;
    const practice = await publishFor(alpha, PUBLIC);
    await boost(context, actingAs(ben), practice.id);
    await revisePractice(context, admin, practice.id, { title: "Handover, second try" });
    const [first] = await list(bensClient);
    expect(first).toMatchObject({ type: "update", status: { id: practice.id.toString() } });
    await revisePractice(context, admin, practice.id, { title: "Handover, third try" });
    const again = await list(bensClient);
    expect(again).toHaveLength(1);
    expect(BigInt(again[0].id)).toBeGreaterThan(BigInt(first.id));
  });

  test("the end of a poll is told to its author and to who voted", async () => {
    const { context, admin } = alpha;
    const { post, poll } = await storePoll(context, admin, PUBLIC);
    const vote = { pollId: poll.id, actorId: ben.actorId, choice: 0, iri: `${post.iri}/vote` };
    await context.db.insert(pollVotes).values(vote);
    await endPolls(context);
    expect(await list(bensClient)).toEqual([]);
    await context.db
      .update(polls)
      .set({ expiresAt: new Date(0) })
      .where(eq(polls.id, poll.id));
    await endPolls(context);
    expect(await typesOf(bensClient)).toEqual(["poll"]);
    expect(await typesOf(ana)).toEqual(["poll"]);
  });

  test("a quote is told as long as the author of the quoted post consents", async () => {
    const { context, admin } = alpha;
    const note = await storeNote(context, admin, PUBLIC);
    const quoting = await addRemotePost(context, bea);
    const quote = { postId: quoting, quotedIri: note.iri, quotedId: note.id };
    await context.db.insert(quotes).values({ ...quote, state: "accepted" });
    await tell(alpha, admin.actor, "quote", bea, quoting);
    expect(await typesOf(ana)).toEqual(["quote"]);
    await context.db.update(quotes).set({ state: "revoked" });
    expect(await list(ana)).toEqual([]);
  });

  test("administrators are told of reports and new members; nobody else is", async () => {
    const { context, admin } = alpha;
    const note = await storeNote(context, admin, PUBLIC);
    const report = { iri: "https://bea.example/flags/1", about: [note.iri], comment: "Too loud" };
    await context.db.transaction((tx) => receiveReport(context, tx, bea, report));
    const cara = { handle: "cara", email: "cara@alpha.example", role: "author", password: null };
    await addMember(context, { ...cara, role: "author" });
    const told = await list(ana);
    expect(told).toMatchObject([
      { type: "admin.sign_up", account: { acct: "cara" } },
      { type: "admin.report", account: { acct: "bea@bea.example" } },
    ]);
    expect(told[1].report).toEqual({
      id: expect.stringMatching(/^\d+$/),
      action_taken: false,
      action_taken_at: null,
      category: "other",
      comment: "Too loud",
      forwarded: false,
      created_at: expect.any(String),
      status_ids: [note.id.toString()],
      rule_ids: null,
      collection_ids: [],
      target_account: expect.objectContaining({ acct: "ana" }),
    });
    expect(await list(bensClient)).toEqual([]);
    expect(await list(asOrganization)).toEqual([]);
  });
});

describe("whom somebody does not want to hear of", () => {
  const hide: [string, () => Promise<unknown>][] = [
    ["muted", () => alpha.context.db.insert(mutes).values({ muterId: me(), mutedId: bea.id })],
    [
      "blocked",
      () => alpha.context.db.insert(blocks).values({ blockerId: me(), blockedId: bea.id }),
    ],
    [
      "blocking",
      () => alpha.context.db.insert(blocks).values({ blockerId: bea.id, blockedId: me() }),
    ],
    [
      "on a hidden host",
      () => alpha.context.db.insert(hiddenHosts).values({ actorId: me(), host: bea.host }),
    ],
  ];
  const me = () => alpha.admin.actorId;

  test.each(hide)("nothing is told of somebody who is %s", async (_, doHide) => {
    await doHide();
    await mention();
    expect(await alpha.context.db.select().from(notifications)).toEqual([]);
  });

  test.each(hide)(
    "what was told before of somebody who is %s now is not shown",
    async (_, doHide) => {
      await mention();
      expect(await list(ana)).toHaveLength(1);
      await doHide();
      expect(await list(ana)).toEqual([]);
      expect((await ana("GET", "/v1/notifications/unread_count")).json).toEqual({ count: 0 });
    },
  );

  test("a mute that leaves notifications through, or is over, hides none", async () => {
    const pair = { muterId: me(), mutedId: bea.id };
    await alpha.context.db.insert(mutes).values({ ...pair, notifications: false });
    await mention();
    await alpha.context.db.update(mutes).set({ notifications: true, expiresAt: new Date(0) });
    await mention();
    expect(await list(ana)).toHaveLength(2);
  });

  test("nothing is told of a muted thread, however far down", async () => {
    const { context, admin } = alpha;
    const root = await storeNote(context, admin, PUBLIC);
    const below = await storeNote(context, admin, PUBLIC, { inReplyTo: root });
    await context.db.insert(threadMutes).values({ actorId: me(), rootId: root.id });
    const reply = await addRemotePost(context, bea);
    await context.db.update(posts).set({ inReplyToId: below.id }).where(eq(posts.id, reply));
    await tell(alpha, admin.actor, "mention", bea, reply);
    await favourite(context, actingAs(ben), root.id);
    expect(await context.db.select().from(notifications)).toEqual([]);
  });

  test("a suspended actor is not heard of", async () => {
    await mention();
    await alpha.context.db
      .update(actors)
      .set({ suspendedAt: new Date() })
      .where(eq(actors.id, bea.id));
    expect(await list(ana)).toEqual([]);
    await alpha.context.db.update(actors).set({ suspendedAt: null }).where(eq(actors.id, bea.id));
    expect(await list(ana)).toHaveLength(1);
  });
});

describe("what its recipient may not see", () => {
  test("a withdrawn post takes its notifications along: no text, no name, no count", async () => {
    const { context, admin } = alpha;
    const practice = await publishFor(alpha, PUBLIC);
    await tell(alpha, ben.actor, "mention", alpha.organization, practice.id);
    const [told] = await list(bensClient);
    expect(told.status.content).toContain("Night-shift handover");
    await deletePractice(context, admin, practice.id);
    for (const path of [
      "/v1/notifications",
      "/v2/notifications",
      "/v1/notifications/unread_count",
      "/v2/notifications/unread_count",
    ]) {
      const { json } = await bensClient("GET", path);
      expect(JSON.stringify(json)).not.toMatch(/Night|alpha|"count":[^0]/);
    }
    const gone = await bensClient("GET", `/v1/notifications/${told.id}`);
    const never = await bensClient("GET", "/v1/notifications/987654321");
    expect([gone.status, gone.json]).toEqual([404, never.json]);
    const group = await bensClient("GET", `/v2/notifications/${told.group_key}`);
    expect([group.status, group.json]).toEqual([404, never.json]);
  });

  test("a mention in a post that is for others is not shown, nor counted, nor grouped", async () => {
    await mention([{ kind: "person", actor: bea.iri }]);
    await mention(toAna());
    expect(await list(ana)).toHaveLength(1);
    expect((await ana("GET", "/v1/notifications/unread_count")).json).toEqual({ count: 1 });
    expect((await ana("GET", "/v2/notifications")).json.notification_groups).toHaveLength(1);
    expect((await ana("GET", "/v2/notifications/unread_count")).json).toEqual({ count: 1 });
  });

  test("a reply whose parent is hidden from the recipient is hidden too", async () => {
    const closed: Audience = [{ kind: "person", actor: bea.iri }];
    const parent = await addRemotePost(alpha.context, bea, { audience: closed });
    const reply = await mention(toAna());
    await alpha.context.db.update(posts).set({ inReplyToId: parent }).where(eq(posts.id, reply));
    expect(await list(ana)).toEqual([]);
    expect((await ana("GET", "/v2/notifications")).json.notification_groups).toEqual([]);
    expect((await ana("GET", "/v1/notifications/unread_count")).json).toEqual({ count: 0 });
  });

  test("hidden ones do not shorten a page of those that can be seen", async () => {
    const closed: Audience = [{ kind: "person", actor: bea.iri }];
    const parent = await addRemotePost(alpha.context, bea, { audience: closed });
    const oldest = await mention(toAna());
    for (let count = 0; count < 5; count += 1) {
      const reply = await mention(toAna());
      await alpha.context.db.update(posts).set({ inReplyToId: parent }).where(eq(posts.id, reply));
    }
    const found = await list(ana, "?limit=2");
    expect(found.map((each: { status: { id: string } }) => each.status.id)).toEqual([
      oldest.toString(),
    ]);
  });

  test("nobody reads or dismisses the notifications of others", async () => {
    await mention();
    const [told] = await list(ana);
    for (const client of [bensClient, asOrganization]) {
      expect((await client("GET", `/v1/notifications/${told.id}`)).status).toBe(404);
      await client("POST", `/v1/notifications/${told.id}/dismiss`);
      await client("POST", `/v2/notifications/${told.group_key}/dismiss`);
      await client("POST", "/v1/notifications/clear");
    }
    expect(await list(ana)).toHaveLength(1);
  });

  test("a member who is no administrator any more is shown no reports", async () => {
    await tell(alpha, ben.actor, "admin.sign_up", alpha.admin.actor);
    expect(await list(bensClient)).toEqual([]);
  });

  test("nothing is told to a suspended member", async () => {
    const { context } = alpha;
    const { member } = await addMember(context, {
      handle: "dora",
      email: "dora@alpha.example",
      role: "reader",
      password: null,
    });
    await context.db.delete(notifications);
    await suspendMember(context, "dora", { lift: false });
    await tell(alpha, member.actor, "mention", bea, await addRemotePost(context, bea));
    expect(await context.db.select().from(notifications)).toEqual([]);
  });
});

describe("a client", () => {
  async function some(): Promise<PostRecord> {
    const note = await storeNote(alpha.context, alpha.admin, PUBLIC);
    await mention();
    await favouriteFromElsewhere(alpha, alpha.admin.actor, note.id);
    await mention();
    return note;
  }

  test.each<[string, string[]]>([
    ["?types[]=mention", ["mention", "mention"]],
    ["?types[]=favourite&types[]=poll", ["favourite"]],
    ["?exclude_types[]=mention", ["favourite"]],
    ["?types=favourite", ["favourite"]],
    ["?types[]=severed_relationships", []],
  ])("asks for kinds by %s", async (query, expected) => {
    await some();
    expect(await typesOf(ana, query)).toEqual(expected);
  });

  test("asks for what one account did", async () => {
    await some();
    expect(await typesOf(ana, `?account_id=${bea.id}`)).toEqual(["mention", "mention"]);
  });

  test("pages both ways with the links that it is given", async () => {
    for (let count = 0; count < 5; count += 1) await mention();
    const all = (await list(ana)).map(({ id }: { id: string }) => id);
    const first = await ana("GET", "/v1/notifications?limit=2&types[]=mention");
    expect(first.json.map(({ id }: { id: string }) => id)).toEqual(all.slice(0, 2));
    const next = linked(first.headers, "next");
    expect(next).toContain("types%5B%5D=mention");
    const second = await ana("GET", next);
    expect(second.json.map(({ id }: { id: string }) => id)).toEqual(all.slice(2, 4));
    const back = await ana("GET", linked(second.headers, "prev"));
    expect(back.json.map(({ id }: { id: string }) => id)).toEqual(all.slice(0, 2));
  });

  test("counts what is newer than its marker, up to the limit", async () => {
    for (let count = 0; count < 4; count += 1) await mention();
    const [, second] = await list(ana);
    expect((await ana("GET", "/v1/notifications/unread_count?limit=3")).json).toEqual({ count: 3 });
    await alpha.context.db.insert(markers).values({
      actorId: alpha.admin.actorId,
      timeline: "notifications",
      lastReadId: BigInt(second.id),
    });
    expect((await ana("GET", "/v1/notifications/unread_count")).json).toEqual({ count: 1 });
  });

  test("dismisses one, and clears all", async () => {
    await some();
    const [newest] = await list(ana);
    expect((await ana("GET", `/v1/notifications/${newest.id}`)).json).toEqual(newest);
    expect((await ana("POST", `/v1/notifications/${newest.id}/dismiss`)).json).toEqual({});
    expect(await typesOf(ana)).toEqual(["favourite", "mention"]);
    expect((await ana("POST", "/v1/notifications/clear")).json).toEqual({});
    expect(await list(ana)).toEqual([]);
  });

  test.each(["?limit=none", "?max_id=x", "?account_id=me", "?include_filtered=maybe"])(
    "is told that %s cannot be read",
    async (query) => {
      expect((await ana("GET", `/v1/notifications${query}`)).status).toBe(422);
    },
  );
});

/** Path below `/api` of a link in the `Link` header. */
function linked(headers: Headers, rel: "next" | "prev"): string {
  const link = new RegExp(`<[^>]*/api([^>]*)>; rel="${rel}"`).exec(headers.get("Link") ?? "");
  if (link?.[1] === undefined) throw new Error(`there is no ${rel} page`);
  return link[1];
}
