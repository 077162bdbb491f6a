import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../domain/errors.ts";
import type { Site } from "./site.ts";

const FILE = "demo.json";

interface Progress {
  readonly origins: readonly string[];
  readonly finished: boolean;
}

/**
 * Whether the set-up in this folder is finished. Makes the folder at the first run.
 * @throws AppError `demo_elsewhere` when the folder belongs to other ports: addresses cannot change
 */
export async function openProgress(dataDir: string, sites: readonly Site[]): Promise<boolean> {
  await mkdir(dataDir, { recursive: true });
  const text = await readFile(join(dataDir, FILE), "utf8").catch(() => null);
  if (text === null) {
    await saveProgress(dataDir, sites, false);
    return false;
  }
  const progress = JSON.parse(text) as Progress;
  const origins = sites.map((site) => site.origin);
  if (progress.origins.join() === origins.join()) return progress.finished;
  const ports = progress.origins.map((origin) => new URL(origin).port).join(",");
  throw new AppError(
    "demo_elsewhere",
    `The demo in ${dataDir} was set up with other ports, and an instance cannot change its address. ` +
      "Either start it with those, or begin anew:\n" +
      `  PRAXIS_DEMO_PORTS=${ports} npm run demo\n  rm -r ${dataDir}`,
  );
}

/** Notes how far the set-up is. */
export async function saveProgress(
  dataDir: string,
  sites: readonly Site[],
  finished: boolean,
): Promise<void> {
  const progress: Progress = { origins: sites.map((site) => site.origin), finished };
  await writeFile(join(dataDir, FILE), `${JSON.stringify(progress)}\n`);
}
