import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { builtProgram } from "./built.ts";
import { eventually, keeperPid, serverPid } from "./database-processes.ts";

/** How long the demo may take on a machine where other tests run. */
const PATIENCE_MS = 150_000;

export interface DemoProcess {
  /** what it has said so far */
  said(): string;
  /** resolves with the exit status */
  readonly ended: Promise<number | null>;
  /** waits until it has said this */
  says(text: string): Promise<void>;
  signal(signal: "SIGINT" | "SIGTERM"): void;
  /** it, its servers and their databases */
  processes(): Promise<number[]>;
}

/** Starts `npm run demo` without npm. */
export async function startDemo(folder: string, ports: readonly number[]): Promise<DemoProcess> {
  let said = "";
  const child = spawn(process.execPath, [await builtProgram("demo/main")], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      PRAXIS_DEMO_DATA: folder,
      PRAXIS_DEMO_PORTS: ports.join(","),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  let over = false;
  const ended = once(child, "close").then(([code]) => {
    over = true;
    return code as number | null;
  });
  return {
    said: () => said,
    ended,
    says: async (text) => {
      await eventually(
        `the demo says "${text}"`,
        () => {
          if (said.includes(text)) return true;
          if (over) throw new Error(`The demo ended without saying "${text}":\n${said}`);
          return false;
        },
        PATIENCE_MS,
      ).catch((cause: unknown) => {
        throw new Error(`The demo has said so far:\n${said}`, { cause });
      });
    },
    signal: (signal) => void child.kill(signal),
    async processes() {
      const databases = await Promise.all(
        ["alpha", "bravo", "charlie"]
          .map((name) => join(folder, name, "postgres"))
          .flatMap((dataDir) => [keeperPid(dataDir), serverPid(dataDir)]),
      );
      const pid = child.pid ?? 0;
      return [pid, ...childrenOf(pid), ...databases.filter((each) => each !== undefined)];
    },
  };
}

function childrenOf(pid: number): number[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid="]).toString().trim().split("\n");
  const pairs = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return pairs.flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}

/** Runs the command line for one organization of a running demo; returns its JSON answer. */
export async function demoCommand<Answer>(
  site: { folder: string; handle: string; port: number },
  args: readonly string[],
): Promise<Answer> {
  const program = await builtProgram("cli/main");
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args, "--json"], {
    env: {
      PATH: process.env["PATH"],
      PRAXIS_DATA: join(site.folder, site.handle),
      PRAXIS_ORIGIN: `http://${site.handle}.localhost:${site.port}`,
      PRAXIS_ALLOW_PRIVATE_NETWORK: "on",
    },
  });
  return JSON.parse(stdout) as Answer;
}

/** Ports that nobody listens on at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports;
}
