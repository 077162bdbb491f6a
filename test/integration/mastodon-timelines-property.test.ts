import fc from "fast-check";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  actors,
  blocks,
  followedTags,
  follows,
  hiddenHosts,
  listMembers,
  lists,
  mutes,
  posts,
  reactions,
} from "../../src/persistence/schema/index.ts";
import { actingAs } from "../../src/services/acting.ts";
import { selectPosts, toPostRecord } from "../../src/persistence/repositories/posts.ts";
import { homeTimeline, type TimelinePage } from "../../src/services/timelines.ts";
import type { KeysetPage } from "../../src/services/keyset-page.ts";
import { revealPosts } from "../../src/services/visibility.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { addRemoteActor } from "../support/web-world.ts";

const NAMES = ["ana", "alpha", "bo", "carla", "dora"] as const;
type Name = (typeof NAMES)[number];
const OTHERS = ["bo", "carla", "dora"] as const;

let instance: TestInstance;
const ids = new Map<string, bigint>();
const hosts = new Map<string, string>();

beforeAll(async () => {
  instance = await createTestInstance();
  const { context, admin, organization } = instance;
  ids.set("ana", admin.actorId).set("alpha", organization.id);
  for (const name of OTHERS) {
    const actor = await addRemoteActor(context, name);
    ids.set(name, actor.id);
    hosts.set(name, actor.host);
  }
});

afterAll(() => instance.close());

const idOf = (name: string) => ids.get(name) ?? 0n;
const person = fc.constantFrom(...NAMES);
const other = fc.constantFrom(...OTHERS);
const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength: number) =>
  fc.array(arbitrary, { maxLength });

const audience = fc.constantFrom(
  ...(["public", "followers", "members", "to-us", "to-me", "nobody"] as const),
);
const world = fc.record({
  posts: fc.array(
    fc.record({
      author: person,
      audience,
      answers: fc.option(fc.nat(20)),
      tag: fc.boolean(),
      quiet: fc.boolean(),
      language: fc.constantFrom(null, "de", "en-GB"),
      withdrawn: fc.integer({ min: 0, max: 9 }).map((dice) => dice === 0),
      boosters: fc.uniqueArray(person, { maxLength: 2 }),
    }),
    { minLength: 15, maxLength: 40 },
  ),
  follows: fc.uniqueArray(
    fc.record({
      follower: fc.constantFrom("ana" as const, "alpha" as const),
      followee: other,
      accepted: fc.boolean(),
      boosts: fc.boolean(),
      languages: fc.constantFrom<(readonly string[] | null)[]>(null, ["en"], ["de", "fr"], []),
    }),
    { selector: ({ follower, followee }) => `${follower} ${followee}`, maxLength: 6 },
  ),
  muted: few(other, 1),
  blocks: few(fc.tuple(other, fc.boolean()), 1),
  hiddenHost: few(other, 1),
  aside: few(other, 1),
  followsTag: fc.boolean(),
  limit: fc.integer({ min: 1, max: 7 }),
});
type World = typeof world extends fc.Arbitrary<infer W> ? W : never;

interface Entry {
  readonly id: bigint;
  readonly postId: bigint;
}

/** Puts the world into the database; returns the ids of its posts and boosts. */
async function build(
  given: World,
): Promise<{ postIds: bigint[]; boosts: [bigint, Name, number][] }> {
  const { context, organization, admin } = instance;
  const { db } = context;
  await db.execute(
    sql`truncate posts, follows, blocks, mutes, hidden_hosts, lists, followed_tags cascade`,
  );
  const audiences = {
    public: ["public"],
    followers: ["followers"],
    members: ["members"],
    "to-us": [`partner:${organization.iri}`],
    "to-me": [`person:${admin.actor.iri}`],
    nobody: [],
  };
  const postIds: bigint[] = [];
  const boosts: [bigint, Name, number][] = [];
  for (const [index, post] of given.posts.entries()) {
    const parent = post.answers === null ? null : post.answers % (index + 1);
    const iri = `https://x.example/${index}`;
    const [row] = await db
      .insert(posts)
      .values({
        iri,
        url: iri,
        authorId: idOf(post.author),
        local: post.author === "ana" || post.author === "alpha",
        type: "Note",
        contentHtml: "",
        audience: audiences[post.audience],
        quiet: post.quiet,
        language: post.language,
        tags: post.tag ? [{ type: "Hashtag", name: "#Safety", href: null }] : [],
        // Its own number stands for a parent that is not known here.
        inReplyToIri: parent === null ? null : `https://x.example/${parent}`,
        inReplyToId: parent === null ? null : (postIds[parent] ?? null),
        publishedAt: new Date(),
        withdrawnAt: post.withdrawn ? new Date() : null,
      })
      .returning({ id: posts.id });
    postIds.push(row?.id ?? 0n);
    for (const booster of post.boosters) {
      const target = (index * 7 + 3) % postIds.length;
      const [boost] = await db
        .insert(reactions)
        .values({
          iri: `https://x.example/${index}/${booster}`,
          type: "boost",
          actorId: idOf(booster),
          postId: postIds[target] ?? 0n,
        })
        .onConflictDoNothing()
        .returning({ id: reactions.id });
      if (boost !== undefined) boosts.push([boost.id, booster, target]);
    }
  }
  for (const follow of given.follows) {
    await db.insert(follows).values({
      followerId: idOf(follow.follower),
      followeeId: idOf(follow.followee),
      iri: `https://x.example/follows/${follow.follower}/${follow.followee}`,
      state: follow.accepted ? "accepted" : "pending",
      showBoosts: follow.boosts,
      languages: follow.languages === null ? null : [...follow.languages],
    });
  }
  const me = idOf("ana");
  for (const name of given.muted)
    await db.insert(mutes).values({ muterId: me, mutedId: idOf(name) });
  for (const [name, byMe] of given.blocks) {
    await db
      .insert(blocks)
      .values(
        byMe ? { blockerId: me, blockedId: idOf(name) } : { blockerId: idOf(name), blockedId: me },
      );
  }
  for (const name of given.hiddenHost) {
    await db.insert(hiddenHosts).values({ actorId: me, host: hosts.get(name) ?? "" });
  }
  if (given.aside.length > 0) {
    const [list] = await db
      .insert(lists)
      .values({ ownerId: me, title: "Aside", exclusive: true })
      .returning();
    const members = given.aside.map((name) => ({ listId: list?.id ?? 0n, actorId: idOf(name) }));
    await db.insert(listMembers).values(members);
  }
  if (given.followsTag) await db.insert(followedTags).values({ actorId: me, tag: "safety" });
  await db.update(actors).set({ suspendedAt: null });
  return { postIds, boosts };
}

/** What belongs into ana's home, said without SQL, newest first. */
async function expected(
  given: World,
  { postIds, boosts }: Awaited<ReturnType<typeof build>>,
): Promise<Entry[]> {
  const { context, admin } = instance;
  const all = (await selectPosts(context.db)).map(toPostRecord);
  const { viewer } = actingAs(admin);
  const visible = new Set((await revealPosts(context, viewer, all)).map(({ id }) => id));
  const unwanted = new Set<string>([
    ...given.muted,
    ...given.blocks.map(([name]) => name),
    ...given.hiddenHost,
    ...given.aside,
  ]);
  const isUnwanted = (name: Name) => unwanted.has(name);
  const followed = given.follows.filter(
    ({ accepted, followee }) => accepted && !unwanted.has(followee),
  );
  const follows = (name: Name) => followed.filter(({ followee }) => followee === name);
  const entries: Entry[] = [];
  for (const [index, post] of given.posts.entries()) {
    const id = postIds[index] ?? 0n;
    if (!visible.has(id)) continue;
    const parent = post.answers === null ? null : post.answers % (index + 1);
    const answered = parent === null || parent === index ? null : given.posts[parent]?.author;
    const replyFits =
      parent === null ||
      (answered !== null &&
        answered !== undefined &&
        (answered === post.author || answered === "ana" || follows(answered).length > 0));
    const spoken = follows(post.author).some(
      ({ languages }) =>
        languages === null ||
        languages.length === 0 ||
        post.language === null ||
        languages.includes(post.language.slice(0, 2)),
    );
    const addressed = ["members", "to-us", "to-me"].includes(post.audience);
    const tagged = given.followsTag && post.tag && post.audience === "public" && !post.quiet;
    const belongs =
      post.author === "ana" ||
      (spoken && replyFits) ||
      (addressed && replyFits && !isUnwanted(post.author)) ||
      (tagged && !isUnwanted(post.author));
    if (belongs) entries.push({ id, postId: id });
  }
  for (const [id, booster, target] of boosts) {
    const { author = "ana", audience } = given.posts[target] ?? {};
    const postId = postIds[target] ?? 0n;
    const wanted = booster === "ana" || follows(booster).some(({ boosts: shown }) => shown);
    const mayBe = audience === "public" && visible.has(postId);
    if (wanted && author !== "ana" && !isUnwanted(author) && mayBe) {
      entries.push({ id, postId });
    }
  }
  return entries.toSorted((left, right) => (left.id < right.id ? 1 : -1));
}

function home(page: Partial<KeysetPage> & { limit: number }): Promise<TimelinePage> {
  const whole = { before: null, after: null, upwards: false, ...page };
  return homeTimeline(instance.context, actingAs(instance.admin), whole);
}

async function walk(limit: number, upwards: boolean): Promise<Entry[][]> {
  const pages: Entry[][] = [];
  for (;;) {
    const end = upwards ? pages[0]?.[0]?.id : pages.at(-1)?.at(-1)?.id;
    const { entries } = await home(
      upwards ? { limit, upwards, after: end ?? 0n } : { limit, before: end ?? null },
    );
    const page = entries.map(({ id, post }) => ({ id, postId: post.id }));
    if (page.length === 0) return pages;
    expect(page.length).toBeLessThanOrEqual(limit);
    if (upwards) pages.unshift(page);
    else pages.push(page);
  }
}

describe("the home timeline", () => {
  test("has in random worlds all that belongs there, page by page, both ways, and nothing else", async () => {
    let seen = 0;
    const property = fc.asyncProperty(world, async (given) => {
      const built = await build(given);
      const wanted = await expected(given, built);
      seen += wanted.length;
      const byId = new Map(wanted.map((entry) => [entry.id, entry]));
      for (const upwards of [false, true]) {
        const pages = await walk(given.limit, upwards);
        const shown = pages.flat();
        const order = shown.map(({ id }) => id);
        // Strictly from newer to older: nothing twice.
        expect(order).toEqual(
          [...new Set(order)].toSorted((left, right) => (left < right ? 1 : -1)),
        );
        for (const entry of shown) expect(byId.get(entry.id)).toEqual(entry);
        for (const page of pages) {
          expect(new Set(page.map(({ postId }) => postId)).size).toBe(page.length);
        }
        // What is left out is a boost whose post stands further down on the same page.
        const at = new Set(order);
        for (const entry of wanted.filter(({ id }) => !at.has(id))) {
          const page = pages.find((each) => (each.at(-1)?.id ?? 0n) <= entry.id);
          expect(page?.some(({ id, postId }) => postId === entry.postId && id < entry.id)).toBe(
            true,
          );
        }
      }
    });
    await fc.assert(property, { numRuns: 25, endOnFailure: true });
    expect(seen).toBeGreaterThan(100);
  }, 120_000);
});
