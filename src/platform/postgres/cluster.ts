import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { lchown, mkdir, open, readFile, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { damagedCluster, explainOutput, hasCode, wrongVersion } from "./failures.ts";
import { writePrivateFile } from "./private-file.ts";
import { runProgram, withFolder } from "./program.ts";

/** Name of the one role, which owns everything, and of the database. */
export const databaseName = "praxis";

export interface ClusterContext {
  /** The folder that holds everything: the cluster, its password, the keeper's files, the log. */
  readonly folder: string;
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly account: Account | undefined;
  /** Whether everything must survive a power cut. */
  readonly durable: boolean;
  readonly log: (line: string) => void;
}

/**
 * Makes sure that there is a complete cluster of the right version, and returns its password.
 * To be called by the holder of the folder's lock, with no server running.
 * Throws an AppError, having changed nothing, when what is there cannot be used.
 */
export async function prepareCluster(context: ClusterContext): Promise<string> {
  await removeHalfFinished(context.folder);
  const version = await clusterVersion(context.cluster);
  if (version === undefined) return createCluster(context);
  if (version !== context.binaries.major)
    throw wrongVersion(context.cluster, version, context.binaries.major);
  return (await readPassword(context.folder)) ?? (await resetPassword(context));
}

const unfinishedName = /^(setup-.*|(password|port|keeper\.json)\.[0-9a-f]{12})$/;

/** A cluster is made in a folder of its own and renamed when complete, so what is left of such a folder is no data. */
async function removeHalfFinished(folder: string): Promise<void> {
  const names = await readdir(folder);
  for (const name of names.filter((each) => unfinishedName.test(each))) {
    // An initdb that outlived its keeper may still be writing there; the next start tries again.
    const patience = { maxRetries: 5, retryDelay: 50 };
    await rm(join(folder, name), { recursive: true, force: true, ...patience }).catch(
      () => undefined,
    );
  }
}

async function clusterVersion(cluster: string): Promise<string | undefined> {
  try {
    return (await readFile(join(cluster, "PG_VERSION"), "utf8")).trim();
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
  if (!existsSync(cluster)) return undefined;
  // An empty folder (a mount point, say) is as good as none; anything else is not ours to delete.
  await rmdir(cluster).catch(() => {
    throw damagedCluster(cluster);
  });
  return undefined;
}

async function readPassword(folder: string): Promise<string | undefined> {
  try {
    const password = (await readFile(join(folder, "password"), "utf8")).trim();
    return /^[0-9a-f]{32,}$/.test(password) ? password : undefined;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function createCluster(context: ClusterContext): Promise<string> {
  const { folder, cluster, account, durable } = context;
  context.log("Creating the database (first start)");
  const password = randomBytes(24).toString("hex");
  const setup = join(folder, `setup-${randomBytes(6).toString("hex")}`);
  await mkdir(setup, { mode: 0o700 });
  await writePrivateFile(join(setup, "password"), password);
  if (account !== undefined) {
    await lchown(join(setup, "password"), account.uid, account.gid);
    await lchown(setup, account.uid, account.gid);
  }
  try {
    await initialize(context, setup);
    await writePrivateFile(join(folder, "password"), password, durable);
    await rename(join(setup, "cluster"), cluster);
    if (durable) await syncFolder(folder);
  } finally {
    await rm(setup, { recursive: true, force: true });
  }
  return password;
}

async function initialize(context: ClusterContext, setup: string): Promise<void> {
  const { folder, binaries, account, durable } = context;
  const initdb = join(binaries.folder, "bin/initdb");
  await withFolder(setup, account, async (place) => {
    const target = ["-D", `${place.name}/cluster`];
    // The built-in locale sorts and folds the same way on every machine, whatever its libraries.
    const locale = [
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ];
    const access = [
      "--auth=scram-sha-256",
      `--pwfile=${place.name}/password`,
      `--username=${databaseName}`,
    ];
    const run = async (args: readonly string[]) => {
      const { ok, output } = await runProgram(initdb, [...target, ...args], {
        account,
        folder: place,
      });
      if (!ok) throw explainOutput(output, folder);
    };
    await run([...locale, ...access, "--no-sync", "--no-instructions"]);
    // Nothing here is worth keeping until it is complete: wait for the disk once, at the end.
    const hasty = { ...context, cluster: join(setup, "cluster"), durable: false };
    await runSingleUser(hasty, `CREATE DATABASE ${databaseName}`);
    if (durable) await run(["--sync-only"]);
  });
}

/** For a folder whose password file was lost: whoever may write the folder may set a new one. */
async function resetPassword(context: ClusterContext): Promise<string> {
  context.log("The password file is missing; setting a new password");
  const password = randomBytes(24).toString("hex");
  await runSingleUser(context, `ALTER ROLE ${databaseName} PASSWORD '${password}'`);
  await writePrivateFile(join(context.folder, "password"), password, context.durable);
  return password;
}

async function runSingleUser(context: ClusterContext, statement: string): Promise<void> {
  const { binaries, cluster, account, durable, folder } = context;
  const settings = [
    "exit_on_error=on",
    "log_min_error_statement=panic",
    `fsync=${durable ? "on" : "off"}`,
  ];
  await withFolder(cluster, account, async (place) => {
    const args = ["--single", "-D", place.name, ...settings.flatMap((setting) => ["-c", setting])];
    const input = `${statement};\n`;
    const postgres = join(binaries.folder, "bin/postgres");
    const { ok, output } = await runProgram(postgres, [...args, "template1"], {
      account,
      folder: place,
      input,
    });
    if (!ok || /\b(ERROR|FATAL|PANIC):/.test(output)) throw explainOutput(output, folder);
  });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
