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
  /** make a large image anew that was uploaded; `key` is that of the upload */
  "process-image": { key: string };
  /** empty what came from a former partner; `organization` is an IRI */
  "discard-copies": { organization: string };
  /** wake a client for a notification */
  "send-push": { notificationId: string; subscriptionId: string };
  /** end the partnerships whose end date has come */
  "end-partnerships": Record<string, never>;
  /** read the consent that a post from elsewhere names for what it quotes */
  "verify-quote": { postId: string; stamp: string };
  /** tell how a poll of ours stands to those who have it */
  "tell-poll": { postId: string };
  /** close the polls whose time has come */
  "end-polls": Record<string, never>;
  /** look whether the pages that a profile of ours links to link back */
  "verify-links": { actorId: string };
  /** publish the posts whose planned time has come */
  "publish-scheduled": Record<string, never>;
  /** remove what has outlived its use */
  "clean-up": Record<string, never>;
}

export type JobName = keyof JobPayloads;

/** How a queue behaves. Times are seconds. */
interface QueueSettings {
  readonly retryLimit: number;
  readonly retryDelay: number;
  readonly expireInSeconds: number;
  /** how many jobs a worker takes at once; one that fails takes the others of its batch with it */
  readonly batchSize?: number;
  /** how many jobs, or batches of them, each process has in hand at once */
  readonly workers?: number;
}

export const QUEUES: Readonly<Record<JobName, QueueSettings>> = {
  // A recall enqueues one for each practice, in one transaction.
  // Each new one wakes all who wait, and one who looks in vain costs as much as the work does.
  "fan-out": { retryLimit: 20, retryDelay: 2, expireInSeconds: 900, batchSize: 4, workers: 1 },
  "refresh-actor": { retryLimit: 4, retryDelay: 60, expireInSeconds: 60 },
  "fetch-post": { retryLimit: 4, retryDelay: 60, expireInSeconds: 120 },
  "fetch-boosted": { retryLimit: 4, retryDelay: 60, expireInSeconds: 120 },
  "remove-files": { retryLimit: 20, retryDelay: 30, expireInSeconds: 300 },
  "process-image": { retryLimit: 10, retryDelay: 2, expireInSeconds: 120 },
  "discard-copies": { retryLimit: 20, retryDelay: 5, expireInSeconds: 900 },
  "send-push": { retryLimit: 6, retryDelay: 20, expireInSeconds: 60 },
  "end-partnerships": { retryLimit: 1, retryDelay: 5, expireInSeconds: 300 },
  "verify-quote": { retryLimit: 4, retryDelay: 60, expireInSeconds: 120 },
  "tell-poll": { retryLimit: 4, retryDelay: 10, expireInSeconds: 60 },
  "end-polls": { retryLimit: 1, retryDelay: 5, expireInSeconds: 300 },
  "verify-links": { retryLimit: 2, retryDelay: 120, expireInSeconds: 300 },
  "publish-scheduled": { retryLimit: 3, retryDelay: 10, expireInSeconds: 300 },
  "clean-up": { retryLimit: 1, retryDelay: 60, expireInSeconds: 900 },
};

export const DEAD_LETTERS = "dead-letters";

/** Cron lines of the jobs that run by themselves. */
export const SCHEDULES: Readonly<Partial<Record<JobName, string>>> = {
  "end-partnerships": "* * * * *",
  "end-polls": "* * * * *",
  "publish-scheduled": "* * * * *",
  "clean-up": "17 * * * *",
};

/** One handler per job; a handler that throws is retried with backoff. */
export type JobHandlers = {
  readonly [Name in JobName]: (payload: JobPayloads[Name]) => Promise<void>;
};
