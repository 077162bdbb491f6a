import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import type { TestProject } from "vitest/node";
import { migrateJobs } from "../../src/jobs/engine.ts";
import { migrateDatabase } from "../../src/persistence/migrate.ts";
import { acquireEmbeddedPostgres } from "../../src/platform/postgres/embedded.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** URL of the server's maintenance database */
    databaseServer: string;
    /** name of the migrated database that test databases are copied from */
    templateDatabase: string;
  }
}

/**
 * One PostgreSQL for the whole run: `DATABASE_URL` when it is set, else an embedded one in a
 * temporary folder. The schema is built once, in a template that every test database copies.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  const template = `praxis_test_${process.pid}`;
  const sql = postgres(server.url, { max: 1, onnotice: () => {} });
  await sql.unsafe(`create database ${template}`);
  const url = new URL(server.url);
  url.pathname = `/${template}`;
  await migrateDatabase(url.href);
  await migrateJobs(url.href);
  project.provide("databaseServer", server.url);
  project.provide("templateDatabase", template);
  return async () => {
    await sql.unsafe(`drop database if exists ${template} with (force)`);
    await sql.end();
    await server.stop();
  };
}

async function startServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const outside = process.env["DATABASE_URL"];
  if (outside) return { url: outside, stop: async () => {} };
  const folder = await mkdtemp(join(tmpdir(), "praxis-test-"));
  const embedded = await acquireEmbeddedPostgres({
    dataDir: join(folder, "postgres"),
    durable: false,
  });
  return {
    url: embedded.url,
    async stop() {
      await embedded.release();
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
