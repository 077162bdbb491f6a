import { remoteInvalid } from "./problems.ts";
import { isJson, type Json } from "./wire-values.ts";

/** Real documents stay below ten; recursion anywhere behind this point is safe at this depth. */
const MAX_DEPTH = 50;
const NAMESPACES = ["https://www.w3.org/ns/activitystreams#", "as:"];
const KEYWORDS: Readonly<Record<string, string>> = { "@id": "id", "@type": "type" };

/**
 * The JSON object in `text`, with the terms of ActivityStreams in their short form (`as:name` and
 * `@id` become `name` and `id`); see docs/adr/0005.
 * @throws AppError `remote_invalid`
 */
export function parseDocument(text: string, host: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw remoteInvalid(`${host} answered with something that is not JSON.`, cause);
  }
  if (!isJson(value)) throw remoteInvalid(`${host} answered with JSON that is not an object.`);
  if (isTooDeep(value))
    throw remoteInvalid(`${host} answered with JSON that is nested too deeply.`);
  return shortTerms(value);
}

/** Whether arrays and objects nest more than 50 deep; needs no stack of its own. */
export function isTooDeep(value: object): boolean {
  let level: object[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return true;
    const next: object[] = [];
    for (const container of level) {
      for (const child of Object.values(container)) {
        if (typeof child === "object" && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}

/**
 * The document with short terms, itself when it has no others at its top. A short term that is
 * there already wins over its long form. The document must not be too deep.
 */
export function shortTerms(document: Json): Json {
  if (!Object.keys(document).some((key) => shortTerm(key) !== key)) return withShortTypes(document);
  return rename(document) as Json;
}

function rename(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rename);
  if (!isJson(value)) return value;
  const renamed = new Map<string, unknown>();
  for (const [key, child] of Object.entries(value)) {
    const short = shortTerm(key);
    if (short !== key && Object.hasOwn(value, short)) continue;
    renamed.set(short, key === "@context" ? child : rename(child));
  }
  return withShortTypes(Object.fromEntries(renamed));
}

function withShortTypes(json: Json): Json {
  const { type } = json;
  if (typeof type === "string") {
    const short = shortTerm(type);
    return short === type ? json : { ...json, type: short };
  }
  if (!Array.isArray(type)) return json;
  return { ...json, type: type.map((each) => (typeof each === "string" ? shortTerm(each) : each)) };
}

function shortTerm(term: string): string {
  const namespace = NAMESPACES.find((prefix) => term.startsWith(prefix));
  return namespace === undefined ? (KEYWORDS[term] ?? term) : term.slice(namespace.length);
}
