import { invalid, type ErrorDetails } from "./errors.ts";

export const PRACTICE_KINDS = ["practice", "lesson", "question"] as const;
export type PracticeKind = (typeof PRACTICE_KINDS)[number];

/** Which part of the business a practice helps. */
export const BENEFITS = [
  "support",
  "marketing",
  "sales",
  "research",
  "services",
  "hr",
  "customers",
] as const;
export type Benefit = (typeof BENEFITS)[number];

/** Onward-sharing markings, TLP 2.0 (FIRST), from the most open to the strictest. */
export const LABELS = [
  "TLP:CLEAR",
  "TLP:GREEN",
  "TLP:AMBER",
  "TLP:AMBER+STRICT",
  "TLP:RED",
] as const;
export type Label = (typeof LABELS)[number];

/** The strictest of several labels; null when there is none among them. */
export function strictestLabel(labels: readonly (Label | null)[]): Label | null {
  return LABELS.findLast((label) => labels.includes(label)) ?? null;
}

/** Limits in characters, and in entries for lists. FEP-b2b8 asks for a summary of 500 at most. */
export const LIMITS = {
  title: 200,
  summary: 500,
  content: 100_000,
  changeNote: 500,
  topics: 20,
  topic: 50,
  credits: 50,
  audience: 100,
  slug: 80,
} as const;

/** What an author writes. `content` is Markdown, `credits` are handles of own members. */
export interface PracticeDraft {
  readonly title: string;
  readonly summary: string;
  readonly content: string;
  readonly kind: PracticeKind;
  readonly topics: readonly string[];
  readonly benefits: readonly Benefit[];
  readonly license: string | null;
  readonly language: string | null;
  readonly credits: readonly string[];
  readonly label: Label;
  /** ISO date, `2027-03-31` */
  readonly reviewBy: string | null;
}

/** A topic as it is stored and compared: without `#`, lower case, words joined by nothing. */
export function normalizeTopic(topic: string): string {
  return topic
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "");
}

const SPDX_OR_URL = /^(?:[A-Za-z0-9.+-]{1,64}|https?:\/\/\S{1,500})$/;
const LANGUAGE = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The draft with trimmed text, normalized topics and no repetitions.
 * @throws AppError `invalid_request` that names every field that is wrong
 */
export function checkDraft(draft: PracticeDraft): PracticeDraft {
  const title = draft.title.replaceAll(/\s+/g, " ").trim();
  const summary = draft.summary.replaceAll(/\s+/g, " ").trim();
  const topics = [...new Set(draft.topics.map(normalizeTopic))].filter((topic) => topic !== "");
  const problems: Record<string, string> = {};
  if (title === "") problems["title"] = "a practice needs a title";
  if (title.length > LIMITS.title) problems["title"] = tooLong(LIMITS.title);
  if (summary.length > LIMITS.summary) problems["summary"] = tooLong(LIMITS.summary);
  if (draft.content.trim() === "") problems["content"] = "a practice needs a text";
  if (draft.content.length > LIMITS.content) problems["content"] = tooLong(LIMITS.content);
  if (topics.length > LIMITS.topics) problems["topics"] = `at most ${LIMITS.topics} topics`;
  if (topics.some((topic) => topic.length > LIMITS.topic)) {
    problems["topics"] = `a topic has at most ${LIMITS.topic} characters`;
  }
  if (draft.credits.length > LIMITS.credits) {
    problems["credits"] = `at most ${LIMITS.credits} people`;
  }
  const texts = {
    title: [title],
    summary: [summary],
    content: [draft.content],
    credits: draft.credits,
  };
  for (const [name, written] of Object.entries(texts)) {
    // PostgreSQL keeps none.
    if (written.some((text) => text.includes("\0"))) problems[name] = "text without NUL";
  }
  if (draft.license !== null && !SPDX_OR_URL.test(draft.license)) {
    problems["license"] = "an SPDX id such as CC-BY-4.0, or a URL";
  }
  if (draft.language !== null && !LANGUAGE.test(draft.language)) {
    problems["language"] = "a language tag such as en or pt-BR";
  }
  if (draft.reviewBy !== null && !isDate(draft.reviewBy)) {
    problems["review_by"] = "a date such as 2027-03-31";
  }
  if (Object.keys(problems).length > 0) throw invalid(problems satisfies ErrorDetails);
  return { ...draft, title, summary, topics, credits: [...new Set(draft.credits)] };
}

function tooLong(limit: number): string {
  return `at most ${limit.toLocaleString("en")} characters`;
}

function isDate(text: string): boolean {
  return ISO_DATE.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

const LICENSE_URLS: Readonly<Record<string, string>> = {
  "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
  "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
  "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
  "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
  "CC-BY-NC-SA-4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
  "CC-BY-ND-4.0": "https://creativecommons.org/licenses/by-nd/4.0/",
};

/** What to call a licence that is given as an SPDX id or as a URL: short where it is well known. */
export function licenseName(license: string): string {
  const plain = (url: string) => url.replace(/^https?:\/\//, "").replace(/\/$/, "");
  const known = Object.entries(LICENSE_URLS).find(([, url]) => plain(url) === plain(license));
  return known?.[0] ?? (license.includes("://") ? plain(license) : license);
}

/** The page of a licence given as an SPDX id or as a URL. */
export function licenseUrl(license: string): string {
  return (
    LICENSE_URLS[license] ??
    (license.includes("://") ? license : `https://spdx.org/licenses/${license}.html`)
  );
}
