/**
 * The keeper: a small process of its own that owns the embedded PostgreSQL of one data folder.
 *
 * Whoever needs the database holds a connection to the keeper for as long. The kernel closes the connection of
 * a process that dies, however it dies, and when the last is closed the keeper stops the server and ends. So nothing
 * is orphaned by kill -9, and a command beside a running server shares one database, whichever came first.
 */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { databaseAccount } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import { databaseName, prepareCluster, type ClusterContext } from "./cluster.ts";
import { explainFileError } from "./failures.ts";
import { lockFolder } from "./folder-lock.ts";
import { openLeaseDesk } from "./lease-desk.ts";
import { addressFile, keeperAddress, type KeeperAddress } from "./lease-protocol.ts";
import { stopLeftover } from "./leftover.ts";
import { openLogFile } from "./log-file.ts";
import { freePort } from "./loopback-port.ts";
import { writePrivateFile } from "./private-file.ts";
import { processIdentity } from "./process-identity.ts";
import { PortTakenError, startServer, type RunningServer } from "./server.ts";

const [, , folder = "", durability = "durable"] = process.argv;
const portFile = join(folder, "port");
const writeLog = openLogFile(join(folder, "postgres.log"));

/** A server that crashes more often than this within a minute is not started again. */
const crashesPerMinute = 5;

async function lastPort(): Promise<number | undefined> {
  const port = Number(await readFile(portFile, "utf8").catch(() => ""));
  return Number.isInteger(port) && port > 1023 && port < 65_536 ? port : undefined;
}

/** Starts on the port of last time if it is free, so that an address handed out earlier stays right. */
async function startOnFreePort(
  context: ClusterContext,
): Promise<{ server: RunningServer; port: number }> {
  let wanted = await lastPort();
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(wanted);
    try {
      const server = await startServer(context, port);
      if (port !== wanted) await writePrivateFile(portFile, String(port));
      return { server, port };
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === 10) throw error;
      wanted = undefined;
    }
  }
}

async function keep(): Promise<void> {
  process.umask(0o022);
  if (!(await lockFolder(folder, async () => (await keeperAddress(folder)) !== undefined)))
    process.exit(0);

  let ending = false;
  let server: RunningServer | undefined;
  let starting = Promise.resolve();
  const token = randomBytes(32).toString("hex");
  const desk = await openLeaseDesk(token, { onDeserted: () => void end(0) });
  const log = (line: string) => writeLog(line);
  const announce = (line: string) => {
    writeLog(`keeper: ${line}`);
    desk.announce({ log: line });
  };

  async function end(code: number): Promise<void> {
    if (ending) return;
    ending = true;
    await rm(join(folder, addressFile), { force: true });
    desk.close();
    await starting.catch(() => undefined);
    await server?.stop();
    process.exit(code);
  }

  async function fail(cause: unknown): Promise<void> {
    if (ending) return;
    const error = explainFileError(cause, folder);
    writeLog(
      `keeper: ${error.safe} ${error.cause instanceof Error ? (error.cause.stack ?? "") : ""}`,
    );
    await desk.settleWithError({ code: error.code, safe: error.safe });
    await end(1);
  }

  async function prepare(): Promise<ClusterContext & { password: string }> {
    const cluster = join(folder, "cluster");
    const account = await databaseAccount(folder, cluster);
    const [binaries] = await Promise.all([
      findBinaries(account, folder),
      stopLeftover(cluster, announce),
    ]);
    const durable = durability === "durable";
    const context = { folder, cluster, account, binaries, durable, log };
    return { ...context, password: await prepareCluster({ ...context, log: announce }) };
  }

  async function restart(context: ClusterContext, port: number): Promise<RunningServer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await startServer(context, port);
      } catch (error) {
        // Every holder has the address, so it has to be this port: wait for whoever took it meanwhile.
        if (!(error instanceof PortTakenError) || attempt === 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  async function supervise(context: ClusterContext, port: number, url: string): Promise<void> {
    let crashes: number[] = [];
    for (;;) {
      const reason = await server?.ended;
      if (reason === undefined) return;
      if (ending) return;
      crashes = [...crashes.filter((time) => time > Date.now() - 60_000), Date.now()];
      if (crashes.length > crashesPerMinute) throw new Error("it crashes again and again");
      announce(`PostgreSQL ended unexpectedly (${reason}); starting it again`);
      desk.suspend();
      starting = restart(context, port).then((restarted) => void (server = restarted));
      await starting;
      desk.settle(url);
    }
  }

  async function serve(): Promise<void> {
    const { password, ...context } = await prepare();
    const started = await startOnFreePort(context);
    server = started.server;
    const url = `postgres://${databaseName}:${password}@127.0.0.1:${started.port}/${databaseName}`;
    desk.settle(url);
    void supervise(context, started.port, url).catch(fail);
  }

  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const)
    process.on(signal, () => desk.drain());
  process.on("uncaughtException", (error) => void fail(error));
  const address: KeeperAddress = {
    keeper: processIdentity(process.pid) ?? "",
    port: desk.port,
    token,
  };
  await writePrivateFile(join(folder, addressFile), JSON.stringify(address));
  starting = serve();
  await starting.catch(fail);
}

// Whoever started us may have gone and taken the other end of our standard error along.
process.stderr.on("error", () => undefined);
keep().catch((cause: unknown) => {
  const { code, safe } = explainFileError(cause, folder);
  writeSync(2, `${JSON.stringify({ code, safe })}\n`);
  process.exit(1);
});
