import type { Settlement } from "../../services/deliveries.ts";

/** Results that wait to be written together. */
export interface ResultBuffer {
  add(settlement: Settlement): void;
  /** writes what there is; after it returns, nothing added before is unwritten, unless writing failed */
  flush(): Promise<void>;
}

/**
 * Writes results in batches: as soon as `size` wait, and never later than `delayMs` after the
 * first. What cannot be written is kept and tried again; should the process die first, the leases
 * run out and the deliveries are made once more.
 */
export function createResultBuffer(
  write: (settled: readonly Settlement[]) => Promise<void>,
  options: { size: number; delayMs: number; onError: (error: unknown) => void },
): ResultBuffer {
  let waiting: Settlement[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  async function writeWaiting(): Promise<void> {
    const batch = waiting;
    waiting = [];
    try {
      await write(batch);
    } catch (error) {
      options.onError(error);
      waiting = [...batch, ...waiting];
      schedule();
    }
  }

  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(writeWaiting);
    return writing;
  }

  function schedule(): void {
    timer ??= setTimeout(() => void flush(), options.delayMs);
  }

  return {
    add(settlement) {
      waiting.push(settlement);
      if (waiting.length === options.size) void flush();
      else schedule();
    },
    flush,
  };
}
