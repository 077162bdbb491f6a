import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { FileStore } from "./file-store.ts";

/** A UUID, with a name for what was made of it. No path can be written with it. */
const KEY = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.[a-z]{1,20})?$/;

/**
 * Files below one folder, in 256 folders by their key's random end. A file appears whole, and on the
 * disk, or not at all: it is written under another name, flushed, and renamed.
 */
export function createDiskStore(folder: string): FileStore {
  function pathOf(key: string): string {
    if (!KEY.test(key)) throw new TypeError(`Not a key of the file store: ${key}`);
    return join(folder, key.slice(34, 36), key);
  }

  return {
    async put(key, source) {
      const path = pathOf(key);
      const parent = dirname(path);
      await mkdir(parent, { recursive: true, mode: 0o700 });
      const draft = `${path}.${randomUUID()}.part`;
      try {
        const stored = await write(draft, source);
        await rename(draft, path);
        await flushFolder(parent);
        return stored;
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async size(key) {
      const found = await stat(pathOf(key)).catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
      return found?.size ?? null;
    },
    read(key, range) {
      const stream = createReadStream(pathOf(key), range);
      return Readable.toWeb(stream);
    },
    async remove(key) {
      await rm(pathOf(key), { force: true });
    },
  };
}

async function write(path: string, source: AsyncIterable<Uint8Array>) {
  const hash = createHash("sha256");
  let bytes = 0;
  const file = await open(path, "wx", 0o600);
  try {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      await file.writeFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Without this, a rename may be lost in a power failure although the file is not. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
