import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { hasCode } from "./failures.ts";
import { isPostgresOf } from "./process-identity.ts";

/**
 * Stops a server of `cluster` that lost its keeper (kill -9), and removes the pid file of one that is gone.
 * postgres itself trusts that file too much: it refuses to start while any process of its account has the number.
 * To be called by the holder of the folder's lock.
 */
export async function stopLeftover(cluster: string, log: (line: string) => void): Promise<void> {
  const file = join(cluster, "postmaster.pid");
  const pid = await readPid(file);
  if (pid === undefined) return;
  if (isPostgresOf(pid, cluster)) {
    log(`Stopping a PostgreSQL that lost its keeper (process ${pid})`);
    await stopProcess(pid, cluster);
  }
  await rm(file, { force: true });
}

async function readPid(file: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(file, "utf8"), 10);
    // A file cut short by a full disk names nobody, and nobody holds it.
    return pid > 1 ? pid : 0;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function stopProcess(pid: number, cluster: string): Promise<void> {
  const steps = [
    ["SIGINT", 60_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const;
  for (const [signal, patience] of steps) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (hasCode(error, "ESRCH")) return;
      throw error;
    }
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (!isPostgresOf(pid, cluster)) return;
      await delay(20);
    }
  }
}
