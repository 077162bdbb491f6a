import type { ServerType } from "@hono/node-server";
import type { Config } from "./config/config.ts";
import { openInstance, type Instance, type InstanceOptions } from "./instance.ts";
import { listenForChanges } from "./persistence/changes.ts";
import { listenForEvents } from "./persistence/events.ts";
import { closeServer, createServer, listen, type WebServer } from "./server.ts";
import { startWorker, type Worker } from "./worker.ts";

/** SIGTERM drains within 30 s: this much for requests in hand, the rest for jobs. */
const DRAIN_REQUESTS_MS = 10_000;
const DRAIN_JOBS_MS = 15_000;

/** A running instance, in the role that its configuration gives it. */
export interface Running {
  readonly instance: Instance;
  /** null in the role `worker` */
  readonly web: WebServer | null;
  /** the port that it listens on; null when it does not listen */
  readonly port: number | null;
  /** finishes what is in hand and gives everything back */
  stop(): Promise<void>;
}

/**
 * Opens the instance, starts its worker and its web server. With `listens: false` the web app
 * is there but no port is opened (tests hand it requests themselves).
 */
export async function run(
  config: Config,
  options: Omit<InstanceOptions, "works"> & { listens?: boolean } = {},
): Promise<Running> {
  const works = config.role !== "web";
  const instance = await openInstance(config, { ...options, works });
  try {
    const worker = works ? await startWorker(instance) : null;
    const web = config.role === "worker" ? null : createServer(instance);
    const stopListening = await followChanges(instance, web, worker);
    const stopTelling = web === null ? null : await followEvents(instance, web);
    const listening =
      web === null || options.listens === false ? null : await listen(web, config.listen);
    const stop = () =>
      shutDown({
        instance,
        web,
        worker,
        stopListening: async () => {
          await stopTelling?.();
          await stopListening();
        },
        server: listening?.server ?? null,
      });
    return { instance, web, port: listening?.port ?? null, stop };
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
      if (change === "partners") {
        context.memory.partners = null;
        context.memory.origins = null;
      }
      if (change === "organization") {
        context.memory.forget();
        web?.documents.clear();
      }
      if (change.startsWith("document:")) {
        const iri = change.slice("document:".length);
        // WebFinger answers hang on actors and are kept under other keys.
        const isPost = [context.iris.practice(""), context.iris.post("")].some((start) =>
          iri.startsWith(start),
        );
        if (isPost) web?.documents.forget(iri);
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

/** Tells clients with open streams what happened in any process. */
function followEvents(
  { database }: Instance,
  { streams }: WebServer,
): Promise<() => Promise<void>> {
  return listenForEvents(
    database.sql,
    (event) => streams.tell(event),
    () => streams.reset(),
  );
}

async function shutDown(parts: {
  instance: Instance;
  web: WebServer | null;
  server: ServerType | null;
  worker: Worker | null;
  stopListening: () => Promise<void>;
}): Promise<void> {
  parts.web?.streams.stop();
  await Promise.all([
    parts.server === null ? null : closeServer(parts.server, DRAIN_REQUESTS_MS),
    parts.worker?.stop(DRAIN_JOBS_MS),
  ]);
  await parts.stopListening();
  await parts.instance.close();
}
