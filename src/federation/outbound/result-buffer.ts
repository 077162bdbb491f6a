import type { Settlement } from "../../services/deliveries.ts";

/** Results that wait to be written together. */
export interface ResultBuffer {
  /** resolves when the result is written */
  add(settlement: Settlement): Promise<void>;
  /** writes what there is now */
  flush(): Promise<void>;
  /** how many wait; it grows only while the database does not take them */
  size(): number;
}

interface Waiting {
  readonly settlement: Settlement;
  readonly written: () => void;
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
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  async function writeWaiting(): Promise<void> {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    try {
      await write(batch.map(({ settlement }) => settlement));
      for (const { written } of batch) written();
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
      return new Promise((written) => {
        waiting.push({ settlement, written });
        if (waiting.length === options.size) void flush();
        else schedule();
      });
    },
    flush,
    size: () => waiting.length,
  };
}
