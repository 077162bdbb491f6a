import { readdirSync, readFileSync } from "node:fs";

/** One tick of /proc/<pid>/stat in milliseconds (USER_HZ is 100 on Linux). */
const TICK_MS = 10;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** user and system time, with that of children that have ended, in milliseconds */
  readonly ms: number;
}

/** Fields of proc(5), counted from behind the name in brackets, which may hold blanks. */
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + (fields[index] ?? 0), 0);
    return { pid, parent: fields[1] ?? 0, ms: ticks * TICK_MS };
  } catch {
    return null;
  }
}

/** CPU milliseconds so far of a process and of all that descend from it. */
export function cpuOfTree(root: number): number {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== null);
  const wanted = new Set([root]);
  let sum = 0;
  for (let grown = true; grown;) {
    const before = wanted.size;
    for (const stat of all) if (wanted.has(stat.parent)) wanted.add(stat.pid);
    grown = wanted.size > before;
  }
  for (const stat of all) if (wanted.has(stat.pid)) sum += stat.ms;
  return sum;
}

/** Resident memory of one process in megabytes. */
export function rssOf(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(line ?? 0) / 1024;
}

/** Highest resident memory of one process so far in megabytes. */
export function peakRssOf(pid: number): number {
  const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(line ?? 0) / 1024;
}
