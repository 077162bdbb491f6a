const LONGEST = 200;

/** A hashtag as it is stored and compared: lower case, without the sign. Empty = there is none. */
export function normalizeTag(text: string): string {
  return text.trim().replace(/^#+/, "").normalize("NFKC").toLowerCase().slice(0, LONGEST);
}

/** Whether that is a hashtag as posts can carry one. */
export function isTag(tag: string): boolean {
  return /^[\p{L}\p{M}\p{N}_·-]{1,200}$/u.test(tag);
}
