import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../domain/errors.ts";

const PAUSE_MS = 100;

/**
 * Asks until `check` gives something other than null.
 * @throws AppError `demo_timeout` that says what did not happen; the signal's reason when it is aborted
 */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | null>,
  options: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<T> {
  const deadline = Date.now() + options.seconds * 1000;
  for (;;) {
    options.signal.throwIfAborted();
    const found = await check();
    if (found !== null) return found;
    if (Date.now() > deadline) {
      throw new AppError("demo_timeout", `Waited ${options.seconds} s in vain: ${what}.`);
    }
    await delay(PAUSE_MS, undefined, { signal: options.signal }).catch(() => {});
  }
}
