import { execFile } from "node:child_process";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually } from "./database-processes.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUILD_INFO = join(ROOT, "dist/.tsbuildinfo");
const LOCK = join(ROOT, "node_modules/.cache/praxis-build.lock");
/** Longer than any build takes: whoever holds the lock that long was killed. */
const STALE_MS = 60_000;

/**
 * The path of a compiled program, such as `main` or `cli/main`, in `dist`, compiled first when the
 * sources are newer. Tests of real processes start what users start. Several test files may ask at
 * once; one of them compiles.
 */
export async function builtProgram(name: string): Promise<string> {
  const program = join(ROOT, "dist", `${name}.js`);
  if (await isCurrent()) return program;
  await eventually("another test has compiled the sources", takeLock, 2 * STALE_MS);
  try {
    if (!(await isCurrent())) await compile();
  } finally {
    await rm(LOCK, { recursive: true, force: true });
  }
  return program;
}

async function isCurrent(): Promise<boolean> {
  // The compiler writes it last, also when nothing that it emits has changed.
  const built = await modified(BUILD_INFO);
  const sources = await readdir(join(ROOT, "src"), { recursive: true });
  const times = await Promise.all(
    sources.filter((path) => /\.tsx?$/.test(path)).map((path) => modified(join(ROOT, "src", path))),
  );
  return built > Math.max(...times);
}

async function compile(): Promise<void> {
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  await rm(BUILD_INFO, { force: true });
  try {
    await promisify(execFile)(process.execPath, [tsc, "-p", join(ROOT, "tsconfig.build.json")]);
  } catch (error) {
    // The compiler has written it all the same; without it the next one who asks tries again.
    await rm(BUILD_INFO, { force: true });
    const { stdout } = error as { stdout?: string };
    throw new Error(`The sources do not compile:\n${stdout ?? String(error)}`, { cause: error });
  }
}

async function takeLock(): Promise<boolean> {
  await mkdir(join(LOCK, ".."), { recursive: true });
  try {
    await mkdir(LOCK);
    return true;
  } catch {
    const age = Date.now() - (await modified(LOCK));
    if (age > STALE_MS) await rm(LOCK, { recursive: true, force: true });
    return false;
  }
}

/** Milliseconds since 1970; 0 for what is not there. */
async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? 0;
}
