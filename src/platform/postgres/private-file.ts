import { randomBytes } from "node:crypto";
import { lchown, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Replaces `path` by a file that holds `text`, whole or not at all, readable by the folder's owner alone.
 * With `sync` it is on the disk when this resolves.
 */
export async function writePrivateFile(path: string, text: string, sync = false): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      if (sync) await file.sync();
    } finally {
      await file.close();
    }
    if (process.geteuid?.() === 0) {
      // Root beside an ordinary user's server: the owner of the folder must still be able to read it.
      const owner = await stat(dirname(path));
      await lchown(draft, owner.uid, owner.gid);
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
