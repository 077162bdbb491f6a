import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { blocks, hiddenHosts, mutes } from "../../src/persistence/schema/index.ts";
import { hiddenAuthors, notHiddenFrom, whoHides } from "../../src/services/hiding.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { createTestInstance, type TestInstance } from "../support/context.ts";
import { addRemoteActor } from "../support/web-world.ts";

let instance: TestInstance;
let author: ActorRecord;
let other: ActorRecord;
let me: ActorRecord;

beforeAll(async () => {
  instance = await createTestInstance();
  author = await addRemoteActor(instance.context, "bravo");
  other = await addRemoteActor(instance.context, "charlie");
  me = instance.admin.actor;
});

afterAll(() => instance.close());

beforeEach(async () => {
  for (const table of [mutes, blocks, hiddenHosts]) await instance.context.db.delete(table);
  instance.setTime(null);
});

async function seen(what: "posts" | "notifications"): Promise<Set<bigint>> {
  const { context } = instance;
  const shown = notHiddenFrom(context, { actor: me }, { id: sql`a.id`, host: sql`a.host` }, what);
  const rows = await context.db.execute<{ id: string }>(
    sql`select a.id::text as id from actors a where ${shown}`,
  );
  return new Set(rows.map(({ id }) => BigInt(id)));
}

async function mute(values: { expiresAt?: Date; notifications?: boolean } = {}): Promise<void> {
  await instance.context.db.insert(mutes).values({ muterId: me.id, mutedId: author.id, ...values });
}

test("somebody with whom there is nothing is not hidden", async () => {
  expect(await seen("posts")).toContain(author.id);
  expect(await hiddenAuthors(instance.context, me.id, [author.id])).toEqual(new Set());
  expect(await whoHides(instance.context, author, [me.id])).toEqual(new Set());
});

test.each<[string, () => Promise<unknown>]>([
  ["muted", () => mute()],
  [
    "blocked",
    () => instance.context.db.insert(blocks).values({ blockerId: me.id, blockedId: author.id }),
  ],
  [
    "blocking",
    () => instance.context.db.insert(blocks).values({ blockerId: author.id, blockedId: me.id }),
  ],
  [
    "on a hidden host",
    () => instance.context.db.insert(hiddenHosts).values({ actorId: me.id, host: author.host }),
  ],
])("an author who is %s is hidden, and nobody else", async (_, act) => {
  await act();
  for (const what of ["posts", "notifications"] as const) {
    const shown = await seen(what);
    expect(shown).not.toContain(author.id);
    expect(shown).toContain(other.id);
    const hidden = await hiddenAuthors(instance.context, me.id, [author.id, other.id], what);
    expect(hidden).toEqual(new Set([author.id]));
    const hiding = await whoHides(instance.context, author, [me.id, other.id], what);
    expect(hiding).toEqual(new Set([me.id]));
  }
});

test("a mute may leave notifications through", async () => {
  await mute({ notifications: false });
  expect(await seen("posts")).not.toContain(author.id);
  expect(await seen("notifications")).toContain(author.id);
  expect(await whoHides(instance.context, author, [me.id], "notifications")).toEqual(new Set());
});

test("a mute ends at its time", async () => {
  await mute({ expiresAt: new Date("2030-01-01T00:00:00Z") });
  expect(await seen("posts")).not.toContain(author.id);
  instance.setTime(new Date("2030-01-01T00:00:01Z"));
  expect(await seen("posts")).toContain(author.id);
});

test("what one hides concerns nobody else", async () => {
  await mute();
  const organization = instance.organization.id;
  expect(await hiddenAuthors(instance.context, organization, [author.id])).toEqual(new Set());
});
