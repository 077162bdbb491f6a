import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ClientDriver, ShownStatus } from "./driver.ts";

const PYTHON = process.env["PYTHON"] ?? "/usr/bin/python3";
const SCRIPT = join(import.meta.dirname, "mastodon_py.py");

/** Mastodon.py (Debian package `python3-mastodon`), a process for each step. */
export function pythonDriver(): ClientDriver {
  let state: Record<string, string> = {};

  async function step<Answer>(name: string, ...args: string[]): Promise<Answer> {
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT, name, ...args], {
      env: { PATH: process.env["PATH"], CLIENT: JSON.stringify(state) },
    });
    return JSON.parse(stdout) as Answer;
  }

  return {
    async signIn(origin, authorize) {
      const app = await step<{ id: string; secret: string; url: string }>("register", origin);
      state = { origin, id: app.id, secret: app.secret };
      const { token } = await step<{ token: string }>("sign_in", await authorize(app.url));
      state = { ...state, token };
    },
    follow: (handle) => step<string>("follow", handle),
    home: () => step<ShownStatus[]>("home"),
    reply: (statusId, text) => step("reply", statusId, text),
    boost: (statusId) => step("boost", statusId),
    bookmark: (statusId) => step("bookmark", statusId),
    token: () => state["token"] ?? "",
    close: () => Promise.resolve(),
  };
}
