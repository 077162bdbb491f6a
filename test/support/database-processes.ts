import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";

/** Asks again and again until `check` gives something; fails with `what` after `patience` milliseconds. */
export async function eventually<T>(
  what: string,
  check: () => Promise<T | undefined | false> | T | undefined | false,
  patience = 15_000,
): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`It did not happen within ${patience} ms: ${what}`);
    await delay(15);
  }
}

export function isRunning(pid: number): boolean {
  const state = processField(pid, "state=");
  return state !== "" && !state.startsWith("Z");
}

export function userOf(pid: number): number {
  return Number(processField(pid, "uid="));
}

function processField(pid: number, field: string): string {
  try {
    return execFileSync("ps", ["-o", field, "-p", String(pid)])
      .toString()
      .trim();
  } catch {
    return "";
  }
}

export async function keeperPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, "keeper.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { keeper } = JSON.parse(text) as { keeper: string };
  return Number.parseInt(keeper, 10);
}

export async function serverPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(join(dataDir, "cluster/postmaster.pid"), "utf8").catch(
    () => undefined,
  );
  return text === undefined ? undefined : Number.parseInt(text, 10);
}

/** The shell that stops the server when the keeper dies. */
export function guardPid(server: number): number | undefined {
  const lines = execFileSync("ps", ["-A", "-o", "pid=", "-o", "args="]).toString().split("\n");
  const line = lines.find((each) => each.endsWith(` praxis-postgres-guard ${server}`));
  return line === undefined ? undefined : Number.parseInt(line, 10);
}

export async function unfinishedClusters(dataDir: string): Promise<string[]> {
  const names = await readdir(dataDir).catch(() => []);
  return names.filter((name) => name.startsWith("setup-"));
}

export interface Holder {
  readonly child: ChildProcess;
  /** Every event it has told so far. */
  readonly events: Record<string, string>[];
  /** The first event that carries this field. */
  told(field: "url" | "code" | "log"): Promise<Record<string, string>>;
  leave(): Promise<void>;
  kill(): Promise<void>;
}

export interface HolderOptions {
  readonly checkout?: string;
  readonly node?: string;
  readonly uid?: number | undefined;
}

/** Starts a process that acquires the embedded database in `dataDir` (see database-holder.ts). */
export function startHolder(dataDir: string, options: HolderOptions = {}): Holder {
  const { checkout = join(import.meta.dirname, "../.."), node = process.execPath, uid } = options;
  const program = join(checkout, "test/support/database-holder.ts");
  const events: Record<string, string>[] = [];
  const child = spawn(node, [program, dataDir], {
    cwd: "/",
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "pipe", "inherit"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const closed = once(child, "close");
  createInterface({ input: child.stdout }).on("line", (line) => {
    events.push(JSON.parse(line) as Record<string, string>);
  });
  return {
    child,
    events,
    told: (field) =>
      eventually(`the holder tells its ${field}`, () => events.find((event) => field in event)),
    async leave() {
      child.stdin.write("leave\n");
      await closed;
    },
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}
