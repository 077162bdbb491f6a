import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { Account } from "./account.ts";
import type { ClusterContext } from "./cluster.ts";
import { explainOutput } from "./failures.ts";
import { startProgram, withFolder } from "./program.ts";
import { serverSettings } from "./settings.ts";

export interface RunningServer {
  /** Resolves when the server ends, to what ended it ("signal SIGKILL", "exit code 1"). */
  readonly ended: Promise<string>;
  /** Ends all sessions, writes everything to disk and resolves when the server is gone. */
  stop(): Promise<void>;
}

/** The port belongs to somebody else. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
}

/** How long the processes of a server that was killed may take to notice it and end. */
const dyingMs = 10_000;

/** Starts postgres and resolves when it answers. Throws PortTakenError, or an AppError that says what postgres said. */
export async function startServer(context: ClusterContext, port: number): Promise<RunningServer> {
  const deadline = Date.now() + dyingMs;
  for (;;) {
    const server = await launch(context, port);
    if (typeof server !== "string") return server;
    if (/could not bind IPv4 address|could not create any TCP\/IP sockets/.test(server))
      throw new PortTakenError();
    const othersAreDying = /is still in use|lock file "postmaster.pid" already exists/.test(server);
    if (!othersAreDying || Date.now() > deadline) throw explainOutput(server, context.folder);
    await delay(100);
  }
}

/** The running server, or the last words of one that did not come up. */
async function launch(context: ClusterContext, port: number): Promise<RunningServer | string> {
  const { binaries, cluster, account, durable } = context;
  const child = await withFolder(cluster, account, async (folder) => {
    const args = ["-D", folder.name, ...serverSettings({ port, durable })];
    return startProgram(join(binaries.folder, "bin/postgres"), args, { account, folder });
  });
  child.stdin?.end();
  child.stdout?.resume();
  const guard = guardAgainstOurDeath(child, account);
  const guardEnded = guard === undefined ? undefined : endOf(guard);
  const ended = endOf(child).then(async (reason) => {
    guard?.kill("SIGKILL");
    // Wait for it, or it stays behind as a zombie where the first process of a container does not clear up.
    await guardEnded;
    return reason;
  });

  const words: string[] = [];
  const ready = new Promise<true>((resolve) => {
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on("line", (line) => {
      context.log(line);
      words.push(line);
      if (words.length > 40) words.shift();
      if (line.includes("database system is ready to accept connections")) resolve(true);
    });
  });
  const outcome = await Promise.race([ready, ended]);
  if (outcome !== true) return [...words, ...(words.length === 0 ? [outcome] : [])].join("\n");
  return { ended, stop: () => stop(child, ended) };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) =>
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`),
    );
  });
}

/**
 * A shell that waits for the end of a pipe whose other end only we hold, and then stops the server:
 * so that it does not outlive us when we are killed with no chance to stop it.
 */
function guardAgainstOurDeath(
  server: ChildProcess,
  account: Account | undefined,
): ChildProcess | undefined {
  if (server.pid === undefined) return undefined;
  const script = 'read -r _; kill -INT "$1"';
  const guard = spawn("/bin/sh", ["-c", script, "praxis-postgres-guard", String(server.pid)], {
    cwd: "/",
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
  // Without it the server still works; it would only be stopped at the next start instead of at once.
  guard.on("error", () => undefined);
  guard.stdin?.on("error", () => undefined);
  return guard;
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  // Fast shutdown; then, if a disk or a session hangs, shutdown without the final checkpoint; then by force.
  const steps = [
    ["SIGINT", 60_000],
    ["SIGQUIT", 5_000],
    ["SIGKILL", 5_000],
  ] as const;
  for (const [signal, patience] of steps) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    child.kill(signal);
    const timer = AbortSignal.timeout(patience);
    const gone = await Promise.race([
      ended.then(() => true),
      once(timer, "abort").then(() => false),
    ]);
    if (gone) return;
  }
  await ended;
}
