import type { ServerType } from "@hono/node-server";
import { configFromEnvironment } from "./config/environment.ts";
import type { Config } from "./config/config.ts";
import { AppError } from "./domain/errors.ts";
import { openInstance, type Instance } from "./instance.ts";
import { listenForChanges } from "./persistence/changes.ts";
import { logger, startLogging, stopLogging } from "./platform/logging.ts";
import { closeServer, createServer, listen, type WebServer } from "./server.ts";
import { createSetupLink } from "./services/setup.ts";
import { startWorker, type Worker } from "./worker.ts";

/** SIGTERM drains within 30 s: this much for requests in hand, the rest for jobs. */
const DRAIN_REQUESTS_MS = 10_000;
const DRAIN_JOBS_MS = 15_000;

/** Starts this process in its role, and stops it cleanly on SIGTERM and SIGINT. */
export async function start(): Promise<void> {
  try {
    const config = configFromEnvironment();
    await startLogging(config.logLevel);
    const running = await startInRole(config);
    stopOnSignals(running);
  } catch (error) {
    const safe = error instanceof AppError ? error.safe : describe(error);
    process.stderr.write(`Praxis cannot start. ${safe}\n`);
    process.exitCode = 1;
    // Whatever was opened before the failure must not keep the process alive.
    setImmediate(() => process.exit());
  }
}

interface Running {
  readonly instance: Instance;
  readonly server: ServerType | null;
  readonly worker: Worker | null;
  readonly stopListening: () => Promise<void>;
}

async function startInRole(config: Config): Promise<Running> {
  const log = logger("start");
  for (const warning of config.warnings) log.warning(warning);
  const works = config.role !== "web";
  const instance = await openInstance(config, { works });
  try {
    const worker = works ? await startWorker(instance) : null;
    const web = config.role === "worker" ? null : createServer(instance);
    const stopListening = await followChanges(instance, web, worker);
    const listening = web === null ? null : await listen(web.app, config.listen);
    await greet(instance, listening?.port ?? null);
    return { instance, server: listening?.server ?? null, worker, stopListening };
  } catch (error) {
    await instance.close();
    throw error;
  }
}

/** Keeps this process's memory true to what any process changes. */
function followChanges(
  { context, database }: Instance,
  web: WebServer | null,
  worker: Worker | null,
): Promise<() => Promise<void>> {
  return listenForChanges(
    database.sql,
    (change) => {
      if (change === "deliveries") worker?.wake();
      if (change === "organization") {
        context.memory.forget();
        web?.documents.clear();
      }
      if (change.startsWith("document:")) {
        const iri = change.slice("document:".length);
        // WebFinger answers hang on actors and are kept under other keys.
        if (iri.startsWith(context.iris.practice(""))) web?.documents.forget(iri);
        else {
          web?.documents.clear();
          context.memory.forget();
        }
      }
    },
    () => {
      context.memory.forget();
      web?.documents.clear();
      worker?.wake();
    },
  );
}

async function greet({ context }: Instance, port: number | null): Promise<void> {
  const { origin, role } = context.config;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  if (port === null) return say(`Praxis works for ${origin} (role ${role}).`);
  say(`Praxis is at ${origin} (listening on port ${port}).`);
  const link = await createSetupLink(context);
  if (link !== null) {
    say(`Not set up yet. Open this link once, within a day, to create the first administrator:`);
    say(`  ${link}`);
  }
}

function stopOnSignals(running: Running): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    logger("start").info("{signal}: finishing what is in hand", { signal });
    shutDown(running).then(
      () => process.exit(0),
      (error: unknown) => {
        logger("start").error("the shutdown failed: {error}", { error });
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

async function shutDown({ instance, server, worker, stopListening }: Running): Promise<void> {
  await Promise.all([
    server === null ? null : closeServer(server, DRAIN_REQUESTS_MS),
    worker?.stop(DRAIN_JOBS_MS),
  ]);
  await stopListening();
  await instance.close();
  await stopLogging();
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  const port = "port" in error ? ` ${String(error.port)}` : "";
  if (code === "EADDRINUSE") {
    return `The port${port} is in use already. Stop what uses it, or set PORT to another one.`;
  }
  if (code === "EACCES") {
    return `The port${port} may not be opened by this user. Set PORT to one above 1023.`;
  }
  return error.stack ?? error.message;
}
