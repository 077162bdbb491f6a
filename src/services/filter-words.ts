/** Words that somebody does not want to read; the same for every post, so made once. */
export interface Words {
  /** as they were typed */
  readonly keyword: string;
  /** as they are compared */
  readonly folded: string;
  readonly startsWord: boolean;
  readonly endsWord: boolean;
}

const LETTER = /[\p{L}\p{M}\p{N}_]/u;
const GAP = /[^\p{L}\p{M}\p{N}_]/gu;

/** Prepares a keyword; with `wholeWord` its ends must be ends of words, where they are letters. */
export function toWords(keyword: string, wholeWord: boolean): Words {
  const folded = fold(keyword.trim());
  return {
    keyword,
    folded,
    startsWord: wholeWord && LETTER.test(firstOf(folded)),
    endsWord: wholeWord && LETTER.test(lastOf(folded)),
  };
}

/** A text as keywords are compared with it: case and the many forms of one letter do not count. */
export function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Whether a folded text contains the words. Linear in the text, whatever the words are. */
export function contains(folded: string, words: Words): boolean {
  if (words.folded === "") return false;
  let at = folded.indexOf(words.folded);
  while (at >= 0) {
    const end = at + words.folded.length;
    const starts = !words.startsWord || !LETTER.test(lastOf(folded.slice(Math.max(0, at - 2), at)));
    const ends = !words.endsWord || !LETTER.test(firstOf(folded.slice(end, end + 2)));
    if (starts && ends) return true;
    // What must begin a word begins nowhere else in this one: long words are not looked through again.
    const next = words.startsWord ? afterWord(folded, at + 1) : at + 1;
    at = folded.indexOf(words.folded, next);
  }
  return false;
}

function afterWord(text: string, from: number): number {
  const gap = new RegExp(GAP);
  gap.lastIndex = from;
  const found = gap.exec(text);
  return found === null ? text.length : Math.max(from, found.index + found[0].length);
}

function firstOf(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 32);
}

function lastOf(text: string): string {
  return Array.from(text.slice(-2)).at(-1) ?? " ";
}
