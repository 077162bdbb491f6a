import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/config/config.ts";
import type { FollowPolicy } from "../../src/domain/follow.ts";
import { createHttpClient } from "../../src/platform/http/client.ts";
import { run, type Running } from "../../src/run.ts";
import type { Context } from "../../src/services/context.ts";
import { getMember, type Member } from "../../src/services/members.ts";
import { setUp } from "../../src/services/setup.ts";
import { createToken } from "../../src/services/tokens.ts";
import { createTestDatabase } from "./database.ts";

/** A whole instance that runs in this process: worker, web app, real keys and signatures. */
export interface NetworkInstance {
  readonly origin: string;
  /** handle with host, `@alpha@alpha.test` */
  readonly handle: string;
  readonly context: Context;
  readonly running: Running;
  readonly admin: Member;
  /** asks the instance as anybody on the internet would */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** asks for a document as another server would, unsigned */
  document(path: string): Promise<ApiAnswer>;
  /** asks our REST API as the admin (`as: organization` where wanted) and returns status and JSON */
  api(
    method: string,
    path: string,
    body?: unknown,
    as?: "member" | "organization",
  ): Promise<ApiAnswer>;
}

export interface ApiAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  readonly json: any;
}

/** Several instances whose requests to each other are routed by host, without sockets. */
export interface Network {
  add(name: string, options?: { followers?: FollowPolicy }): Promise<NetworkInstance>;
  /** takes a host off the network, or puts it back: requests to it then fail */
  setDown(instance: NetworkInstance, down: boolean): void;
  /** every request from one host to another, as `https://alpha.test POST https://bravo.test/ap/inbox` */
  readonly requests: string[];
  /** a server of other people's make */
  join(peer: { readonly origin: string; fetch(request: Request): Promise<Response> }): void;
  close(): Promise<void>;
}

export function createNetwork(): Network {
  const instances = new Map<string, NetworkInstance>();
  const down = new Set<string>();
  const closers: (() => Promise<void>)[] = [];
  const requests: string[] = [];
  const peers = new Map<string, (request: Request) => Promise<Response>>();

  function clientFor(origin: string) {
    return createHttpClient({
      allowPrivateNetwork: false,
      userAgent: `Praxis (test of ${origin})`,
      route: (host) => (request) => {
        requests.push(`${origin} ${request.method} ${request.url}`);
        const peer = peers.get(host);
        if (peer !== undefined) return peer(request);
        const instance = instances.get(host);
        if (instance === undefined || down.has(host)) throw new Error(`${host} is down`);
        const app = instance.running.web?.app;
        if (app === undefined) throw new Error(`${host} has no web app`);
        return app.fetch(request);
      },
    });
  }

  return {
    requests,
    join(peer) {
      peers.set(new URL(peer.origin).host, (request) => peer.fetch(request));
    },
    async add(name, { followers = "open" } = {}) {
      const origin = `https://${name}.test`;
      const database = await createTestDatabase();
      const dataDir = await mkdtemp(join(tmpdir(), `praxis-${name}-`));
      const config = readConfig({
        PRAXIS_DATA: dataDir,
        PRAXIS_ORIGIN: origin,
        PRAXIS_RATE_LIMIT: "0",
        DATABASE_URL: database.url,
        PRAXIS_SECRET_KEY: randomBytes(32).toString("base64"),
      });
      const running = await run(config, {
        http: clientFor(origin),
        listens: false,
        connections: 6,
      });
      closers.push(async () => {
        await running.stop();
        await database.drop();
        await rm(dataDir, { recursive: true, force: true });
      });
      const { context } = running.instance;
      const input = {
        name: `${name} organization`,
        handle: name,
        admin: "ana",
        email: `ana@${name}.test`,
        password: "a long enough password",
        followers,
      };
      await setUp(context, input, null);
      const admin = await getMember(context, "ana");
      const tokens = {
        member: await createToken(context, admin, { as: "member", scopes: ["read", "write"] }),
        organization: await createToken(context, admin, {
          as: "organization",
          scopes: ["read", "write"],
        }),
      };
      const app = running.web?.app;
      if (app === undefined) throw new Error("the instance has no web app");
      const instance: NetworkInstance = {
        origin,
        handle: `@${name}@${name}.test`,
        context,
        running,
        admin,
        fetch: async (path, init) => app.fetch(new Request(`${origin}${path}`, init)),
        async document(path) {
          const headers = { Accept: "application/activity+json" };
          const answer = await app.fetch(new Request(`${origin}${path}`, { headers }));
          const text = await answer.text();
          return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
        },
        async api(method, path, body, as = "member") {
          const answer = await app.fetch(
            new Request(`${origin}/api/praxis/v1${path}`, {
              method,
              headers: {
                Authorization: `Bearer ${tokens[as]}`,
                ...(body === undefined ? {} : { "Content-Type": "application/json" }),
              },
              ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            }),
          );
          const text = await answer.text();
          return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
        },
      };
      instances.set(new URL(origin).host, instance);
      return instance;
    },
    setDown(instance, isDown) {
      const { host } = new URL(instance.origin);
      if (isDown) down.add(host);
      else down.delete(host);
    },
    async close() {
      await Promise.all(closers.map((close) => close()));
    },
  };
}
