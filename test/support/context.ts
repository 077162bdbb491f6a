import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/config/config.ts";
import { uuidV7 } from "../../src/domain/ids.ts";
import { localIris } from "../../src/domain/iris.ts";
import type { FollowPolicy } from "../../src/domain/follow.ts";
import { createWire } from "../../src/federation/outbound/wire.ts";
import { createFileReader } from "../../src/federation/remote/files.ts";
import { withoutRefused } from "../../src/federation/remote/refused-origins.ts";
import { createRemote } from "../../src/federation/remote/remote.ts";
import type { JobHandlers, JobName, JobPayloads } from "../../src/jobs/registry.ts";
import { createHttpClient } from "../../src/platform/http/client.ts";
import { createDiskStore } from "../../src/platform/storage/disk-store.ts";
import type { Context } from "../../src/services/context.ts";
import { signingKey } from "../../src/services/keys.ts";
import type { Member } from "../../src/services/members.ts";
import { Memory } from "../../src/services/memory.ts";
import { getOrganization, requireOrganization } from "../../src/services/organization.ts";
import { requireOpenOrigin } from "../../src/services/origin-rules.ts";
import { setUp } from "../../src/services/setup.ts";
import type { ActorRecord } from "../../src/services/records.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** A job that a service put into its transaction. */
export type RecordedJob = {
  [Name in JobName]: { readonly name: Name; readonly payload: JobPayloads[Name] };
}[JobName];

/** Another server that is answered for in this process. */
export interface Peer {
  readonly origin: string;
  fetch(request: Request): Promise<Response> | Response;
}

/** An organization that is set up, with its services but without a server or a worker. */
export interface TestInstance {
  readonly context: Context;
  readonly database: TestDatabase;
  readonly organization: ActorRecord;
  readonly admin: Member;
  /** what was enqueued and has not been run; also by transactions that were rolled back */
  readonly jobs: RecordedJob[];
  /** runs what is enqueued, and what that enqueues, with those handlers; other jobs stay */
  runJobs(handlers: Partial<JobHandlers>): Promise<void>;
  /** moves the instance's clock */
  setTime(now: Date | null): void;
  close(): Promise<void>;
}

export interface TestInstanceOptions {
  readonly origin?: string;
  readonly followers?: FollowPolicy;
  readonly peers?: readonly Peer[];
  /** requests that the Mastodon API takes from one client; without it, any number */
  readonly rateLimit?: number;
}

/** Sets an organization up on a database of its own; peers are reached in this process. */
export async function createTestInstance({
  origin = "https://alpha.example",
  followers = "open",
  peers = [],
  rateLimit = 0,
}: TestInstanceOptions = {}): Promise<TestInstance> {
  const database = await createTestDatabase();
  const config = readConfig({
    PRAXIS_ORIGIN: origin,
    PRAXIS_RATE_LIMIT: String(rateLimit),
    ...(origin.startsWith("http:") ? { PRAXIS_ALLOW_PRIVATE_NETWORK: "on" } : {}),
  });
  const hosts = new Map(peers.map((peer) => [new URL(peer.origin).host, peer]));
  const http = createHttpClient({
    allowPrivateNetwork: config.allowPrivateNetwork,
    userAgent: "Praxis (test)",
    route: (host) => {
      const peer = hosts.get(host);
      return peer === undefined ? undefined : (request) => peer.fetch(request);
    },
  });
  const jobs: RecordedJob[] = [];
  let clock: Date | null = null;
  const signer = async () => {
    const organization = await getOrganization(context);
    return organization === null ? null : signingKey(context, organization.instanceActor.id);
  };
  const reading = withoutRefused(http, (url) => requireOpenOrigin(context, url));
  const mediaFolder = join(tmpdir(), `praxis-media-${randomBytes(8).toString("hex")}`);
  const context: Context = {
    config,
    iris: localIris(config.origin),
    db: database.db,
    facts: database.db,
    jobs: {
      enqueue: (_tx, name, payload) => {
        jobs.push({ name, payload } as RecordedJob);
        return Promise.resolve();
      },
    },
    remote: createRemote({
      http: reading,
      origin: config.origin,
      allowPrivateNetwork: config.allowPrivateNetwork,
      signer,
    }),
    wire: createWire(),
    media: {
      store: createDiskStore(mediaFolder),
      drafts: join(mediaFolder, "drafts"),
      openRemote: createFileReader({ http: reading, signer }),
    },
    secretKey: randomBytes(32),
    memory: new Memory(),
    now: () => clock ?? new Date(),
    newKey: () => uuidV7(Date.now(), randomBytes(10)),
  };
  const admin = await setUp(
    context,
    {
      name: "Alpha Power",
      handle: "alpha",
      admin: "ana",
      email: "ana@alpha.example",
      password: "correct horse battery",
      followers,
    },
    null,
  );
  const { actor: organization } = await requireOrganization(context);
  return {
    context,
    database,
    organization,
    admin,
    jobs,
    async runJobs(handlers) {
      for (let found = take(jobs, handlers); found !== null; found = take(jobs, handlers)) {
        await found();
      }
    },
    setTime: (now) => {
      clock = now;
    },
    async close() {
      await http.close();
      await database.drop();
      await rm(mediaFolder, { recursive: true, force: true });
    },
  };
}

/** Takes the first job that there is a handler for out of the list. */
function take(jobs: RecordedJob[], handlers: Partial<JobHandlers>): (() => Promise<void>) | null {
  const index = jobs.findIndex((job) => handlers[job.name] !== undefined);
  const [job] = index < 0 ? [] : jobs.splice(index, 1);
  if (job === undefined) return null;
  const handler = handlers[job.name] as (payload: RecordedJob["payload"]) => Promise<void>;
  return () => handler(job.payload);
}
