import { normalizeIri } from "../../domain/remote-iri.ts";

/** A JSON object of unknown content. */
export type Json = Readonly<Record<string, unknown>>;

/** What depends on where we run: plain http is for closed networks and tests. */
export interface WireRules {
  readonly allowHttp: boolean;
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** One value or many: ActivityStreams makes no difference. At most `limit` of them. */
export function listOf(value: unknown, limit: number): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.slice(0, limit) : [value];
}

/** The types of an object, `as:` removed. */
export function typesOf(json: Json): readonly string[] {
  return listOf(json["type"], 10).filter((type) => typeof type === "string");
}

/** The id of an IRI, an embedded object, a Link, or of the first of several; null when it is not fit to be stored. */
export function iriOf(value: unknown, rules: WireRules): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === "string") return normalizeIri(first, rules.allowHttp);
  if (!isJson(first)) return null;
  const id = first["id"] ?? first["href"];
  return typeof id === "string" ? normalizeIri(id, rules.allowHttp) : null;
}

/** All IRIs of a list of IRIs and objects, without repetitions; what is not one is left out. */
export function irisOf(value: unknown, rules: WireRules, limit: number): string[] {
  const iris = listOf(value, limit).map((entry) => iriOf(entry, rules));
  return [...new Set(iris.filter((iri) => iri !== null))];
}

/**
 * The web address in `url`: a string, a Link, or several of them, of which a page (`text/html`, or
 * no media type) is preferred.
 */
export function pageUrlOf(value: unknown, rules: WireRules): string | null {
  let fallback: string | null = null;
  for (const entry of listOf(value, 50)) {
    const url = iriOf(entry, rules);
    if (url === null) continue;
    const mediaType = isJson(entry) ? entry["mediaType"] : undefined;
    if (mediaType === undefined || mediaType === "text/html") return url;
    fallback ??= url;
  }
  return fallback;
}

/** The address of an image: a URL, a Link, or an Image with one. */
export function imageUrlOf(value: unknown, rules: WireRules): string | null {
  const [first] = listOf(value, 1);
  if (typeof first === "string") return iriOf(first, rules);
  if (!isJson(first)) return null;
  return pageUrlOf(first["url"] ?? first["href"], rules);
}

/** At most `limit` characters (UTF-16 units) of `text`; cuts no surrogate pair in half. */
export function truncate(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const isPairCut = /[\uD800-\uDBFF]/.test(text.charAt(limit - 1));
  return text.slice(0, isPairCut ? limit - 1 : limit);
}

/** Text that a property holds directly or by language, as written, with its language where one is named. */
export function textIn(json: Json, property: string): { text: string; language: string | null } {
  const direct = json[property];
  const map = json[`${property}Map`];
  const entries = isJson(map) ? Object.entries(map).slice(0, 200) : [];
  const texts = entries.filter((entry): entry is [string, string] => typeof entry[1] === "string");
  if (typeof direct === "string") {
    const same =
      texts.find(([, text]) => text === direct) ?? (texts.length === 1 ? texts[0] : undefined);
    return { text: direct, language: languageTag(same?.[0]) };
  }
  const [first] = texts;
  return { text: first?.[1] ?? "", language: languageTag(first?.[0]) };
}

const LANGUAGE = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;

function languageTag(tag: unknown): string | null {
  return typeof tag === "string" && tag.toLowerCase() !== "und" && LANGUAGE.test(tag) ? tag : null;
}

/** One line of plain text: no control characters, no runs of blanks. */
export function lineOf(value: unknown, limit: number): string {
  if (typeof value !== "string") return "";
  const start = value.slice(0, limit * 4);
  const line = start
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s\u2028\u2029]+/gu, " ")
    .trim();
  return truncate(line, limit);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i;
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;

/** An `xsd:dateTime` within reason; null for anything else (year 99999, negative years, numbers). */
export function instantOf(value: unknown): Date | null {
  if (typeof value !== "string" || !INSTANT.test(value)) return null;
  const date = new Date(value);
  const year = date.getUTCFullYear();
  return year >= FIRST_YEAR && year <= LAST_YEAR ? date : null;
}

/** A whole number from `min` to `max`, or null. */
export function wholeNumberOf(value: unknown, min: number, max: number): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= min && value <= max
    ? value
    : null;
}

const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/i;

export function mediaTypeOf(value: unknown): string | null {
  return typeof value === "string" && MEDIA_TYPE.test(value) ? value.toLowerCase() : null;
}
