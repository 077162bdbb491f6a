import { spawn } from "node:child_process";
import { lchownSync, statSync } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gone, kept, query, read, useDatabaseFolder, write } from "../support/database-folder.ts";
import {
  eventually,
  isRunning,
  keeperPid,
  unfinishedClusters,
} from "../support/database-processes.ts";

const { dataDir, acquire, hold, processes } = useDatabaseFolder();

/** The answer once the database is back: connections fail while it restarts. */
const readEventually = (url: string) =>
  eventually("the database answers again", () => read(url).catch(() => undefined));

describe("sharing one database", () => {
  test("the first start makes a UTF-8 database and a later start finds its data at the same address", async () => {
    const first = await acquire();
    expect(
      await query(first.url, "SELECT current_database(), getdatabaseencoding() AS encoding"),
    ).toEqual([{ current_database: "praxis", encoding: "UTF8" }]);
    await write(first.url);
    const { server, keeper } = await processes();
    await first.release();
    expect(isRunning(server)).toBe(false);
    await gone("the keeper", keeper);

    const second = await acquire();
    expect(second.url).toBe(first.url);
    expect(await read(second.url)).toEqual(kept);
  });

  test("it listens on the loopback address alone and wants the password", async () => {
    const { url } = await acquire();
    const [row] = await query(
      url,
      "SELECT current_setting('listen_addresses') AS at, current_setting('unix_socket_directories') AS sockets",
    );
    expect(row).toEqual({ at: "127.0.0.1", sockets: "" });
    const guessed = new URL(url);
    expect(guessed.hostname).toBe("127.0.0.1");
    guessed.password = "guessed";
    await expect(query(guessed.href, "SELECT 1")).rejects.toThrow("password authentication failed");
  });

  test("two that start at once on an empty folder share one server, until the second has left", async () => {
    const [one, other] = [hold(), hold()];
    const [{ url }, { url: sameUrl }] = await Promise.all([one.told("url"), other.told("url")]);
    expect(sameUrl).toBe(url);
    await write(url ?? "");
    const { server } = await processes();
    await one.leave();
    expect(await read(url ?? "")).toEqual(kept);
    await other.leave();
    expect(isRunning(server)).toBe(false);
    expect(await unfinishedClusters(dataDir())).toEqual([]);
  });

  test("a lost password file is replaced, and the data is still there", async () => {
    const first = await acquire();
    await write(first.url);
    await first.release();
    await rm(join(dataDir(), "password"));
    const second = await acquire();
    expect(second.url).not.toBe(first.url);
    expect(await read(second.url)).toEqual(kept);
  });
});

describe("being killed", () => {
  test("kill -9 of the only holder leaves no process behind and loses nothing committed", async () => {
    const holder = hold();
    const { url = "" } = await holder.told("url");
    await write(url);
    const { keeper, server, guard } = await processes();
    // Resolves when its output is closed too: so nobody who outlives it holds the terminal open.
    await holder.kill();
    expect(isRunning(keeper)).toBe(true);
    await gone("the server", server);
    await gone("the keeper", keeper);
    await gone("the guard", guard);
    expect(await read((await acquire()).url)).toEqual(kept);
  });

  test("kill -9 of the keeper gives the holder another one at the same address", async () => {
    const database = await acquire();
    await write(database.url);
    const before = await processes();
    process.kill(before.keeper, "SIGKILL");
    await gone("the server that lost its keeper", before.server);
    expect(await readEventually(database.url)).toEqual(kept);
    const after = await processes();
    expect(after.keeper).not.toBe(before.keeper);
    await database.release();
    expect(isRunning(after.server)).toBe(false);
  });

  test("leaving right after kill -9 of the keeper leaves nothing behind", async () => {
    const database = await acquire();
    const { keeper, server } = await processes();
    process.kill(keeper, "SIGKILL");
    await gone("the keeper", keeper);
    await database.release();
    await gone("the server", server);
    const next = await keeperPid(dataDir());
    if (next !== undefined) await gone("a keeper that was just starting", next);
  });

  test("kill -9 of everybody but the server: the next start stops that one first", async () => {
    const holder = hold();
    const { url = "" } = await holder.told("url");
    await write(url);
    const { keeper, server, guard } = await processes();
    process.kill(guard, "SIGKILL");
    await holder.kill();
    process.kill(keeper, "SIGKILL");
    await gone("the keeper", keeper);
    expect(isRunning(server)).toBe(true);
    const next = await acquire();
    expect(isRunning(server)).toBe(false);
    expect(await read(next.url)).toEqual(kept);
  });

  test("a server that crashes is started again at the same address", async () => {
    const { url } = await acquire();
    await write(url);
    const { server, keeper } = await processes();
    process.kill(server, "SIGKILL");
    await gone("the server", server);
    expect(await readEventually(url)).toEqual(kept);
    expect(await keeperPid(dataDir())).toBe(keeper);
  });

  test("a keeper that is told to end, twice, stops the server, and its holder starts no other", async () => {
    const holder = hold();
    await holder.told("url");
    const { keeper, server } = await processes();
    // Two different signals: two of a kind may arrive as one.
    process.kill(keeper, "SIGTERM");
    process.kill(keeper, "SIGINT");
    await gone("the keeper", keeper);
    expect(isRunning(server)).toBe(false);
    await holder.told("log");
    await holder.leave();
    expect(await keeperPid(dataDir())).toBeUndefined();
    expect(holder.events.filter((event) => "log" in event)).toHaveLength(1);
  });

  test("a first start that is killed half-way is done again", async () => {
    const holder = hold();
    const keeper = await eventually("the keeper begins to make the database", async () => {
      const begun = (await unfinishedClusters(dataDir())).length > 0;
      return begun ? keeperPid(dataDir()) : undefined;
    });
    await holder.kill();
    process.kill(keeper, "SIGKILL");
    await gone("the keeper", keeper);
    expect(await readdir(dataDir())).not.toContain("cluster");
    await write((await acquire()).url);
    expect(await unfinishedClusters(dataDir())).toEqual([]);
  });

  test("a stale pid file whose number now belongs to another process does not stop the start", async () => {
    const first = await acquire();
    await write(first.url);
    await first.release();
    const { uid } = statSync(join(dataDir(), "cluster"));
    const stranger = spawn("sleep", ["60"], { stdio: "ignore", uid });
    try {
      const file = join(dataDir(), "cluster/postmaster.pid");
      await writeFile(
        file,
        `${stranger.pid}\n${join(dataDir(), "cluster")}\n0\n5432\n\n127.0.0.1\n\nready\n`,
      );
      lchownSync(file, uid, uid);
      expect(await read((await acquire()).url)).toEqual(kept);
      expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
    } finally {
      stranger.kill("SIGKILL");
    }
  });
});

describe("what it refuses", () => {
  test("a database of another major version stays as it is", async () => {
    await (await acquire()).release();
    const version = join(dataDir(), "cluster/PG_VERSION");
    await writeFile(version, "17\n");
    await expect(acquire()).rejects.toMatchObject({
      code: "postgres_version_mismatch",
      safe: expect.stringContaining(
        "made by PostgreSQL 17, but this Praxis carries PostgreSQL 18",
      ) as string,
    });
    expect(await readFile(version, "utf8")).toBe("17\n");
  });

  test("a folder with something else in the database's place stays as it is", async () => {
    await mkdir(join(dataDir(), "cluster"), { recursive: true });
    await writeFile(join(dataDir(), "cluster/precious"), "data");
    await expect(acquire()).rejects.toMatchObject({ code: "postgres_data_unrecognized" });
    expect(await readdir(join(dataDir(), "cluster"))).toEqual(["precious"]);
  });
});
