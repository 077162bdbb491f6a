/** What somebody looks for among posts, as they typed it. */
export interface SearchQuery {
  /** for `websearch_to_tsquery`: words and "phrases" */
  readonly words: string;
  /** words that must not be there */
  readonly without: readonly string[];
  /** handles of authors, `me` for oneself */
  readonly from: readonly string[];
  readonly has: readonly Having[];
  readonly is: readonly Being[];
  readonly notHas: readonly Having[];
  readonly notIs: readonly Being[];
  readonly language: string | null;
  /** earlier than this day */
  readonly before: Date | null;
  /** this day or later */
  readonly after: Date | null;
}

const HAVING = ["media", "image", "video", "audio", "poll", "link"] as const;
export type Having = (typeof HAVING)[number];
const BEING = ["reply", "sensitive", "public"] as const;
export type Being = (typeof BEING)[number];

const DAY_MS = 86_400_000;
const MOST_TERMS = 30;
const TERM = /(-?)(?:"([^"]*)"?|([a-z]+):(\S+)|(\S+))/gu;

/**
 * Reads words, `"phrases"`, `-not`, `from:`, `has:`, `is:`, `language:`, `before:`, `after:` and
 * `during:` (days, YYYY-MM-DD). What looks like an operator but is none is looked for as a word.
 */
export function parseSearchQuery(text: string): SearchQuery {
  const words: string[] = [];
  const without: string[] = [];
  const from: string[] = [];
  const lists = { has: [] as Having[], is: [] as Being[] };
  const notLists = { has: [] as Having[], is: [] as Being[] };
  let language: string | null = null;
  let before: Date | null = null;
  let after: Date | null = null;
  for (const match of [...text.matchAll(TERM)].slice(0, MOST_TERMS)) {
    const [whole, sign, phrase, name, value = "", word] = match;
    const wanted = sign === "" ? lists : notLists;
    const day = dayOf(value);
    if (phrase !== undefined) (sign === "" ? words : without).push(`"${phrase}"`);
    else if (name === "from" && sign === "") from.push(value.replace(/^@/, "").toLowerCase());
    else if (name === "has" && isOneOf(HAVING, value)) wanted.has.push(value);
    else if (name === "is" && isOneOf(BEING, value)) wanted.is.push(value);
    else if (name === "language" && /^[a-z]{2,3}$/i.test(value)) language = value.toLowerCase();
    else if (name === "before" && day !== null) before = day;
    else if (name === "after" && day !== null) after = new Date(day.getTime() + DAY_MS);
    else if (name === "during" && day !== null) {
      after = day;
      before = new Date(day.getTime() + DAY_MS);
    } else if (sign === "-" && whole.length > 1) without.push(plain(word ?? whole.slice(1)));
    else words.push(plain(whole));
  }
  return {
    words: words.join(" "),
    without,
    from,
    ...lists,
    notHas: notLists.has,
    notIs: notLists.is,
    language,
    before,
    after,
  };
}

/** Nothing that `websearch_to_tsquery` takes for more than a word. */
function plain(word: string): string {
  const bare = word.replaceAll(/["-]/g, " ").trim();
  return bare.toLowerCase() === "or" ? `"${bare}"` : bare;
}

function dayOf(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null;
  const day = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(day.getTime()) ? null : day;
}

function isOneOf<T extends string>(values: readonly T[], text: string): text is T {
  return (values as readonly string[]).includes(text);
}
