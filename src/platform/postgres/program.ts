import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import type { Account } from "./account.ts";

/**
 * A folder handed to a program as an open descriptor. PostgreSQL runs as an unprivileged account while the
 * folder may lie below one that only root may enter (root's home). `/proc/self/fd/3` leads straight to the open
 * folder without walking its ancestors, so nobody's permissions have to be loosened.
 */
export interface OpenFolder {
  /** The folder's name in the eyes of the program. */
  readonly name: string;
  readonly fd: number;
}

/** Runs `work` with `path` open for a program that runs as `account`. */
export async function withFolder<T>(
  path: string,
  account: Account | undefined,
  work: (folder: OpenFolder) => Promise<T>,
): Promise<T> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const byDescriptor = account !== undefined && process.platform === "linux";
  try {
    return await work({ name: byDescriptor ? "/proc/self/fd/3" : path, fd });
  } finally {
    closeSync(fd);
  }
}

export interface ProgramOptions {
  readonly account?: Account | undefined;
  readonly folder?: OpenFolder;
}

/** Starts a program as `account` with an environment that makes it speak English and nothing else of ours. */
export function startProgram(
  path: string,
  args: readonly string[],
  { account, folder }: ProgramOptions,
): ChildProcess {
  return spawn(path, args, {
    cwd: "/",
    env: { LC_ALL: "C", TZ: "UTC", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    stdio: ["pipe", "pipe", "pipe", ...(folder === undefined ? [] : [folder.fd])],
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
  });
}

export interface ProgramResult {
  readonly ok: boolean;
  /** What it wrote to standard output and standard error. */
  readonly output: string;
}

/** Runs a program to its end, with `input` as its standard input. Throws when it cannot be started at all. */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: ProgramOptions & { readonly input?: string } = {},
): Promise<ProgramResult> {
  const child = startProgram(path, args, options);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  }
  // A program that ends before it reads its input has said why on its own.
  child.stdin?.on("error", () => undefined).end(options.input ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ ok: code === 0, output }));
  });
}
