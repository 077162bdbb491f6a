import { access, chmod, constants, mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { explainFileError } from "./failures.ts";
import { takeLease, type Lease } from "./lease.ts";

export interface EmbeddedPostgres {
  /** postgres:// address of the database on 127.0.0.1, with its password. It stays right until release(). */
  readonly url: string;
  /** Leaves. The last one to leave stops the server: then this resolves when it has stopped. */
  release(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Holds everything: database, password, log. Made if it is missing. */
  readonly dataDir: string;
  /** False in tests: what was committed may be lost in a power cut. Whoever starts the server decides. */
  readonly durable?: boolean;
  readonly onLog?: (line: string) => void;
}

/** Pauses, in milliseconds, before each new attempt to have a keeper again. */
const retryPauses = [0, 200, 1_000, 5_000, 15_000];

/**
 * A running PostgreSQL with a database `praxis` in `dataDir`, shared by all processes that ask for the same folder;
 * started if need be. It runs until the last of them has released it or died.
 * Throws an AppError in plain words when that is not possible.
 */
export async function acquireEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { durable = true, onLog = () => undefined } = options;
  const folder = resolve(options.dataDir);
  await prepareFolder(folder);
  const take = async () => {
    try {
      return await takeLease(folder, durable, onLog);
    } catch (error) {
      throw explainFileError(error, folder);
    }
  };

  const leaving = new AbortController();
  let lease: Lease | undefined = await take();
  const { url } = lease;

  /** Somebody killed the keeper: have another, on the same address, before anyone needs a new connection. */
  async function replaceWhenLost(): Promise<void> {
    while (lease !== undefined && (await lease.lost) && !leaving.signal.aborted) {
      onLog("The process that keeps PostgreSQL is gone; starting another");
      lease = await retake();
      if (leaving.signal.aborted) await lease?.leave();
      if (lease !== undefined && lease.url !== url)
        onLog("PostgreSQL came back on another port: restart Praxis");
    }
  }

  async function retake(): Promise<Lease | undefined> {
    for (const pause of retryPauses) {
      const goOn = await delay(pause, true, { ref: false, signal: leaving.signal }).catch(
        () => false,
      );
      if (!goOn) return undefined;
      try {
        return await take();
      } catch (error) {
        onLog(error instanceof Error ? error.message : String(error));
      }
    }
    return undefined;
  }

  const watching = replaceWhenLost();
  return {
    url,
    async release() {
      if (leaving.signal.aborted) return;
      leaving.abort();
      await lease?.leave();
      await watching;
    },
  };
}

async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    // Where programs cannot be handed an open folder, the database account has to walk through this one.
    if (process.platform !== "linux" && process.geteuid?.() === 0) await chmod(folder, 0o711);
  } catch (error) {
    throw explainFileError(error, folder);
  }
}
