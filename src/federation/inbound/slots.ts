import { busy } from "./answer.ts";

/** Places for work that goes on at the same time. */
export interface Slots {
  /**
   * Does the work in a place, waiting for one in the order of arrival.
   * @throws Refused 503 when too many wait already
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** `places` pieces of work at once, and at most `seats` that wait. */
export function createSlots(places: number, seats: number): Slots {
  const waiting: (() => void)[] = [];
  let taken = 0;

  function takePlace(): Promise<void> | null {
    if (taken < places) {
      taken += 1;
      return null;
    }
    if (waiting.length >= seats) throw busy(503);
    return new Promise((resolve) => waiting.push(resolve));
  }

  /** A place goes straight to whoever waited longest. */
  function leavePlace(): void {
    const next = waiting.shift();
    if (next === undefined) taken -= 1;
    else next();
  }

  return {
    async run(work) {
      await takePlace();
      try {
        return await work();
      } finally {
        leavePlace();
      }
    },
  };
}
