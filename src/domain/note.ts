/** Limits of notes; practices have their own (`LIMITS`). */
export const NOTE_LIMITS = {
  /** characters of text and content warning together, counted as clients count them */
  characters: 5_000,
  /** what a link counts, however long it is */
  charactersPerUrl: 23,
  /** UTF-16 units of what is looked at at all: a character may be made of any number of them */
  raw: 50_000,
} as const;
