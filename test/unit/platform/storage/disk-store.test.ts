import { mkdtemp, readdir, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDiskStore } from "../../../../src/platform/storage/disk-store.ts";
import {
  receiveFile,
  removeAbandonedDrafts,
  withDraft,
} from "../../../../src/platform/storage/drafts.ts";

const KEY = "01900000-0000-7000-8000-0000000000ab";
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "praxis-store-"));
});
afterAll(() => rm(folder, { recursive: true }));

// An array of pieces would be read without waiting; a stream is read as it comes.
async function* pieces(...texts: string[]) {
  for (const text of texts) {
    await Promise.resolve();
    yield Buffer.from(text);
  }
}

test("a file is stored whole, for this account alone, and read in parts", async () => {
  const store = createDiskStore(join(folder, "store"));
  const stored = await store.put(KEY, pieces("hello ", "world"));
  expect(stored).toEqual({
    bytes: 11,
    sha256: "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
  });
  const path = join(folder, "store", "ab", KEY);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await store.size(KEY)).toBe(11);
  expect(await new Response(store.read(KEY)).text()).toBe("hello world");
  expect(await new Response(store.read(KEY, { start: 6, end: 8 })).text()).toBe("wor");
  await store.remove(KEY);
  await store.remove(KEY);
  expect(await store.size(KEY)).toBeNull();
});

test("a source that breaks off leaves nothing behind", async () => {
  const store = createDiskStore(join(folder, "broken"));
  async function* broken() {
    yield* pieces("half");
    throw new Error("the connection is gone");
  }
  await expect(store.put(KEY, broken())).rejects.toThrow("the connection is gone");
  expect(await readdir(join(folder, "broken", "ab"))).toEqual([]);
});

test.each(["../../etc/passwd", "", `${KEY}/..`, `${KEY}.THUMB`, KEY.toUpperCase()])(
  "%j is not a key",
  (key) => {
    const store = createDiskStore(folder);
    expect(() => store.read(key)).toThrow(TypeError);
  },
);

test("a draft is gone afterwards, and is broken off when it grows too long", async () => {
  const drafts = join(folder, "drafts");
  const over = withDraft(drafts, ({ path }) =>
    receiveFile(path("file"), pieces("a".repeat(600), "b".repeat(600)), 1024),
  );
  await expect(over).rejects.toMatchObject({ code: "media_too_large", status: 413 });
  expect(await readdir(drafts)).toEqual([]);
});

test("drafts of a process that died go after an hour", async () => {
  const drafts = join(folder, "abandoned");
  const left = await withDraft(drafts, async () => {
    const { mkdir } = await import("node:fs/promises");
    await mkdir(join(drafts, "left"));
    return join(drafts, "left");
  });
  await removeAbandonedDrafts(drafts, new Date());
  expect(await readdir(drafts)).toEqual(["left"]);
  const before = new Date(Date.now() - 2 * 3_600_000);
  await utimes(left, before, before);
  await removeAbandonedDrafts(drafts, new Date());
  expect(await readdir(drafts)).toEqual([]);
});
