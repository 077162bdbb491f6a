/** What this software says of itself to others. `kin` is the version of the Praxis extensions. */
export const SOFTWARE = {
  name: "praxis",
  version: "0.1.0",
  kin: "1",
} as const;
