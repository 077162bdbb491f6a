import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { AppError } from "../domain/errors.ts";
import { programPath, type Site } from "./site.ts";

/**
 * Runs one command (`words`) of the real command line for an organization, beside its server, and returns its
 * JSON answer.
 * @throws AppError with the command's own code and sentence; the signal's reason when it is aborted
 */
export async function praxis<Answer>(
  site: Site,
  words: readonly string[],
  options: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const given = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const args = [programPath("cli/main"), ...words, ...given, "--json"];
  const child = spawn(process.execPath, args, {
    env: site.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code));
  });
  const [code, answer, complaint] = await Promise.all([
    exit,
    text(child.stdout),
    text(child.stderr),
  ]);
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  if (code === 0) return JSON.parse(answer) as Answer;
  throw readComplaint(complaint, `praxis ${words.join(" ")}`);
}

function readComplaint(complaint: string, command: string): AppError {
  const line = complaint.trimEnd().split("\n").at(-1) ?? "";
  try {
    const { error, message } = JSON.parse(line) as { error: string; message: string };
    return new AppError(error, message);
  } catch {
    return new AppError("demo_command_failed", `"${command}" failed: ${complaint.trim()}`);
  }
}
