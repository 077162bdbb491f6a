import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { AppError } from "../../domain/errors.ts";
import { startFailed } from "./failures.ts";
import { parseObject } from "./json-object.ts";

export interface KeeperProcess {
  /** Undefined while it runs; it ends at once, without a failure, when another keeper has the folder. */
  readonly result: () => { readonly failure?: AppError } | undefined;
  /** Lets it run on without us. */
  forget(): void;
}

/** Next to this file: TypeScript in a checkout under test, JavaScript in dist. */
const program = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "keeper.ts" : "keeper.js", import.meta.url),
);

/**
 * Starts a keeper in a session of its own, so that Ctrl-C in our terminal does not take the database away while we
 * finish, and with none of our files open, so that whoever reads our output sees its end.
 */
export function startKeeper(folder: string, durable: boolean): KeeperProcess {
  let result: { failure?: AppError } | undefined;
  let words = "";
  const child = spawn(process.execPath, [program, folder, durable ? "durable" : "fast"], {
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (words += chunk));
  child.once("error", (error) => (result = { failure: startFailed(folder, error.message, error) }));
  child.once(
    "close",
    (code) => (result ??= code === 0 ? {} : { failure: lastWords(words, folder) }),
  );
  return {
    result: () => result,
    forget() {
      child.stderr.destroy();
      child.unref();
    },
  };
}

function lastWords(words: string, folder: string): AppError {
  const lines = words.trim().split("\n");
  for (const line of lines) {
    const { code, safe } = parseObject(line) ?? {};
    if (typeof code === "string" && typeof safe === "string")
      return new AppError(code, safe, { status: 500 });
  }
  const error = lines.find((line) => /Error/.test(line)) ?? lines.at(-1) ?? "";
  return startFailed(folder, `its keeper ended early: ${error}`);
}
