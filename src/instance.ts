import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import type { Config } from "./config/config.ts";
import { uuidV7 } from "./domain/ids.ts";
import { localIris } from "./domain/iris.ts";
import { createWire } from "./federation/outbound/wire.ts";
import { createFileReader } from "./federation/remote/files.ts";
import { withoutRefused } from "./federation/remote/refused-origins.ts";
import { createRemote } from "./federation/remote/remote.ts";
import { SOFTWARE } from "./services/software.ts";
import { migrateJobs, startJobs, type JobEngine } from "./jobs/engine.ts";
import { openDatabase, type DatabaseHandle } from "./persistence/database.ts";
import { migrateDatabase } from "./persistence/migrate.ts";
import { createHttpClient, type HttpClient } from "./platform/http/client.ts";
import { logger } from "./platform/logging.ts";
import { acquireEmbeddedPostgres } from "./platform/postgres/embedded.ts";
import { createDiskStore } from "./platform/storage/disk-store.ts";
import { loadSecretFile } from "./platform/secret-file.ts";
import type { Context } from "./services/context.ts";
import { signingKey } from "./services/keys.ts";
import { Memory } from "./services/memory.ts";
import { requireOpenOrigin } from "./services/origin-rules.ts";
import { getOrganization } from "./services/organization.ts";
import { checkOrigin } from "./services/setup.ts";

/** An open instance: its context and what it holds open. */
export interface Instance {
  readonly context: Context;
  readonly database: DatabaseHandle;
  readonly jobs: JobEngine;
  readonly http: HttpClient;
  /** gives everything back; the embedded database stops when nobody else uses it */
  close(): Promise<void>;
}

export interface InstanceOptions {
  /** whether this process works jobs off, or only enqueues them */
  readonly works: boolean;
  /** the way out to other hosts; tests bring their own */
  readonly http?: HttpClient;
  readonly now?: () => Date;
  /** largest number of database connections */
  readonly connections?: number;
}

/**
 * Opens the database (and migrates it), the keys and the way out, and ties them into a context.
 * @throws AppError with a plain sentence for whatever is in the way
 */
export async function openInstance(config: Config, options: InstanceOptions): Promise<Instance> {
  const log = logger("instance");
  const dataDir = resolve(config.dataDir);
  const secretKey = config.secretKey ?? (await loadSecretFile(dataDir));
  const embedded =
    config.databaseUrl === null
      ? await acquireEmbeddedPostgres({
          dataDir: join(dataDir, "postgres"),
          onLog: (line) => log.debug("postgres: {line}", { line }),
        })
      : null;
  const url = config.databaseUrl ?? embedded?.url ?? "";
  const closers: (() => Promise<unknown>)[] = embedded === null ? [] : [() => embedded.release()];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    await migrateDatabase(url);
    await migrateJobs(url);
    const database = openDatabase(url, { max: options.connections ?? 10 });
    closers.push(() => database.close());
    const facts = openDatabase(url, { max: 1 });
    closers.push(() => facts.close());
    const jobs = await startJobs(url, {
      works: options.works,
      onError: (error) => log.error("a job failed: {error}", { error }),
    });
    closers.push(() => jobs.stop());
    const http =
      options.http ??
      createHttpClient({
        allowPrivateNetwork: config.allowPrivateNetwork,
        userAgent: `Praxis/${SOFTWARE.version} (+${config.origin}/)`,
      });
    closers.push(() => http.close());
    const context = createContext(config, { secretKey, database, facts, jobs, http, ...options });
    await checkOrigin(context);
    return { context, database, jobs, http, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function createContext(
  config: Config,
  parts: {
    secretKey: Uint8Array;
    database: DatabaseHandle;
    facts: DatabaseHandle;
    jobs: JobEngine;
    http: HttpClient;
    now?: () => Date;
  },
): Context {
  const signer = async () => {
    const organization = await getOrganization(context);
    return organization === null ? null : signingKey(context, organization.instanceActor.id);
  };
  const http = withoutRefused(parts.http, (url) => requireOpenOrigin(context, url));
  const mediaFolder = join(resolve(config.dataDir), "media");
  const context: Context = {
    config,
    iris: localIris(config.origin),
    db: parts.database.db,
    facts: parts.facts.db,
    jobs: parts.jobs,
    remote: createRemote({
      http,
      origin: config.origin,
      allowPrivateNetwork: config.allowPrivateNetwork,
      signer,
    }),
    wire: createWire(),
    media: {
      store: createDiskStore(mediaFolder),
      drafts: join(mediaFolder, "drafts"),
      openRemote: createFileReader({ http, signer }),
    },
    secretKey: parts.secretKey,
    memory: new Memory(),
    now: parts.now ?? (() => new Date()),
    newKey: () => uuidV7(Date.now(), randomBytes(10)),
  };
  return context;
}
