import { lchown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { foreignOwner, hasCode, noAccount } from "./failures.ts";
import { runProgram } from "./program.ts";

/** The user and group that PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** Tried in this order; `_postgres` is what macOS brings along. */
const knownAccounts = ["praxis", "postgres", "_postgres"];

/**
 * The account that must run PostgreSQL on `cluster` (which may not exist yet) inside `folder`:
 * undefined for "as ourselves". PostgreSQL refuses to run as root, so root hands over to the owner of an
 * existing database, else to a system account. Throws an AppError when there is no such account, or when
 * an ordinary user meets somebody else's database.
 */
export async function databaseAccount(
  folder: string,
  cluster: string,
): Promise<Account | undefined> {
  const uid = process.geteuid?.();
  const clusterOwner = await ownerOf(cluster);
  if (uid !== 0) {
    if (clusterOwner !== undefined && clusterOwner.uid !== uid) throw foreignOwner(cluster);
    return undefined;
  }
  const owner = clusterOwner ?? (await ownerOf(folder));
  if (owner !== undefined && owner.uid !== 0) return owner;
  const account = await systemAccount();
  // A database copied back by root (a restored backup) belongs to root until somebody changes that.
  if (clusterOwner !== undefined) await handOver(cluster, account);
  return account;
}

async function ownerOf(path: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await lstat(path);
    return { uid, gid: gid === 0 ? uid : gid };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

async function systemAccount(): Promise<Account> {
  for (const name of knownAccounts) {
    const account = await findAccount(name);
    if (account !== undefined) return account;
  }
  await createAccount();
  const account = (await findAccount("praxis")) ?? (await findAccount("nobody"));
  if (account === undefined) throw noAccount();
  return account;
}

async function findAccount(name: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([idOf("-u", name), idOf("-g", name)]);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

async function idOf(kind: "-u" | "-g", name: string): Promise<number | undefined> {
  const { ok, output } = await runProgram("id", [kind, name]);
  const id = Number(output.trim());
  return ok && Number.isInteger(id) && id > 0 ? id : undefined;
}

/** Where it fails (no useradd, a read-only system, somebody else was first), the look-up that follows decides. */
async function createAccount(): Promise<void> {
  const home = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"];
  await runProgram("useradd", ["--system", "--user-group", ...home, "praxis"]).catch(
    () => undefined,
  );
}

async function handOver(path: string, { uid, gid }: Account): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), uid, gid);
  await lchown(path, uid, gid);
}
