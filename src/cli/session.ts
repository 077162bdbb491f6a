import { configFromEnvironment } from "../config/environment.ts";
import { openInstance } from "../instance.ts";
import { startLogging } from "../platform/logging.ts";
import type { Context } from "../services/context.ts";
import { createOutput, type Output } from "./output.ts";

/** Arguments that every command has. */
export const COMMON = {
  json: { type: "boolean", default: false, description: "Answer as JSON" },
} as const;

/** What a command works with. */
export interface Session {
  readonly context: Context;
  readonly output: Output;
}

/** Opens the instance, beside a running server if there is one, for the time of one command. */
export async function withInstance(
  args: { json: boolean },
  work: (session: Session) => Promise<void>,
): Promise<void> {
  const config = configFromEnvironment();
  await startLogging("error");
  const instance = await openInstance(config, { works: false });
  try {
    await work({ context: instance.context, output: createOutput(args) });
  } finally {
    await instance.close();
  }
}
