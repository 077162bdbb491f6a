import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type DatabaseHandle } from "../../src/persistence/database.ts";
import { readWithin } from "../../src/persistence/time-limit.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let handle: DatabaseHandle;

beforeAll(async () => {
  database = await createTestDatabase();
  handle = openDatabase(database.url, { max: 1 });
});

afterAll(async () => {
  await handle.close();
  await database.drop();
});

test("a statement that takes longer than it may ends with nothing, and binds no later one", async () => {
  const { db } = handle;
  const slow = await readWithin(db, 50, (tx) => tx.execute(sql`select pg_sleep(20)`));
  expect(slow).toBeUndefined();
  const quick = await readWithin(db, 5_000, (tx) => tx.execute(sql`select 1 as one`));
  expect(quick?.[0]).toEqual({ one: 1 });
  const [row] = await db.execute<{ limit: string }>(
    sql`select current_setting('statement_timeout') as limit`,
  );
  expect(row?.limit).toBe("30s");
});

test("any other failure is thrown", async () => {
  const failing = readWithin(handle.db, 5_000, (tx) => tx.execute(sql`select 1 / 0`));
  await expect(failing).rejects.toThrow();
});
