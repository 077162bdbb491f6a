/** Every job by name, with what it carries. Ids travel as decimal strings. */
export interface JobPayloads {
  /** expand the recipients of a stored activity into delivery rows */
  "fan-out": { activityId: string };
  /** read (again) a remote actor */
  "refresh-actor": { iri: string };
  /** read a remote post that something refers to; `depth` counts the steps up a thread */
  "fetch-post": { iri: string; depth: number };
  /** read a remote post that somebody whom we follow boosted, then store the boost */
  "fetch-boosted": { iri: string; actorIri: string; postIri: string };
  /** remove files that no post has any more from the store; `keys` are those of media */
  "remove-files": { keys: string[] };
  /** remove what has outlived its use */
  "clean-up": Record<string, never>;
}

export type JobName = keyof JobPayloads;

/** How each queue behaves. Times are seconds. */
export const QUEUES: Readonly<
  Record<JobName, { retryLimit: number; retryDelay: number; expireInSeconds: number }>
> = {
  "fan-out": { retryLimit: 20, retryDelay: 2, expireInSeconds: 900 },
  "refresh-actor": { retryLimit: 4, retryDelay: 60, expireInSeconds: 60 },
  "fetch-post": { retryLimit: 4, retryDelay: 60, expireInSeconds: 120 },
  "fetch-boosted": { retryLimit: 4, retryDelay: 60, expireInSeconds: 120 },
  "remove-files": { retryLimit: 20, retryDelay: 30, expireInSeconds: 300 },
  "clean-up": { retryLimit: 1, retryDelay: 60, expireInSeconds: 900 },
};

export const DEAD_LETTERS = "dead-letters";

/** Cron lines of the jobs that run by themselves. */
export const SCHEDULES: Readonly<Partial<Record<JobName, string>>> = { "clean-up": "17 * * * *" };

/** One handler per job; a handler that throws is retried with backoff. */
export type JobHandlers = {
  readonly [Name in JobName]: (payload: JobPayloads[Name]) => Promise<void>;
};
