/** The actor's property that says: here runs Praxis, and this is what it understands. */
export const KIN_PROPERTY = "praxis";

/** The capability that our own actors advertise. Versions only ever add. */
export const OWN_CAPABILITY = { version: 1, understands: ["practices"] } as const;
