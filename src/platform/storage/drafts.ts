import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../domain/errors.ts";

const ABANDONED_AFTER_MS = 3_600_000;

/** Work on a file that is not stored yet; all of the folder is gone afterwards. */
export interface Draft {
  /** the path of a file in the draft's own folder */
  readonly path: (name: string) => string;
}

/** Gives `work` a folder of its own below `folder`, and removes it whatever happens. */
export async function withDraft<T>(folder: string, work: (draft: Draft) => Promise<T>): Promise<T> {
  const own = join(folder, randomUUID());
  await mkdir(own, { recursive: true, mode: 0o700 });
  try {
    return await work({ path: (name) => join(own, name) });
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/**
 * Writes `source` to `path` as it comes and returns its length.
 * @throws AppError `media_too_large` as soon as there are more than `maxBytes`
 */
export async function receiveFile(
  path: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<number> {
  let bytes = 0;
  const file = await open(path, "wx", 0o600);
  try {
    for await (const chunk of source) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      await file.writeFile(chunk);
    }
  } finally {
    await file.close();
  }
  return bytes;
}

/** What is at a draft's path, as it is read. */
export function readDraft(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path);
}

/** @returns AppError `media_too_large` */
export function tooLarge(maxBytes: number): AppError {
  const limit = `${maxBytes / 1024 / 1024} MiB`;
  return new AppError("media_too_large", `The file is larger than ${limit}.`, { status: 413 });
}

/** Removes what a process that died left behind. */
export async function removeAbandonedDrafts(folder: string, now: Date): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const age = now.getTime() - ((await stat(path).catch(() => null))?.mtimeMs ?? now.getTime());
    if (age > ABANDONED_AFTER_MS) await rm(path, { recursive: true, force: true });
  }
}
