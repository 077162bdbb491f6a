import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Transaction } from "../../src/persistence/database.ts";
import { actors, posts, practices } from "../../src/persistence/schema/index.ts";
import {
  readPosts,
  readPostsByIds,
  selectPostVersions,
  type PostVersion,
} from "../../src/services/post-reading.ts";
import type { ActorRecord, PostRecord } from "../../src/services/records.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { addRemoteActor, addRemotePost } from "../support/web-world.ts";

let instance: TestInstance;
let author: ActorRecord;
let id: bigint;

beforeAll(async () => {
  instance = await createTestInstance();
  author = await addRemoteActor(instance.context, "bravo");
});

afterAll(() => instance.close());

beforeEach(async () => {
  id = await addRemotePost(instance.context, author, { title: "Handover", contentHtml: "first" });
});

async function version(db = instance.context.db): Promise<PostVersion> {
  const [row] = await selectPostVersions(db).where(eq(posts.id, id));
  if (row === undefined) throw new Error("the post is gone");
  return row;
}

async function read(): Promise<PostRecord> {
  const [record] = await readPosts(instance.context, [await version()]);
  if (record === undefined) throw new Error("the post was not read");
  return record;
}

/** Writes the post's body in a transaction, or in one that is open. */
function write(contentHtml: string, db: Transaction | TestInstance["context"]["db"]) {
  return db.update(posts).set({ contentHtml }).where(eq(posts.id, id));
}

describe("a list of posts", () => {
  test("gives the same object as long as nothing has changed", async () => {
    const record = await read();
    expect(record.contentHtml).toBe("first");
    expect(record.authorActor.iri).toBe(author.iri);
    expect(await read()).toBe(record);
  });

  test("keeps the order of its rows and leaves out what is gone by now", async () => {
    const { context } = instance;
    const other = await addRemotePost(context, author);
    const rows = await selectPostVersions(context.db).where(sql`${posts.id} in (${id}, ${other})`);
    await context.db.delete(posts).where(eq(posts.id, other));
    const sorted = rows.toSorted((left, right) => Number(right.id - left.id));
    expect((await readPosts(context, sorted)).map((post) => post.id)).toEqual([id]);
    const third = await addRemotePost(context, author);
    const records = await readPostsByIds(context, [third, 1n, id]);
    expect(records.map((post) => post.id)).toEqual([third, id]);
  });

  test("sees an edit of the post, of its practice part and of its author at once", async () => {
    const { db } = instance.context;
    await read();
    await write("second", db);
    expect((await read()).contentHtml).toBe("second");

    await db.insert(practices).values({ postId: id, kind: "practice" });
    expect((await read()).practice?.kind).toBe("practice");
    await db
      .update(practices)
      .set({ topics: ["safety"] })
      .where(eq(practices.postId, id));
    expect((await read()).practice?.topics).toEqual(["safety"]);
    await db.delete(practices).where(eq(practices.postId, id));
    expect((await read()).practice).toBeNull();

    await db.update(actors).set({ suspendedAt: new Date() }).where(eq(actors.id, author.id));
    expect((await read()).withdrawn).toBe(true);
    await db.update(actors).set({ suspendedAt: null }).where(eq(actors.id, author.id));
    expect((await read()).withdrawn).toBe(false);
  });

  test("does not read the post again when a counter of its author changes", async () => {
    const { context } = instance;
    await read();
    const { post } = context.memory.posts.posts.get(id) ?? {};
    await context.db.update(actors).set({ postsCount: 7 }).where(eq(actors.id, author.id));
    expect((await read()).authorActor.postsCount).toBe(7);
    expect(context.memory.posts.posts.get(id)?.post).toBe(post);
  });

  test("shows nothing of a transaction that is open, and all of it once it is committed", async () => {
    const { db } = instance.context;
    await read();
    await db.transaction(async (tx) => {
      await write("second", tx);
      const inside = await selectPostVersions(tx).where(eq(posts.id, id));
      expect((await readPosts(instance.context, inside))[0]?.contentHtml).toBe("first");
      expect((await read()).contentHtml).toBe("first");
      await write("third", tx);
    });
    expect((await read()).contentHtml).toBe("third");
  });

  test("keeps nothing of what was rolled back, whole or to a savepoint", async () => {
    const { db } = instance.context;
    const before = await read();
    const failing = db.transaction(async (tx) => {
      await write("second", tx);
      throw new Error("on purpose");
    });
    await expect(failing).rejects.toThrow("on purpose");
    expect(await read()).toBe(before);
    await db.transaction(async (tx) => {
      await write("second", tx);
      const nested = tx.transaction(async (inner) => {
        await write("third", inner);
        throw new Error("on purpose");
      });
      await expect(nested).rejects.toThrow("on purpose");
    });
    expect((await read()).contentHtml).toBe("second");
  });
});

describe("a row version", () => {
  test("never comes back with another content, whatever rewrites the table", async () => {
    const { context } = instance;
    const { db } = context;
    const contents = new Map<string, string>();
    const note = async () => {
      const row = await version();
      const [stored] = await db.select().from(posts).where(eq(posts.id, id));
      const known = contents.get(row.version);
      if (known !== undefined) expect(stored?.contentHtml).toBe(known);
      contents.set(row.version, stored?.contentHtml ?? "");
      expect((await read()).contentHtml).toBe(stored?.contentHtml);
    };
    let count = 0;
    const next = () => `content ${(count += 1)}`;
    for (let round = 0; round < 12; round += 1) {
      await write(next(), db);
      await note();
      await db.transaction(async (tx) => {
        await write(next(), tx);
        await tx.transaction((inner) => write(next(), inner));
        await write(next(), tx);
      });
      await note();
      // An indexed column forbids a HOT update.
      await db.update(posts).set({ url: next(), contentHtml: next() }).where(eq(posts.id, id));
      await note();
      await db.execute(sql.raw("vacuum posts"));
      await note();
      if (round % 4 === 3) await db.execute(sql.raw("vacuum (full, freeze) posts"));
      await note();
    }
    expect(new Set(contents.values()).size).toBe(36);
  });
});
