import { AppError } from "../../domain/errors.ts";

/** Runs at most so many pieces of work at a time. */
export interface WorkPlaces {
  /** @throws AppError `media_busy` when too many wait already */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** `places` at a time and `waiting` in line; whoever comes then is sent away. */
export function createWorkPlaces(places: number, waiting: number): WorkPlaces {
  let taken = 0;
  const line: (() => void)[] = [];

  async function enter(): Promise<void> {
    if (taken < places) {
      taken += 1;
      return;
    }
    if (line.length >= waiting) {
      throw new AppError("media_busy", "Too many files arrive at once. Try again in a minute.", {
        status: 503,
      });
    }
    // Whoever leaves hands its place on, so `taken` stays as it is.
    await new Promise<void>((resolve) => line.push(resolve));
  }

  function leave(): void {
    const next = line.shift();
    if (next === undefined) taken -= 1;
    else next();
  }

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
