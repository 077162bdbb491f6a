import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Audience } from "../../src/domain/audience/audience.ts";
import { formatAudience } from "../../src/domain/audience/audience.ts";
import {
  actors,
  follows,
  posts,
  practices,
  tombstones,
} from "../../src/persistence/schema/index.ts";
import type { Context } from "../../src/services/context.ts";
import { handleFetchPost } from "../../src/services/fetch-post.ts";
import { Memory } from "../../src/services/memory.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { ensureActor } from "../../src/services/remote-actors.ts";
import { deleteRemotePost } from "../../src/services/deleted-posts.ts";
import { storeRemotePost, type Arrival } from "../../src/services/remote-posts.ts";
import type { RemotePost } from "../../src/services/remote.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { AS_PUBLIC, FakeRemote, failure, remoteActor, remotePost } from "../support/fake-remote.ts";

let instance: TestInstance;
let context: Context;
let remote: FakeRemote;
let organization: ActorRecord;
/** followed from here */
let bea: ActorRecord;
/** on Bea's server, not followed */
let ben: ActorRecord;
/** a stranger */
let eve: ActorRecord;
let number = 0;

beforeAll(async () => {
  instance = await createTestInstance();
  ({ organization } = instance);
  remote = new FakeRemote();
  context = { ...instance.context, remote, memory: new Memory() };
  const known = async (iri: string): Promise<ActorRecord> => {
    remote.actors.set(iri, remoteActor(iri));
    return ensureActor(context, iri);
  };
  bea = await known("https://bravo.example/users/bea");
  ben = await known("https://bravo.example/users/ben");
  eve = await known("https://elsewhere.example/users/eve");
  await context.db.insert(follows).values({
    followerId: organization.id,
    followeeId: bea.id,
    iri: "https://alpha.example/ap/activities/follow-bea",
    state: "accepted",
  });
});
afterAll(() => instance.close());
beforeEach(() => {
  instance.jobs.length = 0;
  instance.setTime(null);
});

/** A post that no other test has met. */
function newPost(author: ActorRecord, changes: Partial<RemotePost> = {}): RemotePost {
  number += 1;
  return remotePost(`${new URL(author.iri).origin}/notes/${number}`, author.iri, changes);
}

function store(author: ActorRecord, post: RemotePost, arrival?: Arrival) {
  return context.db.transaction((tx) => storeRemotePost(context, tx, author, post, arrival));
}

function remove(actor: ActorRecord, iri: string) {
  return context.db.transaction((tx) => deleteRemotePost(context, tx, iri, actor));
}

async function row(iri: string) {
  const [found] = await context.db.select().from(posts).where(eq(posts.iri, iri));
  return found;
}

async function postsCount({ id }: ActorRecord): Promise<number> {
  const [found] = await context.db.select().from(actors).where(eq(actors.id, id));
  return found?.postsCount ?? -1;
}

/** A post of our own organization. */
async function ownPost(audience: Audience) {
  number += 1;
  const [own] = await context.db
    .insert(posts)
    .values({
      iri: `https://alpha.example/ap/practices/${number}`,
      url: `https://alpha.example/practices/${number}`,
      authorId: organization.id,
      local: true,
      type: "Article",
      contentHtml: "",
      audience: formatAudience(audience),
      publishedAt: new Date(),
    })
    .returning();
  if (own === undefined) throw new Error("nothing returned");
  return own;
}

/** The actor follows our organization from now on. */
async function acceptFollower(follower: ActorRecord): Promise<void> {
  await context.db
    .insert(follows)
    .values({
      followerId: follower.id,
      followeeId: organization.id,
      iri: `${follower.iri}/follows/1`,
      state: "accepted",
    })
    .onConflictDoNothing();
}

const mention = (href: string) => ({ type: "Mention" as const, name: "@x", href });

describe("what is stored", () => {
  test("a public post of somebody followed from here, whole", async () => {
    const before = await postsCount(bea);
    const post = newPost(bea, {
      type: "Article",
      title: "Handover",
      summary: "In short",
      language: "en",
      context: "https://bravo.example/contexts/1",
      attachments: [
        {
          url: "https://bravo.example/a.png",
          mediaType: "image/png",
          name: "A",
          width: 1,
          height: 2,
          blurhash: null,
        },
      ],
      tags: [{ type: "Hashtag", name: "#handover", href: null }],
      revision: 3,
      practice: {
        kind: "lesson",
        label: "TLP:GREEN",
        topics: ["handover"],
        benefits: ["support"],
        license: "https://creativecommons.org/licenses/by/4.0/",
        credits: [ben.iri],
      },
    });
    expect(await store(bea, post)).toBe("stored");
    const stored = await row(post.iri);
    expect(stored).toMatchObject({
      url: post.url,
      authorId: bea.id,
      local: false,
      type: "Article",
      title: "Handover",
      summary: "In short",
      contentHtml: "<p>hello</p>",
      audience: ["public"],
      label: "TLP:GREEN",
      language: "en",
      contextIri: "https://bravo.example/contexts/1",
      attachments: post.attachments,
      tags: post.tags,
      revision: 3,
      publishedAt: post.publishedAt,
      editedAt: null,
    });
    const [practice] = await context.db
      .select()
      .from(practices)
      .where(eq(practices.postId, stored?.id ?? 0n));
    expect(practice).toMatchObject({
      kind: "lesson",
      topics: ["handover"],
      benefits: ["support"],
      credits: [ben.iri],
    });
    expect(await postsCount(bea)).toBe(before + 1);
  });

  test.each([
    [
      "a stranger's post that mentions one of us",
      () => newPost(eve, { tags: [mention(organization.iri)] }),
      ["public"],
    ],
    [
      "a message to our organization",
      () => newPost(eve, { to: [organization.iri] }),
      ["partner:https://alpha.example/ap/org"],
    ],
    [
      "a followers-only post of somebody followed",
      () => newPost(bea, { to: [`${bea.iri}/followers`] }),
      ["followers"],
    ],
  ])("%s", async (_what, make, audience) => {
    const post = make();
    expect(await store(post.author === bea.iri ? bea : eve, post)).toBe("stored");
    expect((await row(post.iri))?.audience).toEqual(audience);
  });

  test("a stranger's public post that was read on purpose", async () => {
    expect(await store(eve, newPost(eve), { fetched: true })).toBe("stored");
  });

  test("a date in the future is not believed", async () => {
    const now = new Date("2026-05-01T00:00:00Z");
    instance.setTime(now);
    const post = newPost(bea, { publishedAt: new Date("2199-01-01T00:00:00Z") });
    await store(bea, post);
    expect((await row(post.iri))?.publishedAt).toEqual(now);
  });
});

describe("what is not for us", () => {
  test.each([
    ["a stranger's public post", () => newPost(eve), "ignored:unrelated"],
    ["a message to somebody else", () => newPost(eve, { to: [bea.iri] }), "ignored:not-for-us"],
    ["a message to nobody", () => newPost(eve, { to: [] }), "ignored:not-for-us"],
    [
      "a message to an actor that we do not have",
      () => newPost(eve, { to: ["https://alpha.example/ap/actors/zoe"] }),
      "ignored:not-for-us",
    ],
    [
      "a stranger's post to their followers",
      () => newPost(eve, { to: [`${eve.iri}/followers`] }),
      "ignored:not-for-us",
    ],
    [
      "a post to the followers of another",
      () => newPost(eve, { to: [`${bea.iri}/followers`] }),
      "ignored:not-for-us",
    ],
    [
      "a post attributed to another",
      () => newPost(eve, { author: bea.iri }),
      "ignored:not-the-author",
    ],
    [
      "a post on another server",
      () => newPost(eve, { iri: "https://bravo.example/notes/x" }),
      "ignored:not-the-author",
    ],
  ])("%s is ignored", async (_what, make, outcome) => {
    const post = make();
    expect(await store(eve, post)).toBe(outcome);
    expect(await row(post.iri)).toBeUndefined();
  });

  test("anything of a suspended actor is ignored", async () => {
    const post = newPost(bea);
    expect(await store({ ...bea, suspendedAt: new Date() }, post)).toBe("ignored:suspended");
  });
});

describe("edits", () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));

  test("a newer edition replaces the text; an older, equal or undated one changes nothing", async () => {
    const post = newPost(bea);
    await store(bea, post);
    const edition = (contentHtml: string, updatedAt: Date | null) =>
      store(bea, { ...post, contentHtml, updatedAt });
    expect(await edition("two", at(2))).toBe("stored");
    expect(await edition("one", at(1))).toBe("ignored:not-newer");
    expect(await edition("same", at(2))).toBe("ignored:not-newer");
    expect(await edition("undated", null)).toBe("ignored:not-newer");
    expect(await row(post.iri)).toMatchObject({ contentHtml: "two", editedAt: at(2), revision: 2 });
  });

  test("of our kin the revision number decides, whatever the clock says", async () => {
    const post = newPost(bea, { revision: 5, updatedAt: at(5) });
    await store(bea, post);
    expect(await store(bea, { ...post, revision: 4, contentHtml: "old", updatedAt: at(9) })).toBe(
      "ignored:not-newer",
    );
    expect(await store(bea, { ...post, revision: 6, contentHtml: "new", updatedAt: at(1) })).toBe(
      "stored",
    );
    expect(await row(post.iri)).toMatchObject({ contentHtml: "new", revision: 6 });
  });

  test("by another author of the same server change nothing", async () => {
    const post = newPost(bea);
    await store(bea, post);
    const forged = { ...post, author: ben.iri, contentHtml: "forged", updatedAt: at(59) };
    expect(await store(ben, forged)).toBe("ignored:not-the-author");
    expect(await row(post.iri)).toMatchObject({ contentHtml: "<p>hello</p>", authorId: bea.id });
  });

  test("from a clock that runs ahead do not keep later ones out", async () => {
    const post = newPost(bea);
    await store(bea, post);
    instance.setTime(at(10));
    await store(bea, {
      ...post,
      contentHtml: "ahead",
      updatedAt: new Date("2199-01-01T00:00:00Z"),
    });
    instance.setTime(at(30));
    expect(await store(bea, { ...post, contentHtml: "later", updatedAt: at(20) })).toBe("stored");
    expect((await row(post.iri))?.contentHtml).toBe("later");
  });

  test("that narrow the audience take effect, also on the count of replies", async () => {
    const own = await ownPost([{ kind: "public" }]);
    const post = newPost(bea, { inReplyTo: own.iri });
    await store(bea, post);
    expect((await row(own.iri))?.repliesCount).toBe(1);
    await store(bea, { ...post, to: [organization.iri], updatedAt: at(1) });
    expect((await row(post.iri))?.audience).toEqual([`partner:${organization.iri}`]);
    expect((await row(own.iri))?.repliesCount).toBe(0);
  });

  test("second delivery of the same post changes nothing and counts nothing", async () => {
    const post = newPost(bea);
    await store(bea, post);
    const before = await postsCount(bea);
    expect(await store(bea, { ...post, to: [...post.to, organization.iri] })).toBe(
      "ignored:not-newer",
    );
    expect(await postsCount(bea)).toBe(before);
  });

  test("of two deliveries at once one stores, the other finds it", async () => {
    const post = newPost(bea);
    const outcomes = await Promise.all([store(bea, post), store(bea, post), store(bea, post)]);
    expect(outcomes.toSorted()).toEqual(["ignored:not-newer", "ignored:not-newer", "stored"]);
  });
});

describe("deletes", () => {
  test("empty the post for good and take it out of the counts", async () => {
    const own = await ownPost([{ kind: "public" }]);
    const before = await postsCount(bea);
    const post = newPost(bea, {
      inReplyTo: own.iri,
      title: "T",
      summary: "S",
      tags: [mention(ben.iri)],
    });
    await store(bea, post);
    expect(await remove(bea, post.iri)).toBe("stored");
    expect(await row(post.iri)).toMatchObject({
      title: "",
      summary: "",
      contentHtml: "",
      url: post.iri,
      tags: [],
      attachments: [],
      withdrawnAt: expect.any(Date),
    });
    expect(await postsCount(bea)).toBe(before);
    expect((await row(own.iri))?.repliesCount).toBe(0);
    expect(await remove(bea, post.iri)).toBe("ignored:deleted");
    expect(await store(bea, { ...post, updatedAt: new Date() })).toBe("ignored:deleted");
  });

  test("by anybody but the author change nothing", async () => {
    const post = newPost(bea);
    await store(bea, post);
    expect(await remove(ben, post.iri)).toBe("ignored:not-the-author");
    expect(await remove(eve, post.iri)).toBe("ignored:not-the-author");
    expect((await row(post.iri))?.withdrawnAt).toBeNull();
  });

  test("before the post arrived suppress it, if they were its author's", async () => {
    const [early, forged] = [newPost(bea), newPost(bea)];
    await remove(bea, early.iri);
    await remove(ben, forged.iri);
    expect(await store(bea, early)).toBe("ignored:deleted");
    expect(await store(bea, forged)).toBe("stored");
  });

  test("of what is on another server are not even remembered", async () => {
    expect(await remove(eve, "https://bravo.example/notes/unknown")).toBe("ignored:not-the-author");
    const found = await context.db
      .select()
      .from(tombstones)
      .where(eq(tombstones.actorIri, eve.iri));
    expect(found).toEqual([]);
  });

  test("that pass the post on the way end with it deleted, whichever was first", async () => {
    for (let round = 0; round < 20; round += 1) {
      const post = newPost(bea);
      await Promise.all([store(bea, post), remove(bea, post.iri)]);
      const stored = await row(post.iri);
      expect(stored === undefined || stored.withdrawnAt !== null).toBe(true);
    }
  });
});

describe("threads", () => {
  test("a reply to one of our posts is stored, linked and counted, whoever wrote it", async () => {
    const own = await ownPost([{ kind: "public" }]);
    const reply = newPost(eve, { inReplyTo: own.iri });
    expect(await store(eve, reply)).toBe("stored");
    expect(await row(reply.iri)).toMatchObject({ inReplyToId: own.id, inReplyToIri: own.iri });
    expect((await row(own.iri))?.repliesCount).toBe(1);
  });

  test("a private reply is not counted: a number must not tell of what is hidden", async () => {
    const own = await ownPost([{ kind: "public" }]);
    await store(eve, newPost(eve, { inReplyTo: own.iri, to: [organization.iri] }));
    expect((await row(own.iri))?.repliesCount).toBe(0);
  });

  test("an unknown parent is read, and takes its replies when it arrives", async () => {
    const parent = newPost(eve);
    const reply = newPost(bea, { inReplyTo: parent.iri });
    await store(bea, reply);
    expect(instance.jobs).toEqual([{ name: "fetch-post", payload: { iri: parent.iri, depth: 1 } }]);
    remote.posts.set(parent.iri, parent);
    await handleFetchPost(context, { iri: parent.iri, depth: 1 });
    const stored = await row(parent.iri);
    expect((await row(reply.iri))?.inReplyToId).toBe(stored?.id);
    expect(stored?.repliesCount).toBe(1);
  });

  test.each([
    [
      "of a private reply is not read: that would tell of it",
      { to: ["https://alpha.example/ap/org"] },
      "https://elsewhere.example/notes/p",
    ],
    ["that would be ours is not read", {}, "https://alpha.example/ap/practices/none"],
  ])("a parent %s", async (_what, changes, inReplyTo) => {
    expect(await store(bea, newPost(bea, { inReplyTo, ...changes }))).toBe("stored");
    expect(instance.jobs).toEqual([]);
  });

  test("reading stops twenty steps up", async () => {
    const far = newPost(eve, { inReplyTo: "https://elsewhere.example/notes/above" });
    remote.posts.set(far.iri, far);
    await handleFetchPost(context, { iri: far.iri, depth: 20 });
    expect(await row(far.iri)).toBeDefined();
    expect(instance.jobs).toEqual([]);
  });

  test("a post that answers its own reply makes no circle", async () => {
    const one = newPost(bea);
    const two = newPost(bea, { inReplyTo: one.iri });
    await store(bea, two);
    await store(bea, { ...one, inReplyTo: two.iri });
    const [first, second] = [await row(one.iri), await row(two.iri)];
    expect(first?.inReplyToId).toBe(second?.id);
    expect(second?.inReplyToId).toBeNull();
  });
});

describe("inside what we published to few", () => {
  const followersOnly: Audience = [{ kind: "followers" }];

  const ownerOnly = () => [`partner:${organization.iri}`];

  test("somebody whom it is not for cannot answer it", async () => {
    const own = await ownPost(followersOnly);
    const reply = newPost(eve, { inReplyTo: own.iri, to: [organization.iri] });
    expect(await store(eve, reply)).toBe("ignored:not-in-audience");
    expect(await row(reply.iri)).toBeUndefined();
  });

  test("a public reply is kept to its author and the owner", async () => {
    await acceptFollower(bea);
    const own = await ownPost(followersOnly);
    const reply = newPost(bea, { inReplyTo: own.iri, to: [AS_PUBLIC] });
    expect(await store(bea, reply)).toBe("stored");
    expect((await row(reply.iri))?.audience).toEqual(ownerOnly());
    expect((await row(own.iri))?.repliesCount).toBe(0);
  });

  test("a reply to a reply is, too, and an edit does not open it", async () => {
    const own = await ownPost(followersOnly);
    const reply = newPost(bea, { inReplyTo: own.iri });
    await store(bea, reply);
    const below = newPost(bea, { inReplyTo: reply.iri });
    await store(bea, below);
    await store(bea, { ...below, updatedAt: new Date() });
    expect((await row(below.iri))?.audience).toEqual(ownerOnly());
  });

  test("a reply that came before what links it to ours is narrowed afterwards", async () => {
    const own = await ownPost(followersOnly);
    const middle = newPost(bea, { inReplyTo: own.iri });
    const below = newPost(bea, { inReplyTo: middle.iri });
    const lowest = newPost(bea, { inReplyTo: below.iri });
    await store(bea, below);
    await store(bea, lowest);
    expect((await row(lowest.iri))?.audience).toEqual(["public"]);
    await store(bea, middle);
    for (const reply of [middle, below, lowest]) {
      expect((await row(reply.iri))?.audience).toEqual(ownerOnly());
    }
  });

  test("a reply in somebody else's closed thread keeps what its author chose", async () => {
    const theirs = newPost(bea, { to: [`${bea.iri}/followers`] });
    await store(bea, theirs);
    const reply = newPost(bea, { inReplyTo: theirs.iri, to: [organization.iri] });
    await store(bea, reply);
    expect((await row(reply.iri))?.audience).toEqual([`partner:${organization.iri}`]);
  });
});

describe("reading a post on purpose", () => {
  test("one that is gone at its origin is withdrawn here", async () => {
    const post = newPost(bea);
    await store(bea, post);
    remote.failures.set(post.iri, failure("remote_gone"));
    await handleFetchPost(context, { iri: post.iri, depth: 0 });
    expect((await row(post.iri))?.withdrawnAt).toBeInstanceOf(Date);
  });

  test("is tried again when the other server cannot be reached, and given up when it makes no sense", async () => {
    const iri = "https://elsewhere.example/notes/odd";
    remote.failures.set(iri, failure("remote_unreachable"));
    await expect(handleFetchPost(context, { iri, depth: 0 })).rejects.toMatchObject({
      code: "remote_unreachable",
    });
    remote.failures.set(iri, failure("remote_invalid"));
    await handleFetchPost(context, { iri, depth: 0 });
    expect(await row(iri)).toBeUndefined();
  });

  test("a stranger's private post is not kept, even if its server hands it out", async () => {
    const post = newPost(eve, { to: [`${eve.iri}/followers`] });
    remote.posts.set(post.iri, post);
    await handleFetchPost(context, { iri: post.iri, depth: 0 });
    expect(await row(post.iri)).toBeUndefined();
  });
});

test("a note costs three statements, an article four", async () => {
  const statements: string[] = [];
  const client = postgres(instance.database.url, { max: 1, onnotice: () => {} });
  const db = drizzle(client, {
    casing: "snake_case",
    logger: { logQuery: (query) => void statements.push(query) },
  });
  try {
    const count = async (post: RemotePost): Promise<number> => {
      statements.length = 0;
      await db.transaction((tx) => storeRemotePost(context, tx as never, bea, post));
      return statements.length;
    };
    expect(await count(newPost(bea))).toBe(3);
    const practice = {
      kind: "practice" as const,
      label: null,
      topics: [],
      benefits: [],
      license: null,
      credits: [],
    };
    expect(await count(newPost(bea, { type: "Article", practice }))).toBe(4);
  } finally {
    await client.end();
  }
});
