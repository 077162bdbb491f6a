import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The real server in a process of its own, as `npm start` runs it. */
export interface ServerProcess {
  readonly origin: string;
  readonly pid: number;
  /** milliseconds from spawning to the first answer */
  readonly startMs: number;
  /** runs a command of the command line beside it and returns its JSON */
  command(...args: string[]): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

export async function startServerProcess(databaseUrl: string): Promise<ServerProcess> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    DATABASE_URL: databaseUrl,
    PORT: `${port}`,
    PRAXIS_ORIGIN: origin,
    PRAXIS_ALLOW_PRIVATE_NETWORK: "on",
    PRAXIS_RATE_LIMIT: "0",
    PRAXIS_SECRET_KEY: Buffer.alloc(32, 1).toString("base64"),
  };
  const start = performance.now();
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "ignore", "inherit"] });
  const pid = child.pid ?? 0;
  await untilAnswer(`${origin}/healthz`, child);
  const startMs = performance.now() - start;
  return {
    origin,
    pid,
    startMs,
    async command(...args) {
      const cli = spawn(process.execPath, [CLI, ...args, "--json"], {
        env,
        stdio: ["ignore", "pipe", "inherit"],
      });
      let out = "";
      cli.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
      await once(cli, "close");
      return JSON.parse(out);
    },
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}

/** Asks again every few milliseconds until there is an answer. */
export async function untilAnswer(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error("the server ended before it answered");
    const answered = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
