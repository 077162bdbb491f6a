import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../domain/errors.ts";

const BYTES = 32;

/**
 * The instance's secret key in the data folder: read, or made at the first start with mode 600.
 * Two processes that start at once end up with the same key.
 * @throws AppError `data_folder_unusable`, `secret_key_unreadable`
 */
export async function loadSecretFile(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, "secret.key");
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(path, `${randomBytes(BYTES).toString("base64")}\n`, {
      flag: "wx",
      mode: 0o600,
    });
  } catch (cause) {
    if (!isAlreadyThere(cause)) throw unusable(dataDir, cause);
  }
  const key = Buffer.from((await readSecret(path)).trim(), "base64");
  if (key.length >= BYTES) return new Uint8Array(key);
  throw new AppError(
    "secret_key_unreadable",
    `${path} does not hold a key of 32 bytes in base64. Put the right file back from a backup.`,
  );
}

async function readSecret(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new AppError("secret_key_unreadable", `${path} cannot be read: ${reason(cause)}.`, {
      cause,
    });
  }
}

function unusable(dataDir: string, cause: unknown): AppError {
  return new AppError(
    "data_folder_unusable",
    `The data folder ${dataDir} cannot be written to: ${reason(cause)}. ` +
      "Make it writable or choose another one with PRAXIS_DATA.",
    { cause },
  );
}

function isAlreadyThere(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EEXIST";
}

function reason(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const known: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EROFS: "it is read-only",
    ENOSPC: "the disk is full",
    ENOTDIR: "part of the path is a file",
  };
  return known[code] ?? (cause instanceof Error ? cause.message : "unknown reason");
}
