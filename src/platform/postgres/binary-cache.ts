import { createHash, randomBytes } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { chmod, copyFile, mkdir, rename, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { binariesUnusable } from "./failures.ts";
import type { PlatformPackage } from "./binaries.ts";

interface Entry {
  readonly path: string;
  readonly size: number;
  readonly folder: boolean;
}

/**
 * The path of a complete copy of the platform package that every account may read and run and only its owner
 * may change; made now unless it is there already. Root's copy lies in a cache of the system, an ordinary
 * user's in `folder`. Throws an AppError when no place will take it.
 */
export async function copyBinaries(source: PlatformPackage, folder: string): Promise<string> {
  const entries = listEntries(source.native);
  const identity = createHash("sha256").update(JSON.stringify([entries, source.links]));
  const name = `postgres-${source.version}-${identity.digest("hex").slice(0, 12)}`;
  const cache = await cacheFolder(folder);
  const copy = join(cache, name);
  if (isIntact(copy, entries, source)) return copy;

  await removeAbandoned(cache);
  const draft = join(cache, `draft-${randomBytes(6).toString("hex")}`);
  try {
    await fill(draft, entries, source);
    // What is there is damaged, else it had been used.
    await rm(copy, { recursive: true, force: true });
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another instance made the same copy at the same time.
    if (isIntact(copy, entries, source)) return copy;
    throw error;
  }
  return copy;
}

/** Half-made copies of starts that were killed; a copy takes seconds, so one from an hour ago is nobody's any more. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of readdirSync(cache).filter((each) => each.startsWith("draft-"))) {
    const path = join(cache, name);
    const { mtimeMs } = lstatSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (mtimeMs < Date.now() - 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

/** Folders before what they hold. Static libraries are for compiling against PostgreSQL, not for running it. */
function listEntries(native: string): Entry[] {
  return readdirSync(native, { withFileTypes: true, recursive: true })
    .filter(
      (entry) => (entry.isFile() && !/\.(a|pc|json)$/.test(entry.name)) || entry.isDirectory(),
    )
    .map((entry) => {
      const full = join(entry.parentPath, entry.name);
      const folder = entry.isDirectory();
      return {
        path: full.slice(native.length + 1),
        size: folder ? 0 : lstatSync(full).size,
        folder,
      };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function fill(draft: string, entries: readonly Entry[], { native, links }: PlatformPackage) {
  await mkdir(draft, { mode: 0o755 });
  for (const { path, folder } of entries) {
    const target = join(draft, path);
    await (folder ? mkdir(target) : copyFile(join(native, path), target));
    await chmod(target, folder || path.startsWith("bin/") ? 0o755 : 0o644);
  }
  for (const { path, target } of links) await symlink(target, join(draft, path));
  await chmod(draft, 0o755);
}

function isIntact(copy: string, entries: readonly Entry[], { links }: PlatformPackage): boolean {
  try {
    const filesAreRight = [{ path: "", size: 0, folder: true }, ...entries].every(
      ({ path, size, folder }) => {
        const found = lstatSync(join(copy, path));
        const kind = folder ? found.isDirectory() : found.isFile() && found.size === size;
        return kind && onlyWeMayWrite(found);
      },
    );
    return (
      filesAreRight && links.every(({ path, target }) => readlinkSync(join(copy, path)) === target)
    );
  } catch {
    return false;
  }
}

function onlyWeMayWrite({ uid, mode }: { uid: number; mode: number }): boolean {
  return uid === process.geteuid?.() && (mode & 0o022) === 0;
}

async function cacheFolder(folder: string): Promise<string> {
  if (process.geteuid?.() !== 0) {
    const own = join(folder, "binaries");
    await mkdir(own, { recursive: true, mode: 0o700 });
    return own;
  }
  for (const candidate of ["/var/cache/praxis", "/var/lib/praxis", "/opt/praxis"]) {
    if (await isSafeForRoot(candidate)) return candidate;
  }
  throw binariesUnusable(
    "node_modules",
    "the database account cannot reach them, and /var/cache is not writable",
  );
}

/** Whether root alone decides what lies in `cache` and everybody may look into it. */
async function isSafeForRoot(cache: string): Promise<boolean> {
  try {
    await mkdir(dirname(cache), { recursive: true, mode: 0o755 });
    await mkdir(cache, { mode: 0o755 }).then(
      () => chmod(cache, 0o755),
      () => undefined,
    );
    for (let path = realpathSync(cache); ; path = dirname(path)) {
      const found = lstatSync(path);
      if (!found.isDirectory() || !onlyWeMayWrite(found) || (found.mode & 0o005) !== 0o005)
        return false;
      if (path === "/") break;
    }
    const probe = join(cache, `draft-${randomBytes(6).toString("hex")}`);
    await mkdir(probe);
    await rm(probe, { recursive: true });
    return true;
  } catch {
    return false;
  }
}
