import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach } from "vitest";
import {
  acquireEmbeddedPostgres,
  type EmbeddedPostgres,
} from "../../src/platform/postgres/embedded.ts";
import {
  eventually,
  guardPid,
  isRunning,
  keeperPid,
  serverPid,
  startHolder,
  type Holder,
  type HolderOptions,
} from "./database-processes.ts";

export interface DatabaseFolder {
  /** A temporary folder that only we may enter (mode 700); when we are root, the database account may not. */
  readonly home: () => string;
  /** The database's folder below it; not there yet. */
  readonly dataDir: () => string;
  readonly acquire: () => Promise<EmbeddedPostgres>;
  /** Acquires it in a process of its own. */
  readonly hold: (options?: HolderOptions) => Holder;
  readonly processes: () => Promise<{ keeper: number; server: number; guard: number }>;
}

/** Gives each test of the file an empty folder, and ends everything that still runs there afterwards. */
export function useDatabaseFolder(): DatabaseFolder {
  let home = "";
  let held: EmbeddedPostgres[] = [];
  let holders: Holder[] = [];
  const dataDir = () => join(home, "data/postgres");

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "praxis-postgres-"));
    held = [];
    holders = [];
  });

  afterEach(async () => {
    for (const database of held) await database.release();
    for (const holder of holders) await holder.kill();
    const pids = [await keeperPid(dataDir()), await serverPid(dataDir())];
    for (const pid of pids) if (pid !== undefined) await gone("the database", pid);
    await rm(home, { recursive: true, force: true });
  });

  return {
    home: () => home,
    dataDir,
    async acquire() {
      const database = await acquireEmbeddedPostgres({ dataDir: dataDir(), durable: false });
      held.push(database);
      return database;
    },
    hold(options) {
      const holder = startHolder(dataDir(), options);
      holders.push(holder);
      return holder;
    },
    processes: () =>
      eventually("keeper, server and guard run", async () => {
        const [keeper, server] = await Promise.all([keeperPid(dataDir()), serverPid(dataDir())]);
        if (keeper === undefined || server === undefined) return undefined;
        const guard = guardPid(server);
        return guard === undefined ? undefined : { keeper, server, guard };
      }),
  };
}

export async function gone(what: string, pid: number): Promise<void> {
  await eventually(`${what} ends`, () => !isRunning(pid));
}

export async function query(url: string, text: string): Promise<unknown[]> {
  const sql = postgres(url, { max: 1, connect_timeout: 2, onnotice: () => undefined });
  try {
    return [...(await sql.unsafe(text))];
  } finally {
    await sql.end();
  }
}

/** Commits what read() finds. */
export const write = (url: string) => query(url, "CREATE TABLE kept AS SELECT 42 AS answer");
export const read = (url: string) => query(url, "SELECT answer FROM kept");
export const kept = [{ answer: 42 }];
