import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { acquireEmbeddedPostgres } from "../../src/platform/postgres/embedded.ts";

/** A durable embedded PostgreSQL for one run of the benchmarks. */
export interface BenchDatabase {
  /** a fresh, empty database of that name */
  create(name: string): Promise<string>;
  /** the postmaster, whose descendants are all backends */
  readonly pid: number;
  close(): Promise<void>;
}

export async function openBenchDatabase(): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "praxis-bench-"));
  const embedded = await acquireEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const pidFile = await readFile(join(folder, "postgres", "cluster", "postmaster.pid"), "utf8");
  return {
    pid: Number(pidFile.split("\n")[0]),
    async create(name) {
      const sql = postgres(embedded.url, { max: 1, onnotice: () => {} });
      await sql.unsafe(`create database ${name}`);
      await sql.end();
      const url = new URL(embedded.url);
      url.pathname = `/${name}`;
      return url.href;
    },
    async close() {
      await embedded.release();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
