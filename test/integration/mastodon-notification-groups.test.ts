import fc from "fast-check";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import {
  blocks,
  follows,
  notifications,
  posts,
  reactions,
} from "../../src/persistence/schema/index.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { clientOf, type Client, type ClientAnswer } from "../support/client.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { favouriteFromElsewhere, tell } from "../support/notifications.ts";
import { addRemoteActor, addRemotePost } from "../support/web-world.ts";
import { storeNote } from "../support/written-notes.ts";

const PUBLIC: Audience = [{ kind: "public" }];
const HOUR_MS = 3_600_000;

let alpha: TestInstance;
let ana: Client;
let bea: ActorRecord;

beforeAll(async () => {
  alpha = await createTestInstance();
  ana = await clientOf(alpha, alpha.admin);
  bea = await addRemoteActor(alpha.context, "bea");
});

afterAll(() => alpha.close());

beforeEach(async () => {
  alpha.setTime(null);
  await alpha.context.db.delete(notifications);
  await alpha.context.db.delete(blocks);
});

const note = () => storeNote(alpha.context, alpha.admin, PUBLIC);
const fan = (postId: bigint) => favouriteFromElsewhere(alpha, alpha.admin.actor, postId);

async function mention(): Promise<bigint> {
  const postId = await addRemotePost(alpha.context, bea);
  await tell(alpha, alpha.admin.actor, "mention", bea, postId);
  return postId;
}

async function groups(query = "") {
  const { status, json } = await ana("GET", `/v2/notifications${query}`);
  expect(status, JSON.stringify(json)).toBe(200);
  return json;
}

describe("grouped notifications", () => {
  test("favourites of one post are one; mentions stand alone", async () => {
    const post = await note();
    const other = await note();
    const fans = [await fan(post.id), await fan(post.id)];
    await fan(other.id);
    const mentioned = await mention();
    fans.push(await fan(post.id));
    const { accounts, statuses, notification_groups: found } = await groups();
    const [favourites, alone] = found;
    expect(found.map((group: { type: string }) => group.type)).toEqual([
      "favourite",
      "mention",
      "favourite",
    ]);
    expect(favourites).toEqual({
      group_key: expect.stringMatching(new RegExp(`^favourite-${post.id}-\\d+$`)),
      notifications_count: 3,
      type: "favourite",
      most_recent_notification_id: expect.any(Number),
      page_min_id: expect.stringMatching(/^\d+$/),
      page_max_id: expect.stringMatching(/^\d+$/),
      latest_page_notification_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]{12}Z$/),
      sample_account_ids: fans.toReversed().map(({ id }) => id.toString()),
      status_id: post.id.toString(),
    });
    expect(favourites.page_max_id).toBe(favourites.most_recent_notification_id.toString());
    expect(alone.group_key).toBe(`ungrouped-${alone.most_recent_notification_id}`);
    expect(alone.status_id).toBe(mentioned.toString());
    expect(statuses).toHaveLength(3);
    expect(accounts.map(({ id }: { id: string }) => id)).toHaveLength(5);
    expect(await groups()).not.toHaveProperty("partial_accounts");
  });

  test("a group goes on for twelve hours; then another begins", async () => {
    const post = await note();
    const start = Date.UTC(2026, 10, 1, 9, 59);
    for (const hours of [0, 11, 13]) {
      alpha.setTime(new Date(start + hours * HOUR_MS));
      await fan(post.id);
    }
    const found = (await groups()).notification_groups;
    expect(
      found.map((group: { notifications_count: number }) => group.notifications_count),
    ).toEqual([1, 2]);
  });

  test("only kinds that the client groups are grouped", async () => {
    const post = await note();
    await fan(post.id);
    await fan(post.id);
    const found = (await groups("?grouped_types[]=reblog")).notification_groups;
    expect(found).toHaveLength(2);
    expect(found[0].group_key).toBe(`ungrouped-${found[0].most_recent_notification_id}`);
    expect(found[0].notifications_count).toBe(1);
  });

  test("of those who are only small pictures no more is sent", async () => {
    const post = await note();
    const [first, second] = [await fan(post.id), await fan(post.id)];
    const answer = await groups("?expand_accounts=partial_avatars");
    expect(answer.accounts).toMatchObject([{ id: second.id.toString() }]);
    expect(answer.partial_accounts).toEqual([
      {
        id: first.id.toString(),
        acct: `${first.handle}@${first.host}`,
        locked: false,
        bot: false,
        url: first.url,
        avatar: expect.stringContaining("/avatar.png"),
        avatar_static: expect.stringContaining("/avatar.png"),
        avatar_description: "",
      },
    ]);
  });

  test("nobody hidden is counted in a group or named by it", async () => {
    const post = await note();
    const [first, second] = [await fan(post.id), await fan(post.id)];
    await alpha.context.db
      .insert(blocks)
      .values({ blockerId: alpha.admin.actorId, blockedId: second.id });
    const [group] = (await groups()).notification_groups;
    expect(group).toMatchObject({
      notifications_count: 1,
      sample_account_ids: [first.id.toString()],
    });
    const { json } = await ana("GET", `/v2/notifications/${group.group_key}/accounts`);
    expect(json.map(({ id }: { id: string }) => id)).toEqual([first.id.toString()]);
  });

  test("no more than eight of many are named; all are found by the group's key", async () => {
    const post = await note();
    const fans: string[] = [];
    for (let count = 0; count < 10; count += 1) fans.unshift((await fan(post.id)).id.toString());
    const [group] = (await groups()).notification_groups;
    expect(group.sample_account_ids).toEqual(fans.slice(0, 8));
    const path = `/v2/notifications/${group.group_key}`;
    const single = await ana("GET", path);
    expect(single.json.notification_groups).toEqual([
      {
        group_key: group.group_key,
        notifications_count: 10,
        type: "favourite",
        most_recent_notification_id: group.most_recent_notification_id,
        latest_page_notification_at: group.latest_page_notification_at,
        sample_account_ids: fans.slice(0, 8),
        status_id: post.id.toString(),
      },
    ]);
    const page = await ana("GET", `${path}/accounts?limit=4`);
    expect(page.json.map(({ id }: { id: string }) => id)).toEqual(fans.slice(0, 4));
    expect(page.headers.get("Link")).toContain('rel="next"');
    expect((await ana("POST", `${path}/dismiss`)).json).toEqual({});
    expect((await groups()).notification_groups).toEqual([]);
    expect((await ana("GET", path)).status).toBe(404);
  });

  test("a notification that stands alone is read and dismissed by its key", async () => {
    const first = await mention();
    const second = await mention();
    const [newest] = (await groups()).notification_groups;
    const path = `/v2/notifications/${newest.group_key}`;
    expect((await ana("GET", path)).json.statuses).toMatchObject([{ id: second.toString() }]);
    await ana("POST", `${path}/dismiss`);
    expect((await groups()).statuses).toMatchObject([{ id: first.toString() }]);
  });

  test("a page is as full of groups as was asked for, however much is in one of them", async () => {
    const oldest = [await mention(), await mention()];
    const post = await note();
    for (let count = 0; count < 4; count += 1) await fan(post.id);
    const found = (await groups("?limit=3")).notification_groups;
    expect(found.map(({ status_id: id }: { status_id: string }) => id)).toEqual(
      [post.id, ...oldest.toReversed()].map(String),
    );
  });

  test("unread groups are counted, not their notifications", async () => {
    const post = await note();
    await fan(post.id);
    await fan(post.id);
    await mention();
    expect((await ana("GET", "/v2/notifications/unread_count")).json).toEqual({ count: 2 });
    const alone = await ana("GET", "/v2/notifications/unread_count?grouped_types[]=follow");
    expect(alone.json).toEqual({ count: 3 });
  });

  test("followers of one day are one", async () => {
    for (const handle of ["carl", "cora"]) {
      const from = await addRemoteActor(alpha.context, handle);
      const iri = `${from.iri}/follow`;
      await alpha.context.db
        .insert(follows)
        .values({ followerId: from.id, followeeId: alpha.admin.actorId, iri, state: "accepted" });
      await tell(alpha, alpha.admin.actor, "follow", from);
    }
    expect((await groups()).notification_groups).toMatchObject([
      { type: "follow", notifications_count: 2, status_id: null },
    ]);
  });
});

describe("paging", () => {
  /** Pages on by the link of that name until there is none. */
  async function walk(
    path: string,
    rel: "next" | "prev",
    read: (json: ClientAnswer["json"]) => string[],
  ) {
    const seen: string[][] = [];
    let next: string | null = path;
    while (next !== null) {
      const { json, headers }: Awaited<ReturnType<Client>> = await ana("GET", next);
      const ids = read(json);
      if (ids.length === 0) break;
      seen.push(ids);
      const link = new RegExp(`<[^>]*/api([^>]*)>; rel="${rel}"`).exec(headers.get("Link") ?? "");
      next = link?.[1] ?? null;
      if (seen.length > 100) throw new Error("the pages never end");
    }
    return seen;
  }

  const idsIn = (json: { id: string }[]) => json.map(({ id }) => id);
  const keysIn = (json: { notification_groups: { group_key: string }[] }) =>
    json.notification_groups.map(({ group_key: key }) => key);

  test("whatever happens in whatever order, pages up and down show each notification once", async () => {
    const targets = [await note(), await note(), await note()];
    // Two kinds of mention: one that ana sees, and one that she does not.
    const event = fc.oneof(
      fc.constantFrom(...targets).map(({ id }) => ({ kind: "favourite" as const, id })),
      fc.constant({ kind: "mention" as const, id: 0n }),
      fc.constant({ kind: "hidden" as const, id: 0n }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 1, max: 5 }),
        async (events, limit) => {
          await alpha.context.db.delete(notifications);
          await alpha.context.db.delete(reactions);
          for (const { kind, id } of events) {
            if (kind === "favourite") await fan(id);
            else if (kind === "mention") await mention();
            else await hide(await mention());
          }
          const all = idsIn((await ana("GET", "/v1/notifications?limit=80")).json);
          expect(all).toHaveLength(events.filter(({ kind }) => kind !== "hidden").length);
          const down = await walk(`/v1/notifications?limit=${limit}`, "next", idsIn);
          expect(down.flat()).toEqual(all);
          expect(down.slice(0, -1).every((page) => page.length === limit)).toBe(true);
          const up = await walk(`/v1/notifications?limit=${limit}&min_id=0`, "prev", idsIn);
          expect(up.toReversed().flat()).toEqual(all);

          const keys = keysIn(await groups("?limit=80"));
          const shown = await walk(`/v2/notifications?limit=${limit}`, "next", keysIn);
          for (const page of shown) expect(new Set(page).size).toBe(page.length);
          expect(new Set(shown.flat())).toEqual(new Set(keys));
          const below = await walk(`/v2/notifications?limit=${limit}&min_id=0`, "prev", keysIn);
          expect(new Set(below.flat())).toEqual(new Set(keys));
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  async function hide(postId: bigint): Promise<void> {
    const audience = ["person:https://charlie.example/ap/org"];
    await alpha.context.db.update(posts).set({ audience }).where(eq(posts.id, postId));
  }
});
