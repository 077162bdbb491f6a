import { busy } from "./answer.ts";

/** Places for work that goes on at the same time. */
export interface Slots {
  /**
   * Does the work if there is a place.
   * @throws Refused 503 when there is none
   */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createSlots(places: number): Slots {
  let taken = 0;
  return {
    async run(work) {
      if (taken >= places) throw busy(503);
      taken += 1;
      try {
        return await work();
      } finally {
        taken -= 1;
      }
    },
  };
}
