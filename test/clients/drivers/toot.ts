import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Authorize, ClientDriver, ShownStatus } from "./driver.ts";

const TOOT = process.env["TOOT"] ?? "/usr/bin/toot";

/** toot, the terminal client (Debian package `toot`). */
export async function tootDriver(): Promise<ClientDriver> {
  const home = await mkdtemp(join(tmpdir(), "praxis-toot-"));
  let token = "";

  async function run(
    args: readonly string[],
    answer?: (output: string) => Promise<string> | null,
  ): Promise<string> {
    const child = spawn(TOOT, [...args, "--no-color"], {
      env: { PATH: process.env["PATH"], HOME: home, XDG_CONFIG_HOME: home, PYTHONUNBUFFERED: "1" },
    });
    const ended = once(child, "close");
    let output = "";
    let asked = false;
    const read = (text: string) => {
      output += text;
      const answered = asked ? null : (answer?.(output) ?? null);
      if (answered === null) return;
      asked = true;
      answered.then(
        (text) => child.stdin.end(text),
        (error: unknown) => {
          output += String(error);
          child.kill();
        },
      );
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", read);
    if (answer === undefined) child.stdin.end();
    await ended;
    if (child.exitCode !== 0) throw new Error(`toot ${args.join(" ")} said:\n${output}`);
    return output;
  }

  return {
    async signIn(origin, authorize: Authorize) {
      const { host } = new URL(origin);
      await run(["login", "--disable-https", "--instance", host], (output) => {
        const url = /^http\S+$/m.exec(output)?.[0];
        if (url === undefined || !output.includes("Open link")) return null;
        return authorize(url).then((code) => `n\n${code}\n`);
      });
      const config = JSON.parse(await readFile(join(home, "toot", "config.json"), "utf8")) as {
        users: Record<string, { access_token: string }>;
      };
      token = Object.values(config.users)[0]?.access_token ?? "";
    },
    async follow(handle) {
      await run(["follow", handle.slice(1)]);
      const found = await run(["search", handle, "--resolve"]);
      if (!found.includes(handle)) throw new Error(`toot search found no ${handle}:\n${found}`);
      return "";
    },
    async home() {
      const output = await run(["timeline", "--once", "--count", "10"]);
      return statusesIn(output);
    },
    async reply(statusId, text) {
      await run(["post", text, "--reply-to", statusId]);
    },
    async boost(id) {
      await run(["reblog", id]);
    },
    async bookmark(id) {
      await run(["bookmark", id]);
    },
    token: () => token,
    close: () => rm(home, { recursive: true, force: true }),
  };
}

/** toot draws a line between statuses and ends each with its id. */
function statusesIn(output: string): ShownStatus[] {
  return [...output.matchAll(/([\s\S]*?)^ID (\d+)/gm)].map(([, content = "", id = ""]) => ({
    id,
    content,
  }));
}
