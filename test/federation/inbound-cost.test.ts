import { afterAll, beforeAll, expect, test } from "vitest";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { createInbox } from "../../src/federation/inbound/inbox.ts";
import * as schema from "../../src/persistence/schema/index.ts";
import { createWorld, type World } from "../support/inbound-world.ts";

let world: World;
let sql: postgres.Sql;
const statements: string[] = [];

beforeAll(async () => {
  world = await createWorld();
  sql = postgres(world.database.url, {
    max: 1,
    debug: (_connection, query) => statements.push(query),
  });
});

afterAll(async () => {
  await sql.end();
  await world.close();
});

test("a note by a known actor costs at most eight statements and nothing is asked of its server", async () => {
  await world.followFromHere(world.bea);
  const db = drizzle(sql, { schema, casing: "snake_case" });
  const inbox = createInbox({ ...world.context, db });
  const deliver = async (name: string) => {
    const create = world.activity(world.bea, "Create", world.bravo.note(world.bea, name));
    const request = world.bravo.delivery("https://alpha.example", world.bea, create);
    expect((await inbox(request, null)).status).toBe(202);
    expect(await world.outcome(create)).toBe("stored");
  };
  await deliver("first");
  const asked = world.bravo.asked.length;
  statements.length = 0;
  await deliver("second");
  expect(world.bravo.asked.slice(asked)).toEqual([]);
  expect(statements.length).toBeLessThanOrEqual(8);
  expect(statements[0]?.trim()).toBe("begin");
});
