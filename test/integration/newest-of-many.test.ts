import { and, asc, desc, eq, gt, inArray, lt, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  newestOfMany,
  placedAt,
  postLine,
  type IdRange,
} from "../../src/persistence/repositories/newest-of-many.ts";
import { bigints } from "../../src/persistence/repositories/set-parameters.ts";
import { actors, posts } from "../../src/persistence/schema/index.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { addRemoteActor, addRemotePost } from "../support/web-world.ts";

let instance: TestInstance;
const authors: ActorRecord[] = [];
const all: bigint[] = [];

beforeAll(async () => {
  instance = await createTestInstance();
  const { context } = instance;
  for (const handle of ["busy", "quiet", "silent", "stranger"]) {
    authors.push(await addRemoteActor(context, handle));
  }
  const [busy, quiet, , stranger] = authors as [ActorRecord, ActorRecord, ActorRecord, ActorRecord];
  // One who wrote everything lately, one who wrote before and after, one whom nobody asks for.
  const writers = [
    quiet,
    quiet,
    stranger,
    ...Array.from({ length: 30 }, () => busy),
    quiet,
    stranger,
  ];
  for (const [index, author] of writers.entries()) {
    const changes = index % 5 === 4 ? { audience: [] } : {};
    all.push(await addRemotePost(context, author, changes));
  }
});

afterAll(() => instance.close());

const owners = () => authors.slice(0, 3).map(({ id }) => id);
const isPublic = sql`${posts.audience} @> '{public}' and ${actors.goneAt} is null`;

async function newest(range: IdRange): Promise<bigint[]> {
  const from = sql`select id from actors where id = any(${bigints(owners())})`;
  const rows = await instance.context.db.execute<{ id: string }>(
    sql`select id from ${newestOfMany(from, postLine(isPublic), range)} as found`,
  );
  return rows.map((row) => BigInt(row.id)).slice(0, range.limit);
}

/** The same in the plainest way. */
async function expected({ before, after, upwards, limit }: IdRange): Promise<bigint[]> {
  const rows = await instance.context.db
    .select({ id: posts.id })
    .from(posts)
    .where(
      and(
        inArray(posts.authorId, owners()),
        sql`${posts.audience} @> '{public}'`,
        typeof before === "bigint" ? lt(posts.id, before) : undefined,
        typeof after === "bigint" ? gt(posts.id, after) : undefined,
      ),
    )
    .orderBy(upwards ? asc(posts.id) : desc(posts.id))
    .limit(limit);
  return rows.map((row) => row.id);
}

describe("the newest of many authors", () => {
  test("is what a plain query finds, whatever the range and its direction", async () => {
    const bounds = [null, all[0], all[1], all[2], all[12], all[32], all[33], all[34]];
    const seen = new Set<string>();
    for (const before of bounds) {
      for (const after of bounds) {
        for (const upwards of [true, false]) {
          for (const limit of [1, 2, 20, 40]) {
            const range = { before: before ?? null, after: after ?? null, upwards, limit };
            const wanted = await expected(range);
            expect(await newest(range)).toEqual(wanted);
            seen.add(wanted.join());
          }
        }
      }
    }
    expect(seen.size).toBeGreaterThan(30);
  });

  test("is nothing where nobody is asked for", async () => {
    const none = sql`select id from actors where false`;
    const range = { before: null, after: null, upwards: false, limit: 20 };
    const rows = await instance.context.db.execute(
      sql`select id from ${newestOfMany(none, postLine(undefined), range)} as found`,
    );
    expect(rows).toHaveLength(0);
  });
});

test("what turns up at a place comes in order, even where the place has a quote in its name", async () => {
  const { context } = instance;
  const author = await addRemoteActor(context, "fan");
  const place = "person:https://alpha.example/o'neill";
  const audience = [{ kind: "person" as const, actor: "https://alpha.example/o'neill" }];
  const older = await addRemotePost(context, author, { audience });
  const newer = await addRemotePost(context, author, { audience });
  const ids = async (range: IdRange) => {
    const rows = await context.db.execute<{ id: string }>(
      sql`select id from ${placedAt(place, eq(posts.authorId, author.id), range)} as found`,
    );
    return rows.map((row) => BigInt(row.id));
  };
  const range = { before: null, after: null, upwards: false, limit: 20 };
  expect(await ids(range)).toEqual([newer, older]);
  expect(await ids({ ...range, upwards: true })).toEqual([older, newer]);
  expect(await ids({ ...range, before: newer })).toEqual([older]);
  expect(await ids({ ...range, after: older })).toEqual([newer]);
});
