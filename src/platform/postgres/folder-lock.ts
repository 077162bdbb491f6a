import { link, readFile, readdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hasCode } from "./failures.ts";
import { processIdentity } from "./process-identity.ts";

/**
 * One process at a time may hold a folder; the lock of a process that died is free at once, also after kill -9.
 *
 * The lock is the file `lock.<n>` with the highest n, and it is held while the process named inside runs.
 * Taking over means creating `lock.<n+1>` (link() lets only one win). The highest file is never deleted, and
 * whoever created a file looks again whether it is the highest: so two processes that both find a dead
 * holder can never both win, which deleting a stale lock file could not promise.
 */
const lockName = /^lock\.(\d+)$/;

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.map((name) => Number(lockName.exec(name)?.[1] ?? 0)).filter((n) => n > 0);
}

async function holderRuns(folder: string, generation: number): Promise<boolean> {
  try {
    const holder = await readFile(join(folder, `lock.${generation}`), "utf8");
    return processIdentity(Number.parseInt(holder, 10)) === holder;
  } catch (error) {
    // A file that vanished was deleted by the holder of a higher one.
    if (hasCode(error, "ENOENT")) return true;
    throw error;
  }
}

async function tryLock(folder: string, identity: string): Promise<boolean> {
  const highest = Math.max(0, ...(await generations(folder)));
  if (highest > 0 && (await holderRuns(folder, highest))) return false;
  const mine = highest + 1;
  const draft = join(folder, `lock.draft-${process.pid}`);
  await writeFile(draft, identity, { mode: 0o644 });
  try {
    await link(draft, join(folder, `lock.${mine}`));
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await unlink(draft);
  }
  const all = await generations(folder);
  if (Math.max(...all) !== mine) return false;
  const older = all.filter((n) => n < mine);
  await Promise.all(older.map((n) => unlink(join(folder, `lock.${n}`)).catch(() => undefined)));
  return true;
}

/**
 * Takes the lock of `folder` for the rest of this process's life.
 * Waits for its holder to end; resolves to false as soon as `giveUp` says that waiting has no purpose.
 */
export async function lockFolder(folder: string, giveUp: () => Promise<boolean>): Promise<boolean> {
  const identity = processIdentity(process.pid);
  if (identity === undefined) throw new Error("cannot read this process's start time");
  while (!(await tryLock(folder, identity))) {
    if (await giveUp()) return false;
    await delay(40);
  }
  return true;
}
