import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { builtProgram } from "./built.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { eventually } from "./database-processes.ts";
import type { ApiAnswer } from "./network.ts";

/** A real server in a process of its own, on a real port and a database of its own. */
export interface InstanceProcess {
  readonly origin: string;
  readonly handle: string;
  readonly database: TestDatabase;
  /** of the server as it runs now */
  pid(): number;
  /** what it has written to its log and to standard output */
  output(): string;
  /** runs `praxis … --json` beside it; rejects with what it said when it fails */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they expect of the JSON
  command(...args: string[]): Promise<any>;
  /** asks our REST API with a token that `command` made */
  api(token: string | null, method: string, path: string, body?: unknown): Promise<ApiAnswer>;
  /** ends it without warning */
  kill(): Promise<void>;
  /** asks it to end; resolves with the exit status */
  terminate(): Promise<number | null>;
  start(): Promise<void>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** The secret key of the instance of that name. */
export function secretKeyOf(name: string): Uint8Array {
  return Buffer.alloc(32, name);
}

/**
 * Starts an instance and sets it up with the administrator `ana`; followers are accepted at once.
 * `environment` changes its configuration.
 */
export async function startInstance(
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<InstanceProcess> {
  const [port, database, main, cli, dataDir] = await Promise.all([
    freePort(),
    createTestDatabase(),
    builtProgram("main"),
    builtProgram("cli/main"),
    mkdtemp(join(tmpdir(), `praxis-${name}-`)),
  ]);
  const origin = `http://127.0.0.1:${port}`;
  const env = {
    PATH: process.env["PATH"],
    DATABASE_URL: database.url,
    PORT: `${port}`,
    PRAXIS_ORIGIN: origin,
    PRAXIS_RATE_LIMIT: "0",
    PRAXIS_ALLOW_PRIVATE_NETWORK: "on",
    PRAXIS_SECRET_KEY: Buffer.from(secretKeyOf(name)).toString("base64"),
    PRAXIS_DATA: dataDir,
    ...environment,
  };
  let output = "";
  let child = spawnServer();
  let ended = once(child, "exit");

  function spawnServer() {
    const spawned = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [spawned.stdout, spawned.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    return spawned;
  }

  async function ready(): Promise<void> {
    await eventually(
      `${name} is ready`,
      async () => {
        if (child.exitCode !== null) throw new Error(`${name} ended:\n${output}`);
        return fetch(`${origin}/readyz`).then(
          (answer) => answer.ok,
          () => false,
        );
      },
      60_000,
    );
  }

  const instance: InstanceProcess = {
    origin,
    handle: `@${name}@127.0.0.1:${port}`,
    database,
    pid: () => child.pid ?? 0,
    output: () => output,
    async command(...args) {
      const { stdout } = await promisify(execFile)(process.execPath, [cli, ...args, "--json"], {
        env,
      });
      return JSON.parse(stdout);
    },
    async api(token, method, path, body) {
      const answer = await fetch(`${origin}/api/praxis/v1${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      return { status: answer.status, json: text === "" ? null : JSON.parse(text) };
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async terminate() {
      child.kill("SIGTERM");
      await ended;
      return child.exitCode;
    },
    async start() {
      child = spawnServer();
      ended = once(child, "exit");
      await ready();
    },
    async close() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await ended;
      }
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await ready();
  await instance.command(
    "setup",
    `--name=${name} organization`,
    `--handle=${name}`,
    "--admin=ana",
    `--email=ana@${name}.example`,
    "--password=a long enough password",
    "--followers=open",
  );
  return instance;
}
