import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/domain/errors.ts";
import { explainFileError, explainOutput } from "../../../src/platform/postgres/failures.ts";

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code });
}

describe("what the embedded database's failures are called", () => {
  test.each(["ENOSPC", "EDQUOT"])("%s is a full disk", (code) => {
    expect(explainFileError(systemError(code), "/data/postgres")).toMatchObject({
      code: "disk_full",
      safe: "There is no space left on the disk that holds /data/postgres: free some space and start again.",
    });
  });

  test.each(["EACCES", "EPERM", "EROFS", "ENOTDIR"])(
    "%s is a folder that cannot be written",
    (code) => {
      expect(explainFileError(systemError(code), "/data/postgres").code).toBe(
        "data_folder_not_writable",
      );
    },
  );

  test("an error that was already explained passes unchanged", () => {
    const explained = new AppError("postgres_version_mismatch", "Made by another version.");
    expect(explainFileError(explained, "/data/postgres")).toBe(explained);
  });

  test.each([
    "initdb: error: could not create directory: No space left on device",
    'FATAL:  could not extend file "base/1/2610": wrote only 4096 of 8192 bytes at block 3',
  ])("the programs' words for a full disk are understood: %s", (output) => {
    expect(explainOutput(`doing this ... ok\n${output}\nremoving it`, "/data").code).toBe(
      "disk_full",
    );
  });

  test("other last words are handed on without the log's decoration", () => {
    const output =
      "2026-01-01 10:00:00 UTC [7] LOG:  starting\n2026-01-01 10:00:01 UTC [7] FATAL:  the sky fell\n";
    expect(explainOutput(output, "/data").safe).toBe(
      "The embedded PostgreSQL did not start: the sky fell (see postgres.log in /data).",
    );
  });
});
