import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

const largest = 2_000_000;

/**
 * A writer of lines to `path` that keeps at most two files of 2 MB (the older one as `<path>.1`).
 * It never throws: a log that cannot be written (a full disk) must not stop the database.
 */
export function openLogFile(path: string): (line: string) => void {
  let file: number | undefined;
  let size = 0;

  function open(): number {
    // Not through a symbolic link: root may be writing in a folder of an ordinary user.
    const flags =
      constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    const opened = openSync(path, flags, 0o600);
    if (process.geteuid?.() === 0) {
      const owner = statSync(dirname(path));
      fchownSync(opened, owner.uid, owner.gid);
    }
    size = fstatSync(opened).size;
    return opened;
  }

  return (line) => {
    try {
      file ??= open();
      size += writeSync(file, `${line}\n`);
      if (size < largest) return;
      closeSync(file);
      file = undefined;
      renameSync(path, `${path}.1`);
    } catch {
      // Nowhere left to report it.
    }
  };
}
