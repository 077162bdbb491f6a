import { afterAll, beforeAll, expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { openDatabase, type DatabaseHandle } from "../../src/persistence/database.ts";
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

async function prepared(statement: string): Promise<number> {
  const [row] = await handle.sql`
    select count(*)::int as count from pg_prepared_statements where statement = ${statement}`;
  return Number(row?.["count"]);
}

test("a statement is prepared once per connection, outside and inside a transaction", async () => {
  const { db } = handle;
  for (const value of [1, 2]) {
    await db.execute(sql`select ${value}::int as outside`);
    await db.transaction(async (tx) => {
      await tx.execute(sql`select ${value}::int as inside`);
      await tx.transaction((inner) => inner.execute(sql`select ${value}::int as nested`));
    });
  }
  expect(await prepared("select $1::int as outside")).toBe(1);
  expect(await prepared("select $1::int as inside")).toBe(1);
  expect(await prepared("select $1::int as nested")).toBe(1);
});

test("a transaction that throws is still rolled back", async () => {
  const { db } = handle;
  await db.execute(sql`create table probe (value int)`);
  const failing = db.transaction(async (tx) => {
    await tx.execute(sql`insert into probe values (${1})`);
    throw new Error("on purpose");
  });
  await expect(failing).rejects.toThrow("on purpose");
  expect(await db.execute(sql`select * from probe where value = ${1}`)).toHaveLength(0);
});

test("a prepared statement survives a change of what it returns", async () => {
  const { db } = handle;
  await db.execute(sql`create table changing (value int)`);
  const read = () => db.execute(sql`select * from changing where value is distinct from ${1}::int`);
  await read();
  await db.execute(sql`alter table changing add column more text`);
  expect(await read()).toHaveLength(0);
});
