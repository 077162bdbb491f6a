import { sql } from "drizzle-orm";
import { fromDrizzle, PgBoss } from "pg-boss";
import type { Transaction } from "../persistence/database.ts";
import {
  DEAD_LETTERS,
  QUEUES,
  SCHEDULES,
  type JobHandlers,
  type JobName,
  type JobPayloads,
} from "./registry.ts";

/** Puts jobs into the caller's transaction: they exist if, and only if, it commits. */
export interface Jobs {
  enqueue<Name extends JobName>(
    tx: Transaction,
    name: Name,
    payload: JobPayloads[Name],
    options?: { startAfterSeconds?: number; once?: string },
  ): Promise<void>;
}

/** The running engine of one process. */
export interface JobEngine extends Jobs {
  /** starts to work; `onError` hears of jobs that failed */
  work(handlers: JobHandlers): Promise<void>;
  /** finishes the jobs in hand, for at most `timeoutMs` */
  stop(timeoutMs?: number): Promise<void>;
}

/** So many jobs of one queue are in hand at once in each process, unless the queue says otherwise. */
const WORKERS = 3;

/** A job whose worker was killed is noticed after this, and then tried again; pg-boss takes no less. */
const NOTICED_AFTER_SECONDS = 10;

const QUEUE_NAMES = Object.keys(QUEUES) as JobName[];

/** Makes or updates pg-boss's own tables and our queues. Call under the migration lock. */
export async function migrateJobs(databaseUrl: string): Promise<void> {
  const boss = createBoss(databaseUrl, { migrate: true, max: 1 });
  try {
    await boss.start();
    const existing = new Set((await boss.getQueues()).map((queue) => queue.name));
    if (!existing.has(DEAD_LETTERS)) await boss.createQueue(DEAD_LETTERS);
    for (const name of QUEUE_NAMES) {
      const { batchSize: _, workers: __, ...settings } = QUEUES[name];
      const options = {
        ...settings,
        retryBackoff: true,
        heartbeatSeconds: NOTICED_AFTER_SECONDS,
        deadLetter: DEAD_LETTERS,
        notify: true,
        retentionSeconds: 14 * 86_400,
        deleteAfterSeconds: 3600,
      };
      if (existing.has(name)) await boss.updateQueue(name, options);
      else await boss.createQueue(name, options);
    }
  } finally {
    await boss.stop({ graceful: false });
  }
}

/**
 * Connects to the job tables. A process that only enqueues (`web`, the command line) costs one
 * connection and no timers; `work` turns the supervisor, the schedules and the listener on.
 */
export async function startJobs(
  databaseUrl: string,
  options: { works: boolean; onError: (error: unknown) => void },
): Promise<JobEngine> {
  const boss = createBoss(databaseUrl, { migrate: false, max: options.works ? 4 : 1, ...options });
  boss.on("error", options.onError);
  await boss.start();
  return {
    async enqueue(tx, name, payload, { startAfterSeconds, once } = {}) {
      await boss.send(name, payload, {
        db: fromDrizzle(tx, sql),
        ...(startAfterSeconds === undefined ? {} : { startAfter: startAfterSeconds }),
        ...(once === undefined ? {} : { singletonKey: once, singletonSeconds: 60 }),
      });
    },
    async work(handlers) {
      for (const name of QUEUE_NAMES) {
        // What a queue carries was typed when it was enqueued under the same name.
        const handler = (payload: object) => handlers[name](payload as never);
        await workQueue(boss, name, handler, options.onError);
      }
      for (const [name, cron] of Object.entries(SCHEDULES)) await boss.schedule(name, cron);
    },
    async stop(timeoutMs = 25_000) {
      await boss.stop({ graceful: true, timeout: timeoutMs });
    },
  };
}

function createBoss(
  databaseUrl: string,
  options: { migrate: boolean; max: number; works?: boolean },
): PgBoss {
  const works = options.works ?? false;
  return new PgBoss({
    connectionString: databaseUrl,
    application_name: "praxis jobs",
    max: options.max,
    migrate: options.migrate,
    createSchema: options.migrate,
    supervise: works,
    schedule: works,
    useListenNotify: works,
    superviseIntervalSeconds: NOTICED_AFTER_SECONDS,
    monitorIntervalSeconds: NOTICED_AFTER_SECONDS,
  });
}

async function workQueue(
  boss: PgBoss,
  name: JobName,
  handler: (payload: object) => Promise<void>,
  onError: (error: unknown) => void,
): Promise<void> {
  await boss.work<object>(
    name,
    {
      // A full batch is followed by the next at once; a single job would wait for the next look.
      batchSize: QUEUES[name].batchSize ?? 1,
      burstWhenBatchFull: true,
      localConcurrency: QUEUES[name].workers ?? WORKERS,
      // New jobs wake us; those of a killed worker come back without a word.
      pollingIntervalSeconds: 5,
      notifyPollingIntervalSeconds: NOTICED_AFTER_SECONDS,
    },
    async (jobs) => {
      for (const job of jobs) {
        try {
          await handler(job.data);
        } catch (error) {
          onError(error);
          throw error;
        }
      }
    },
  );
}
