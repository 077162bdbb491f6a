import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { AppError } from "../domain/errors.ts";
import { programPath, type Site } from "./site.ts";

/** A server drains for 30 s at most; after that it hangs. */
const PATIENCE_MS = 35_000;
const LAST_LINES = 5;

export interface ServerProcess {
  /** the error to show when it ends; resolves also after `stop` */
  readonly ended: Promise<AppError>;
  /** asks it to finish and waits until it is gone */
  stop(): Promise<void>;
}

/** Starts the real server of one organization; what it prints goes to its log file. */
export function startServer(site: Site): ServerProcess {
  const log = openSync(site.logFile, "a");
  const child = spawn(process.execPath, [programPath("main")], {
    env: site.environment,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const ended = once(child, "exit").then(
    () => describeEnd(site),
    (error: Error) => new AppError("demo_server_ended", `Cannot start a server: ${error.message}`),
  );
  return {
    ended,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      const hard = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
      await ended;
      clearTimeout(hard);
    },
  };
}

async function describeEnd({ organization, logFile }: Site): Promise<AppError> {
  const log = await readFile(logFile, "utf8").catch(() => "");
  const lines = log.trimEnd().split("\n").slice(-LAST_LINES);
  return new AppError(
    "demo_server_ended",
    `The server of ${organization.name} has ended. The last lines of ${logFile}:\n` +
      lines.map((line) => `  ${line}`).join("\n"),
  );
}
