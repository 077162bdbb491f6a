import { AppError } from "../domain/errors.ts";

/** How a command answers: `json` for programs, `text` for people. */
export interface Output {
  /** the one answer of the command */
  answer(json: unknown, text: string): void;
}

/** Writes to standard output, nothing else does. */
export function createOutput(options: { json: boolean }): Output {
  return {
    answer(json, text) {
      process.stdout.write(`${options.json ? JSON.stringify(json) : text}\n`);
    },
  };
}

/** One clear line on standard error, or one JSON object; details of our own faults go below it. */
export function reportError(error: unknown, options: { json: boolean; verbose: boolean }): void {
  const known = error instanceof AppError;
  const code = known ? error.code : "internal";
  const message = known ? error.safe : error instanceof Error ? error.message : String(error);
  process.stderr.write(
    options.json ? `${JSON.stringify({ error: code, message })}\n` : `praxis: ${message}\n`,
  );
  if (options.verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
}
