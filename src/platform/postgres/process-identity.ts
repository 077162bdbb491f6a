import { execFileSync, type ExecFileSyncOptions } from "node:child_process";
import { readFileSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";

/**
 * A name for a running process that no other process ever shares: its pid alone is given to another process
 * sooner or later. Undefined when no such process runs (a zombie does not run).
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform !== "linux") return identityByPs(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold anything, so count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0] ?? "X";
    if (state === "Z" || state === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${pid} ${fields[19] ?? ""} ${boot}`;
  } catch {
    return undefined;
  }
}

function identityByPs(pid: number): string | undefined {
  const [state, ...started] = ps(pid, "state=", "lstart=").split(/\s+/);
  if (state === undefined || state === "" || state.startsWith("Z")) return undefined;
  return `${pid} ${started.join(" ")}`;
}

function ps(pid: number, ...columns: readonly string[]): string {
  try {
    const quietly = { stdio: ["ignore", "pipe", "ignore"] } satisfies ExecFileSyncOptions;
    // One -o for each: macOS takes all that follows "=" for the column's title.
    const shown = columns.flatMap((column) => ["-o", column]);
    return execFileSync("ps", [...shown, "-p", String(pid)], quietly)
      .toString()
      .trim();
  } catch {
    return "";
  }
}

/** Whether `pid` is a running postgres that works in the folder `cluster` (and not a process that got its pid later). */
export function isPostgresOf(pid: number, cluster: string): boolean {
  if (process.platform !== "linux") {
    const command = ps(pid, "command=");
    return /\bpostgres\b/.test(command) && command.includes(cluster);
  }
  try {
    // The server may know its folder by another name (/proc/self/fd/3), so compare the folders themselves.
    const cwd = statSync(`/proc/${pid}/cwd`);
    const folder = statSync(cluster);
    const program = basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");
    return program === "postgres" && cwd.dev === folder.dev && cwd.ino === folder.ino;
  } catch {
    return false;
  }
}
