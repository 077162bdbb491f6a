import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import {
  actors,
  follows,
  notificationPolicies,
  notificationRequests,
  notifications,
  posts,
} from "../../src/persistence/schema/index.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { clientOf, type Client } from "../support/client.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { tell } from "../support/notifications.ts";
import { addRemoteActor, addRemotePost } from "../support/web-world.ts";
import { storeNote } from "../support/written-notes.ts";

const LONG_AGO = new Date("2020-01-01T00:00:00Z");
const PUBLIC: Audience = [{ kind: "public" }];

let alpha: TestInstance;
let ana: Client;
let asOrganization: Client;
let bea: ActorRecord;
let bot: ActorRecord;

beforeAll(async () => {
  alpha = await createTestInstance();
  ana = await clientOf(alpha, alpha.admin);
  asOrganization = await clientOf(alpha, alpha.admin, "organization");
  bea = await addRemoteActor(alpha.context, "bea", { type: "Person", publishedAt: LONG_AGO });
  bot = await addRemoteActor(alpha.context, "bot", { type: "Service", publishedAt: LONG_AGO });
});

afterAll(() => alpha.close());

beforeEach(async () => {
  for (const table of [notifications, notificationPolicies, notificationRequests, follows]) {
    await alpha.context.db.delete(table);
  }
  await alpha.context.db.update(actors).set({ publishedAt: LONG_AGO }).where(eq(actors.id, bea.id));
});

const setPolicy = (rules: object) => ana("PATCH", "/v2/notifications/policy", rules);

async function mention(audience: Audience = PUBLIC, from = bea): Promise<bigint> {
  const postId = await addRemotePost(alpha.context, from, { audience });
  await tell(alpha, alpha.admin.actor, "mention", from, postId);
  return postId;
}

async function follow(follower: ActorRecord, followee: ActorRecord, decidedAt = LONG_AGO) {
  const iri = `${follower.iri}/follows/${followee.id}`;
  const pair = { followerId: follower.id, followeeId: followee.id };
  await alpha.context.db.insert(follows).values({ ...pair, iri, state: "accepted", decidedAt });
}

/** Where the one notification is: shown, held back or nowhere. */
async function where(): Promise<"shown" | "held back" | "nowhere"> {
  const shown = (await ana("GET", "/v1/notifications")).json.length;
  const all = (await ana("GET", "/v1/notifications?include_filtered=true")).json.length;
  if (shown > 0) return "shown";
  return all > 0 ? "held back" : "nowhere";
}

const toAna = (): Audience => [{ kind: "person", actor: alpha.admin.actor.iri }];

describe("a policy", () => {
  test("is everything at first, and is changed in part", async () => {
    const path = "/v2/notifications/policy";
    expect((await ana("GET", path)).json).toEqual({
      for_not_following: "accept",
      for_not_followers: "accept",
      for_new_accounts: "accept",
      for_private_mentions: "accept",
      for_limited_accounts: "accept",
      for_bots: "accept",
      summary: { pending_requests_count: 0, pending_notifications_count: 0 },
    });
    await setPolicy({ for_not_following: "filter", for_bots: "drop" });
    await setPolicy({ for_new_accounts: "drop" });
    expect((await ana("GET", path)).json).toMatchObject({
      for_not_following: "filter",
      for_new_accounts: "drop",
      for_bots: "drop",
      for_not_followers: "accept",
    });
    expect((await asOrganization("GET", path)).json.for_bots).toBe("accept");
    expect((await setPolicy({ for_bots: "reject" })).status).toBe(422);
  });

  test("is the same in the words of the first version", async () => {
    const path = "/v1/notifications/policy";
    const changed = await ana("PUT", path, {
      filter_not_following: true,
      filter_new_accounts: "1",
    });
    expect(changed.json).toEqual({
      filter_not_following: true,
      filter_not_followers: false,
      filter_new_accounts: true,
      filter_private_mentions: false,
      summary: { pending_requests_count: 0, pending_notifications_count: 0 },
    });
    expect((await ana("GET", "/v2/notifications/policy")).json).toMatchObject({
      for_not_following: "filter",
      for_new_accounts: "filter",
    });
    expect((await ana("GET", path)).json).toEqual(changed.json);
  });

  const rules: [string, string, () => Promise<unknown>, () => Promise<unknown>][] = [
    [
      "for_not_following",
      "somebody who is not followed",
      mention,
      () => follow(alpha.admin.actor, bea).then(() => mention()),
    ],
    [
      "for_not_followers",
      "somebody who does not follow",
      mention,
      () => follow(bea, alpha.admin.actor).then(() => mention()),
    ],
    [
      "for_not_followers",
      "somebody who has just begun to follow",
      () => follow(bea, alpha.admin.actor, new Date()).then(() => mention()),
      () => follow(bea, alpha.admin.actor).then(() => mention()),
    ],
    ["for_new_accounts", "an account of this month", () => renew().then(() => mention()), mention],
    [
      "for_private_mentions",
      "somebody who writes out of the blue",
      () => mention(toAna()),
      () => mention(),
    ],
    [
      "for_private_mentions",
      "somebody who is not followed and not answered",
      () => mention(toAna()),
      () => follow(alpha.admin.actor, bea).then(() => mention(toAna())),
    ],
    ["for_bots", "a bot", () => mention(PUBLIC, bot), () => mention()],
  ];

  async function renew() {
    const publishedAt = new Date();
    await alpha.context.db.update(actors).set({ publishedAt }).where(eq(actors.id, bea.id));
  }

  test.each(rules)("%s holds back what comes of %s", async (rule, _, held) => {
    await setPolicy({ [rule]: "filter" });
    await held();
    expect(await where()).toBe("held back");
  });

  test.each(rules)("%s throws away what comes of %s", async (rule, _, held) => {
    await setPolicy({ [rule]: "drop" });
    await held();
    expect(await where()).toBe("nowhere");
    expect(await alpha.context.db.select().from(notifications)).toEqual([]);
  });

  test.each(rules)("%s lets anybody through but %s", async (rule, _who, _held, welcome) => {
    await setPolicy({ [rule]: "filter" });
    await welcome();
    expect(await where()).toBe("shown");
  });

  test("lets an answer to one's own letter through", async () => {
    const letter = await storeNote(alpha.context, alpha.admin, [
      { kind: "person", actor: bea.iri },
    ]);
    await setPolicy({ for_private_mentions: "drop" });
    const answer = await addRemotePost(alpha.context, bea, { audience: toAna() });
    await alpha.context.db
      .update(posts)
      .set({ inReplyToId: letter.id })
      .where(eq(posts.id, answer));
    await tell(alpha, alpha.admin.actor, "mention", bea, answer);
    expect(await where()).toBe("shown");
  });

  test("keeps no report from an administrator", async () => {
    await setPolicy({ for_not_following: "drop", for_not_followers: "drop" });
    await tell(alpha, alpha.admin.actor, "admin.sign_up", bea);
    expect(await where()).toBe("shown");
  });
});

describe("requests", () => {
  const requests = async () => (await ana("GET", "/v1/notifications/requests")).json;
  const summary = async () => (await ana("GET", "/v2/notifications/policy")).json.summary;

  beforeEach(() => setPolicy({ for_not_following: "filter" }));

  test("there is one for each sender, with what waits and the latest post", async () => {
    await mention();
    const latest = await mention();
    await mention(PUBLIC, bot);
    expect(await requests()).toMatchObject([{ account: { acct: "bot@bot.example" } }, {}]);
    const [, request] = await requests();
    expect(request).toEqual({
      id: expect.stringMatching(/^\d+$/),
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      notifications_count: "2",
      account: expect.objectContaining({ acct: "bea@bea.example" }),
      last_status: expect.objectContaining({ id: latest.toString() }),
    });
    const { json } = await ana("GET", `/v1/notifications/requests/${request.id}`);
    expect(json).toEqual(request);
    expect(await summary()).toEqual({ pending_requests_count: 2, pending_notifications_count: 3 });
    const page = await ana("GET", "/v1/notifications/requests?limit=1");
    expect(page.headers.get("Link")).toContain(`max_id=${page.json[0].id}`);
  });

  test("what is accepted is shown, now and from then on", async () => {
    await mention();
    const [{ id }] = await requests();
    expect((await ana("POST", `/v1/notifications/requests/${id}/accept`)).json).toEqual({});
    expect((await ana("GET", "/v1/notifications/requests/merged")).json).toEqual({ merged: true });
    expect(await requests()).toEqual([]);
    await mention();
    expect((await ana("GET", "/v1/notifications")).json).toHaveLength(2);
  });

  test("what is dismissed is gone; what comes later asks again", async () => {
    await mention();
    const [{ id }] = await requests();
    expect((await ana("POST", `/v1/notifications/requests/${id}/dismiss`)).json).toEqual({});
    expect(await requests()).toEqual([]);
    expect(await where()).toBe("nowhere");
    await mention();
    expect(await requests()).toMatchObject([{ notifications_count: "1" }]);
  });

  test("many are accepted or dismissed at once", async () => {
    await mention();
    await mention(PUBLIC, bot);
    const ids = (await requests()).map(({ id }: { id: string }) => id);
    await ana("POST", "/v1/notifications/requests/accept", { id: [ids[0]] });
    await ana("POST", "/v1/notifications/requests/dismiss", { id: [ids[1]] });
    expect((await ana("GET", "/v1/notifications")).json).toMatchObject([
      { account: { acct: "bot@bot.example" } },
    ]);
    expect(await summary()).toEqual({ pending_requests_count: 0, pending_notifications_count: 0 });
  });

  test("nothing waits of what the recipient may not see any more", async () => {
    const postId = await mention();
    await alpha.context.db
      .update(posts)
      .set({ withdrawnAt: new Date() })
      .where(eq(posts.id, postId));
    expect(await requests()).toEqual([]);
    expect(await summary()).toEqual({ pending_requests_count: 0, pending_notifications_count: 0 });
  });

  test("nobody decides for others", async () => {
    await mention();
    const [{ id }] = await requests();
    for (const path of [`requests/${id}/accept`, `requests/${id}/dismiss`]) {
      expect((await asOrganization("POST", `/v1/notifications/${path}`)).status).toBe(404);
    }
    const many = { id: [id] };
    expect((await asOrganization("POST", "/v1/notifications/requests/accept", many)).status).toBe(
      404,
    );
    expect((await asOrganization("GET", `/v1/notifications/requests/${id}`)).status).toBe(404);
    expect(await requests()).toHaveLength(1);
  });
});
